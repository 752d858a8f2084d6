/** The README's tables tell what there is, with its defaults, and what was tested. */
import type { INodeProperties } from 'n8n-workflow';

import { DatadogCasesApi } from '../../../credentials/DatadogCasesApi.credentials';
import { DatadogCasesOAuth2Api } from '../../../credentials/DatadogCasesOAuth2Api.credentials';
import { sites } from '../../../nodes/DatadogCases/transport/account/site';
import { DatadogCases } from '../../../nodes/DatadogCases/DatadogCases.node';
import { DatadogCasesTrigger } from '../../../nodes/DatadogCases/DatadogCasesTrigger.node';
import { operations } from '../../../nodes/DatadogCases/actions';
import { versions } from '../versions/versions';
import { codeIn, rowsOf, sectionOf } from './markdown';

/** The labels of fields and of the options among them, each once. */
const labelsOf = (fields: INodeProperties[]): string[] => [
	...new Set(
		fields.flatMap(({ displayName, name, options }) =>
			name === 'options' ? labelsOf(options as INodeProperties[]) : [displayName],
		),
	),
];
const rowLabels = (heading: string) =>
	rowsOf(sectionOf(heading)).flatMap(([labels]) => labels.split(', '));
const sorted = (labels: string[]) => [...labels].sort();

it('tells every parameter of the node', () => {
	const labels = labelsOf(new DatadogCases().description.properties);
	expect(sorted(rowLabels('Parameters'))).toEqual(
		sorted(labels.filter((label) => label !== 'Operation')),
	);
});

it('tells every operation', () => {
	expect(sorted(rowLabels('Operations'))).toEqual(
		sorted(operations.map(({ option }) => option.name)),
	);
});

it('tells every parameter of the trigger', () => {
	const labels = labelsOf(new DatadogCasesTrigger().description.properties);
	expect(sorted(rowLabels('The trigger'))).toEqual(sorted([...labels, 'Poll Times']));
});

it.each([
	['Make the credential', new DatadogCasesApi().properties],
	['Connect with OAuth2', new DatadogCasesOAuth2Api().properties],
])('%s: tells every field', (heading, properties) => {
	const shown = properties.filter(({ type }) => type !== 'hidden');
	expect(sorted(rowLabels(heading))).toEqual(sorted(labelsOf(shown)));
});

it.each([
	['Parameters', new DatadogCases().description.properties],
	['The trigger', new DatadogCasesTrigger().description.properties],
])('%s: tells the defaults', (heading, properties) => {
	const options = properties.find(({ name }) => name === 'options')!.options as INodeProperties[];
	const fields = [...properties, ...options];
	const told = rowsOf(sectionOf(heading)).filter(([labels]) => !labels.includes(', '));
	for (const [label, shown] of told) {
		const field = fields.find(({ displayName }) => displayName === label);
		if (!field || shown === 'as above') continue;
		expect([label, shown]).toEqual([label, expect.stringMatching(defaultOf(field))]);
	}
});

/** How a default is written in a table. */
function defaultOf({ name, type, default: value, options }: INodeProperties): RegExp {
	if (name === 'recovery') return /^the threshold$/;
	if (value === '') return /^empty/;
	if (type === 'boolean') return value ? /^on$/ : /^off$/;
	const seconds = ['maxWait', 'timeout'].includes(name) ? ' s' : '';
	const named = [value].flat().map((one) => {
		const found = options?.find((option) => 'value' in option && option.value === one);
		return found?.name ?? String(one);
	});
	return new RegExp(`^${named.join(', ')}${seconds}$`);
}

it('names the versions of n8n that are tested, with what does not hold in each', () => {
	const rows = rowsOf(sectionOf('Compatibility'));
	expect(rows.map(([n8n, packages, , lacks]) => [n8n, packages, lacks])).toEqual(
		versions.map(({ n8n, core, workflow, known }) => [
			n8n,
			`${core}, ${workflow}`,
			known.map(({ reason }) => reason).join(' ') || 'Nothing that is known',
		]),
	);
});

it('names the sites of the credential', () => {
	const text = sectionOf('Compatibility')
		.map(({ raw }) => raw)
		.join('');
	const line = text.split('\n').find((row) => row.startsWith('| Sites'))!;
	const named = codeIn(line).filter((code) => code !== 'https://api.');
	const known = sites.map(({ value }) => String(value)).filter((value) => value !== 'custom');
	expect(sorted(named)).toEqual(sorted(known));
});
