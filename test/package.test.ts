/** Builds the package and loads it as an n8n instance does. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PackageDirectoryLoader } from 'n8n-core';

import { DatadogCases } from '../nodes/DatadogCases/DatadogCases.node';
import { DatadogCasesTrigger } from '../nodes/DatadogCases/DatadogCasesTrigger.node';
import { events } from '../nodes/DatadogCases/events';
import { operations } from '../nodes/DatadogCases/operations';

const root = resolve(__dirname, '..');
const dist = join(root, 'dist');

beforeAll(() => {
	execFileSync(join(root, 'node_modules/.bin/gulp'), { cwd: root, stdio: 'pipe' });
});

it('loads into n8n with its names, icons and codex', async () => {
	const loader = new PackageDirectoryLoader(root);
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
		expect(node.credentials).toEqual([
			{
				name: 'datadogCasesApi',
				required: true,
				testedBy: 'testCredential',
				displayOptions: { show: { authentication: ['apiKeys'] } },
			},
			{
				name: 'datadogCasesOAuth2Api',
				required: true,
				displayOptions: { show: { authentication: ['oAuth2'] } },
			},
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

it('shows every parameter of the interface with its default, for both operations', () => {
	const { properties } = new DatadogCases().description;
	expect(properties.slice(0, 2).map(({ name, default: value }) => [name, value])).toEqual([
		['authentication', 'apiKeys'],
		['operation', 'count'],
	]);
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

it('shows every parameter of the trigger with its default, for both events', () => {
	const { properties } = new DatadogCasesTrigger().description;
	const shownFor = (event: string) =>
		properties
			.filter(({ displayOptions }) => (displayOptions?.show?.event ?? [event]).includes(event))
			.map(({ name, type, default: value }) => [name, type, value]);
	const common = [
		['authentication', 'options', 'apiKeys'],
		['event', 'options', 'thresholdCrossed'],
		['query', 'string', ''],
		['groupBy', 'multiOptions', ['status']],
		['customGroupBy', 'string', ''],
		['onlyValues', 'string', ''],
		['limit', 'number', 50],
		['options', 'collection', {}],
	];
	expect(shownFor('thresholdCrossed')).toEqual([
		...common,
		['condition', 'options', 'above'],
		['threshold', 'number', 0],
		['recovery', 'number', ''],
		['notifyRecovery', 'boolean', false],
		['fireOnActivation', 'boolean', false],
	]);
	expect(shownFor('countChanged')).toEqual([
		...common,
		['minimumChange', 'number', 1],
		['direction', 'options', 'any'],
		['includeGone', 'boolean', true],
	]);
	expect(events.map(({ option: { value, name } }) => [value, name])).toEqual([
		['countChanged', 'Count Changed'],
		['thresholdCrossed', 'Threshold Crossed'],
	]);
	const options = properties.find(({ name }) => name === 'options')?.options ?? [];
	expect(options.map(({ name }) => name)).toEqual(['maxRetries', 'maxWait', 'timeout']);
});

it.each(operations.map(({ option }) => option.value))(
	'has an output schema for the operation %s where n8n looks for it',
	(operation) => {
		expect(
			existsSync(join(dist, `nodes/DatadogCases/__schema__/v1.0.0/${operation as string}.json`)),
		).toBe(true);
	},
);
