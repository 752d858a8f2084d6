/** Every link leads somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { DatadogCasesApi } from '../../../credentials/DatadogCasesApi.credentials';
import { DatadogCasesOAuth2Api } from '../../../credentials/DatadogCasesOAuth2Api.credentials';
import { anchorsOf, DOCUMENTS, linksOf, ROOT } from './markdown';

/** Pages outside are not asked for: the tests run without a network. */
const HOSTS = [
	'docs.datadoghq.com',
	'docs.n8n.io',
	'keepachangelog.com',
	'n8n.io',
	'status.datadoghq.com',
];

const links = DOCUMENTS.flatMap((file) => linksOf(file).map((link) => [file, link]));
const isOutside = (link: string) => /^[a-z]+:/i.test(link);

it('has links to check', () => {
	expect(links.length).toBeGreaterThan(50);
});

it.each(links.filter(([, link]) => isOutside(link)))('%s: %s is on a known host', (_, link) => {
	const { protocol, hostname } = new URL(link);
	expect([protocol, HOSTS.includes(hostname)]).toEqual(['https:', true]);
});

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
	const pages = [...linksOf('README.md'), ...linksOf('examples/README.md')];
	expect(pages).toEqual(expect.arrayContaining(examples));
	expect(pages).toEqual(expect.arrayContaining(examples.map((name) => `examples/${name}`)));
	const shown = pages.map((link) => link.replace('examples/', ''));
	expect(shown).toEqual(
		expect.arrayContaining(inExamples('pictures', '.png').map((name) => `pictures/${name}`)),
	);
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

it.each([...credentialLinks, ...codexLinks])(
	'%s, which n8n shows, is an anchor of the README',
	(url) => {
		const [page, anchor] = url.split('#');
		expect(page).toBe(homepage.replace('#readme', ''));
		// GitHub's own anchor of the whole README.
		expect([...anchorsOf('README.md'), 'readme']).toContain(anchor);
	},
);
