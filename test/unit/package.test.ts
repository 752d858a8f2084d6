/** Packs the package as npm would publish it, and loads it as an n8n instance does. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { PackageDirectoryLoader } from 'n8n-core';
import { preProcessFile } from 'typescript';

import { DatadogCases } from '../../nodes/DatadogCases/DatadogCases.node';
import { operations } from '../../nodes/DatadogCases/actions';
import manifest from '../../package.json';
import { packPackage, unpackPackage } from '../support/packed';

const ROOT = resolve(__dirname, '../..');
const BUILD_LIMIT_MS = 300_000;
const MAX_UNPACKED_BYTES = 180_000;

let home: string;
let published: string;
/** Their paths within the package. */
let files: string[];

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'published-'));
	published = join(home, 'package');
	await unpackPackage(await packPackage(home), published);
	const entries = await readdir(published, { recursive: true, withFileTypes: true });
	files = entries
		.filter((entry) => entry.isFile())
		.map((entry) => relative(published, join(entry.parentPath, entry.name)))
		.sort();
}, BUILD_LIMIT_MS);

afterAll(() => rm(home, { recursive: true, force: true }));

it('publishes what is compiled, the icons, and no other file', () => {
	const sources = execFileSync('git', ['ls-files', 'nodes', 'credentials'], {
		cwd: ROOT,
		encoding: 'utf8',
	});
	const compiled = sources
		.trim()
		.split('\n')
		.map((source) => `dist/${source.replace(/\.ts$/, '.js')}`);
	expect(files).toEqual(['LICENSE.md', 'README.md', ...compiled, 'package.json'].sort());
	expect(compiled.filter((file) => !/\.(js|json|svg)$/.test(file))).toEqual([]);
});

it('takes at most 180 kB unpacked', async () => {
	const sizes = await Promise.all(files.map((file) => stat(join(published, file))));
	const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
	expect(bytes).toBeLessThanOrEqual(MAX_UNPACKED_BYTES);
});

it('publishes every file that package.json names for n8n', () => {
	const { credentials, nodes } = manifest.n8n;
	expect(files).toEqual(expect.arrayContaining([...credentials, ...nodes]));
});

it('tells nothing of the machine on which it was built', async () => {
	const local = [ROOT, `${homedir()}/`, `${tmpdir()}/`, 'file://', 'sourceMappingURL'];
	for (const file of files.filter((one) => one.startsWith('dist/'))) {
		const text = await readFile(join(published, file), 'utf8');
		expect([file, local.filter((part) => text.includes(part))]).toEqual([file, []]);
	}
});

it('imports nothing but n8n-workflow and its own files', async () => {
	const compiled = files.filter((file) => file.endsWith('.js'));
	const others: string[] = [];
	for (const file of compiled) {
		const { importedFiles } = preProcessFile(
			await readFile(join(published, file), 'utf8'),
			true,
			true,
		);
		for (const { fileName } of importedFiles) {
			const path = join(dirname(file), fileName);
			const isOwn = fileName.startsWith('.') && [`${path}.js`, `${path}/index.js`].some(isCompiled);
			if (fileName !== 'n8n-workflow' && !isOwn) others.push(`${file}: ${fileName}`);
		}
	}
	expect(others).toEqual([]);

	function isCompiled(path: string): boolean {
		return compiled.includes(path);
	}
});

it('loads into n8n with its names, icons and codex, with n8n-workflow alone beside it', async () => {
	const beside = join(home, 'node_modules');
	await mkdir(beside);
	await symlink(join(ROOT, 'node_modules/n8n-workflow'), join(beside, 'n8n-workflow'));
	const loader = new PackageDirectoryLoader(published);
	await loader.loadAll();
	expect(loader.packageName).toBe('n8n-nodes-datadog-cases');
	const { nodes } = loader.types;
	expect(
		nodes.map(({ name, displayName, version, usableAsTool, polling }) => [
			name,
			displayName,
			version,
			usableAsTool,
			polling,
		]),
	).toEqual([
		['datadogCases', 'Datadog Cases', 1, true, undefined],
		['datadogCasesTrigger', 'Datadog Cases Trigger', 1, undefined, true],
	]);
	for (const node of nodes) {
		expect(node.iconUrl).toEqual({
			light: 'icons/n8n-nodes-datadog-cases/dist/nodes/DatadogCases/datadogCases.svg',
			dark: 'icons/n8n-nodes-datadog-cases/dist/nodes/DatadogCases/datadogCases.dark.svg',
		});
		expect(node.credentials?.map(({ name }) => name)).toEqual([
			'datadogCasesApi',
			'datadogCasesOAuth2Api',
		]);
		expect(node.codex?.categories).toEqual(['Analytics', 'Development']);
		expect(node.codex?.alias).toContain('incident');
	}

	const both = ['datadogCases', 'datadogCasesTrigger'];
	expect(
		loader.types.credentials.map(({ name, displayName, extends: parents, supportedNodes }) => [
			name,
			displayName,
			parents,
			supportedNodes,
		]),
	).toEqual([
		['datadogCasesApi', 'Datadog Cases API', undefined, both],
		['datadogCasesOAuth2Api', 'Datadog Cases OAuth2 API', ['oAuth2Api'], both],
	]);
});

it('shows every parameter of the interface with its default, for each operation', () => {
	const { properties } = new DatadogCases().description;
	expect(properties.slice(0, 2).map(({ name, default: value }) => [name, value])).toEqual([
		['authentication', 'apiKeys'],
		['operation', 'count'],
	]);
	const grouped = [
		['query', 'string', ''],
		['groupBy', 'multiOptions', ['status']],
		['customGroupBy', 'string', ''],
		['maxGroups', 'number', 50],
		['simplify', 'boolean', true],
		['options', 'collection', {}],
	];
	const expected: Record<string, unknown> = {
		count: grouped,
		aggregate: grouped,
		getAll: [
			['query', 'string', ''],
			['returnAll', 'boolean', false],
			['limit', 'number', 50],
			['simplify', 'boolean', true],
			['options', 'collection', {}],
		],
	};
	for (const { option } of operations) {
		const shown = properties.filter(
			({ displayOptions }) => displayOptions?.show?.['/operation']?.[0] === option.value,
		);
		expect(shown.map(({ name, type, default: value }) => [name, type, value])).toEqual(
			expected[option.value as string],
		);
		const options = shown.find(({ name }) => name === 'options')!.options!;
		expect(options.map(({ name }) => name)).toEqual([
			...(option.value === 'getAll' ? ['direction'] : ['includeValues']),
			...['maxConcurrency', 'maxRetries', 'maxWait'],
			...(option.value === 'getAll' ? ['sort'] : []),
			'timeout',
		]);
	}
	expect(properties.find(({ name }) => name === 'limit')!.displayOptions).toEqual({
		show: { '/operation': ['getAll'], returnAll: [false] },
	});
	expect(operations.map(({ option: { value, name, action } }) => [value, name, action])).toEqual([
		['aggregate', 'Aggregate Cases', 'Aggregate cases'],
		['count', 'Count Cases', 'Count cases'],
		['getAll', 'Get Many Cases', 'Get many cases'],
	]);
});

it.each(operations.map(({ option }) => option.value))(
	'has an output schema for the operation %s where n8n looks for it',
	(operation) => {
		expect(
			existsSync(
				join(published, `dist/nodes/DatadogCases/__schema__/v1.0.0/${operation as string}.json`),
			),
		).toBe(true);
	},
);
