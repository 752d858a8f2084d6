/** The tables of the documents tell what there is, with its defaults, and what was tested. */
import type { INodeProperties } from 'n8n-workflow';

import { DatadogCasesApi } from '../../../credentials/DatadogCasesApi.credentials';
import { DatadogCasesOAuth2Api } from '../../../credentials/DatadogCasesOAuth2Api.credentials';
import { sites } from '../../../nodes/DatadogCases/transport/account/site';
import { DatadogCases } from '../../../nodes/DatadogCases/DatadogCases.node';
import { DatadogCasesTrigger } from '../../../nodes/DatadogCases/DatadogCasesTrigger.node';
import { operations } from '../../../nodes/DatadogCases/actions';
import { versions } from '../versions/versions';
import {
	codeIn,
	COMPATIBILITY,
	CREDENTIALS,
	OPERATIONS,
	rowsOf,
	sectionOf,
	TRIGGER,
} from './markdown';

/** The labels of fields and of the options among them, each once. */
const labelsOf = (fields: INodeProperties[]): string[] => [
	...new Set(
		fields.flatMap(({ displayName, name, options }) =>
			name === 'options' ? labelsOf(options as INodeProperties[]) : [displayName],
		),
	),
];
const rowLabels = (heading: string, file: string) =>
	rowsOf(sectionOf(heading, file)).flatMap(([labels]) => labels.split(', '));
const sorted = (labels: string[]) => [...labels].sort();

it('tells every parameter of the node', () => {
	const labels = labelsOf(new DatadogCases().description.properties);
	expect(sorted(rowLabels('Parameters', OPERATIONS))).toEqual(
		sorted(labels.filter((label) => label !== 'Operation')),
	);
});

it('tells every operation', () => {
	expect(sorted(rowLabels('Operations', OPERATIONS))).toEqual(
		sorted(operations.map(({ option }) => option.name)),
	);
});

it('tells every parameter of the trigger', () => {
	const labels = labelsOf(new DatadogCasesTrigger().description.properties);
	expect(sorted(rowLabels('Parameters', TRIGGER))).toEqual(sorted([...labels, 'Poll Times']));
});

it.each([
	['Fields of Datadog Cases API', new DatadogCasesApi().properties],
	['Fields of Datadog Cases OAuth2 API', new DatadogCasesOAuth2Api().properties],
])('%s: tells every field', (heading, properties) => {
	const shown = properties.filter(({ type }) => type !== 'hidden');
	expect(sorted(rowLabels(heading, CREDENTIALS))).toEqual(sorted(labelsOf(shown)));
});

it.each([
	[OPERATIONS, new DatadogCases().description.properties],
	[TRIGGER, new DatadogCasesTrigger().description.properties],
])('%s: tells the defaults', (file, properties) => {
	const options = properties.find(({ name }) => name === 'options')!.options as INodeProperties[];
	const fields = [...properties, ...options];
	const told = rowsOf(sectionOf('Parameters', file)).filter(([labels]) => !labels.includes(', '));
	for (const [label, shown] of told) {
		const field = fields.find(({ displayName }) => displayName === label);
		if (!field) continue;
		expect([label, shown]).toEqual([label, expect.stringMatching(defaultOf(field))]);
	}
});

/** How a default is written in a table. */
function defaultOf({ name, type, default: value, options }: INodeProperties): RegExp {
	if (name === 'recovery') return /^the threshold$/;
	if (value === '' && type !== 'options') return /^empty/;
	if (type === 'boolean') return value ? /^on$/ : /^off$/;
	const seconds = ['maxWait', 'timeout'].includes(name) ? ' s' : '';
	const named = [value].flat().map((one) => {
		const found = options?.find((option) => 'value' in option && option.value === one);
		return found?.name ?? String(one);
	});
	return new RegExp(`^${named.join(', ').replace(/[()]/g, '\\$&')}${seconds}$`);
}

it('names the versions of n8n that are tested, with what does not hold in each', () => {
	const rows = rowsOf(sectionOf('Versions of n8n', COMPATIBILITY));
	expect(rows.map(([n8n, packages, , lacks]) => [n8n, packages, lacks])).toEqual(
		versions.map(({ n8n, core, workflow, known }) => [
			n8n,
			`${core}, ${workflow}`,
			known.map(({ reason }) => reason).join(' ') || 'None known',
		]),
	);
});

it('names the sites of the credential', () => {
	const text = sectionOf('Datadog sites', COMPATIBILITY)
		.map(({ raw }) => raw)
		.join('');
	const line = text.split('\n').find((row) => row.startsWith('| In the list'))!;
	const named = codeIn(line);
	const known = sites.map(({ value }) => String(value)).filter((value) => value !== 'custom');
	expect(sorted(named)).toEqual(sorted(known));
});
