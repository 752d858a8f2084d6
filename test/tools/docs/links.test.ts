/** Every link leads somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { DatadogCasesApi } from '../../../credentials/DatadogCasesApi.credentials';
import { DatadogCasesOAuth2Api } from '../../../credentials/DatadogCasesOAuth2Api.credentials';
import { anchorsOf, DOCUMENTS, linksOf, ROOT } from './markdown';

/** Pages outside are not asked for: the tests run without a network. */
const HOSTS = [
	'docs.datadoghq.com',
	'community.n8n.io',
	'docs.n8n.io',
	'github.com',
	'keepachangelog.com',
	'n8n.io',
	'status.datadoghq.com',
];

const links = DOCUMENTS.flatMap((file) => linksOf(file).map((link) => [file, link]));
const isOutside = (link: string) => /^[a-z]+:/i.test(link);
const isEmail = (link: string) => link.startsWith('mailto:');

it('has links to check', () => {
	expect(links.length).toBeGreaterThan(50);
});

it.each(links.filter(([, link]) => isOutside(link) && !isEmail(link)))(
	'%s: %s is on a known host',
	(_, link) => {
		const { protocol, hostname } = new URL(link);
		expect([protocol, HOSTS.includes(hostname)]).toEqual(['https:', true]);
	},
);

it.each(links.filter(([, link]) => !isOutside(link)))('%s: %s is there', (file, link) => {
	const [path, anchor] = link.split('#');
	const target = path ? normalize(join(dirname(file), path)) : file;
	expect([target, existsSync(join(ROOT, target))]).toEqual([target, true]);
	if (anchor) expect(anchorsOf(target)).toContain(anchor);
});

it('shows every example, with its picture', () => {
	const inExamples = (folder: string, ending: string) =>
		readdirSync(join(ROOT, 'examples', folder)).filter((name) => name.endsWith(ending));
	const examples = inExamples('.', '.json');
	expect(linksOf('examples/README.md')).toEqual(expect.arrayContaining(examples));
	expect(linksOf('README.md')).toEqual(
		expect.arrayContaining(examples.map((name) => `examples/${name}`)),
	);
	const shown = DOCUMENTS.flatMap((file) =>
		linksOf(file).map((link) => normalize(join(dirname(file), link))),
	);
	expect(shown).toEqual(
		expect.arrayContaining(
			inExamples('pictures', '.png').map((name) => `examples/pictures/${name}`),
		),
	);
});

it('leads from the README to every page of docs/', () => {
	const pages = readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`);
	expect(linksOf('README.md')).toEqual(expect.arrayContaining(pages));
});

it.each([
	['README.md', 1_000],
	['CONTRIBUTING.md', 700],
])('%s has at most %i words', (file, most) => {
	const words = readFileSync(join(ROOT, file), 'utf8').match(/\S+/g)!;
	expect(words.length).toBeLessThanOrEqual(most);
});

const { homepage } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
	homepage: string;
};
const codexLinks = ['DatadogCases', 'DatadogCasesTrigger'].flatMap((name) => {
	const codex = readFileSync(join(ROOT, `nodes/DatadogCases/${name}.node.json`), 'utf8');
	return [...codex.matchAll(/"url": "([^"]*)"/g)].map(([, url]) => url);
});

const credentialLinks = [new DatadogCasesApi(), new DatadogCasesOAuth2Api()].map(
	({ documentationUrl }) => documentationUrl,
);

const formLinks = readdirSync(join(ROOT, '.github/ISSUE_TEMPLATE')).flatMap((name) => {
	const form = readFileSync(join(ROOT, '.github/ISSUE_TEMPLATE', name), 'utf8');
	return form.match(/https:[^\s)]+\/blob\/[^\s)]+/g) ?? [];
});
const documentLinks = links.map(([, link]) => link).filter((link) => link.includes('/blob/'));

it.each([...credentialLinks, ...codexLinks, ...formLinks, ...documentLinks])(
	'%s, which is shown outside the repository, is a page of docs/',
	(url) => {
		const [page, anchor] = url.split('#');
		const folder = `${homepage.replace('#readme', '')}/blob/main/`;
		expect(page.slice(0, folder.length)).toBe(folder);
		const file = page.slice(folder.length);
		expect(DOCUMENTS).toContain(file);
		if (anchor) expect(anchorsOf(file)).toContain(anchor);
	},
);
