/** Builds the package and loads it as an n8n instance does. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PackageDirectoryLoader } from 'n8n-core';

import { DatadogCases } from '../nodes/DatadogCases/DatadogCases.node';
import { operations } from '../nodes/DatadogCases/operations';

const root = resolve(__dirname, '..');
const dist = join(root, 'dist');

beforeAll(() => {
	execFileSync(join(root, 'node_modules/.bin/gulp'), { cwd: root, stdio: 'pipe' });
});

it('loads into n8n with its names, icons, codex and operations', async () => {
	const loader = new PackageDirectoryLoader(root);
	await loader.loadAll();
	const [node, ...others] = loader.types.nodes;
	expect(others).toEqual([]);
	expect([loader.packageName, node.name]).toEqual(['n8n-nodes-datadog-cases', 'datadogCases']);
	expect(node.displayName).toBe('Datadog Cases');
	expect(node.version).toBe(1);
	expect(node.usableAsTool).toBe(true);
	expect(node.iconUrl).toEqual({
		light: 'icons/n8n-nodes-datadog-cases/dist/nodes/DatadogCases/datadogCases.svg',
		dark: 'icons/n8n-nodes-datadog-cases/dist/nodes/DatadogCases/datadogCases.dark.svg',
	});
	expect(node.credentials).toEqual([
		{ name: 'datadogCasesApi', required: true, testedBy: 'testCredential' },
	]);
	expect(node.codex?.categories).toEqual(['Analytics', 'Development']);
	expect(node.codex?.alias).toContain('incident');

	const [credential] = loader.types.credentials;
	expect([credential.name, credential.displayName]).toEqual([
		'datadogCasesApi',
		'Datadog Cases API',
	]);
	expect(credential.supportedNodes).toEqual(['datadogCases']);
});

it('shows every parameter of the interface with its default, for both operations', () => {
	const { properties } = new DatadogCases().description;
	expect(properties[0]).toMatchObject({ name: 'operation', default: 'count' });
	for (const { option } of operations) {
		const shown = properties.filter(
			({ displayOptions }) => displayOptions?.show?.['/operation']?.[0] === option.value,
		);
		expect(shown.map(({ name, type, default: value }) => [name, type, value])).toEqual([
			['query', 'string', ''],
			['groupBy', 'multiOptions', ['status']],
			['customGroupBy', 'string', ''],
			['limit', 'number', 50],
			['simplify', 'boolean', true],
			['options', 'collection', {}],
		]);
	}
	expect(operations.map(({ option: { value, name, action } }) => [value, name, action])).toEqual([
		['aggregate', 'Aggregate Cases', 'Aggregate cases'],
		['count', 'Count Cases', 'Count cases'],
	]);
});

it.each(operations.map(({ option }) => option.value))(
	'has an output schema for the operation %s where n8n looks for it',
	(operation) => {
		expect(
			existsSync(join(dist, `nodes/DatadogCases/__schema__/v1.0.0/${operation as string}.json`)),
		).toBe(true);
	},
);
