/** What the documents show is what comes out: each sample is run as the sentence before it says. */
import type {
	IDataObject,
	INodeParameters,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import { clock } from '../../../nodes/DatadogCases/transport/clock';
import { DatadogCases } from '../../../nodes/DatadogCases/DatadogCases.node';
import { DatadogCasesTrigger } from '../../../nodes/DatadogCases/DatadogCasesTrigger.node';
import { keysFor } from '../../support/account';
import { runNode } from '../../support/engine';
import { respondFrom } from '../../support/datadogsSite';
import { datadog, useDatadog } from '../../support/localDatadog';
import { activate, type ActiveTrigger } from '../../support/poll';
import { blocksOf, DOCUMENTS, OPERATIONS, partsOf, sectionOf, TRIGGER } from './markdown';

useDatadog();

/**
 * What a sentence sets: each parameter by its label with its value in code, such as Group By `Status`, or "no" before
 * its label when it is empty.
 */
function parametersIn(sentence: string, properties: INodeProperties[]): INodeParameters {
	const parameters: INodeParameters = {};
	const set = (label: string, text: string) => {
		const collection = properties.find(({ name }) => name === 'options')!;
		const options = collection.options as INodeProperties[];
		const property = properties.find(({ displayName }) => displayName === label);
		const option = options.find(({ displayName }) => displayName === label);
		if (property) parameters[property.name] = valueOf(property, text);
		else if (option) {
			const others = parameters.options as INodeParameters | undefined;
			parameters.options = { ...others, [option.name]: valueOf(option, text) };
		} else throw new Error(`There is no parameter "${label}"`);
	};
	for (const [, label, text] of sentence.matchAll(/([A-Z][A-Za-z ]*?) `([^`]*)`/g))
		set(label, text);
	for (const [, label] of sentence.matchAll(/\bno ([A-Z][A-Za-z ]*)/g)) set(label, '');
	return parameters;
}

function valueOf({ type, options }: INodeProperties, text: string) {
	const named = (name: string) =>
		(options as INodePropertyOptions[]).find((option) => option.name === name)!.value as string;
	if (type === 'options') return named(text);
	if (type === 'multiOptions') return text === '' ? [] : text.split(', ').map(named);
	if (type === 'number') return Number(text);
	if (type === 'boolean') return text === 'on';
	return text;
}

const shownFirst = blocksOf(sectionOf('Operations'), 'json');
const count = blocksOf(sectionOf('Count Cases', OPERATIONS), 'json');
const aggregate = blocksOf(sectionOf('Aggregate Cases', OPERATIONS), 'json');
const getMany = blocksOf(sectionOf('Get Many Cases', OPERATIONS), 'json');
const refused = blocksOf(sectionOf('When an item fails', OPERATIONS), 'json');
const triggerFirst = blocksOf(sectionOf('Trigger'), 'json');
const trigger = blocksOf(partsOf(TRIGGER), 'json');

it('has no sample that is not run', () => {
	const all = DOCUMENTS.flatMap((file) => blocksOf(partsOf(file), 'json'));
	const run = [shownFirst, triggerFirst, count, aggregate, getMany, refused, trigger];
	expect(run.map(({ length }) => length)).toEqual([1, 1, 5, 1, 1, 1, 5]);
	expect(all).toEqual(run.flat());
});

it.each([
	...[...shownFirst, ...count].map((sample) => ['count', sample.before, sample.code]),
	...aggregate.map((sample) => ['aggregate', sample.before, sample.code]),
	...getMany.map((sample) => ['getAll', sample.before, sample.code]),
])('%s: %s', async (operation, before, code) => {
	const { properties } = new DatadogCases().description;
	const { items, error } = await runNode({
		parameters: { operation, ...parametersIn(before, properties) },
		credential: keysFor(datadog.url),
	});
	expect(error).toBe(undefined);
	expect(items.map(({ json }) => json)).toEqual(JSON.parse(code));
});

it('gives the item that says why', async () => {
	const [{ before, code }] = refused;
	expect(before).toBe("On Error _Continue_, with an API key that Datadog doesn't know:");
	const { items } = await runNode({
		credential: { ...keysFor(datadog.url), apiKey: 'unknown' },
		settings: { onError: 'continueRegularOutput' },
	});
	expect(items.map(({ json }) => json)).toEqual(JSON.parse(code));
});

/** What the sentences say of the cases between two polls, and the minutes between these. */
const EVENTS: Array<[RegExp, () => unknown, minutes?: number]> = [
	[
		/^Half an hour later, Repeat Every sends a reminder\. One more P1 case has been opened in between:$/,
		() => datadog.openCases(1, { service: 'case-api', priority: 'P1' }),
		30,
	],
	[
		/One more P1 case is opened:$/,
		() => datadog.openCases(1, { service: 'case-api', priority: 'P1', title: 'Checkout is slow' }),
	],
	[
		/There were four P1 cases, and three more are opened:$/,
		() => datadog.openCases(3, { service: 'case-api', priority: 'P1' }),
	],
	[/All P1 cases are closed:$/, () => datadog.changeCases('priority:P1', { status: 'CLOSED' })],
	[/Three more cases are opened:$/, () => datadog.openCases(3, { service: 'case-api' })],
];

const START = Date.UTC(2026, 10, 22, 20, 14);

it('starts the workflow with the items of the trigger', async () => {
	const { properties } = new DatadogCasesTrigger().description;
	let time = START;
	jest.spyOn(clock, 'now').mockImplementation(() => time);
	respondFrom('datadoghq.com');
	let active: ActiveTrigger | undefined;
	/** The key that the documents show for each. */
	const shownKeys = new Map<unknown, unknown>();
	for (const { before, code } of [...triggerFirst, ...trigger]) {
		const parameters = parametersIn(before, properties);
		if (parameters.event) {
			datadog.reset();
			time = START;
			active = activate({ parameters, credential: keysFor(datadog.url) });
			expect(await active.poll()).toBe(null);
		}
		const [, happen, minutes = 1] = EVENTS.find(([sentence]) => sentence.test(before))!;
		happen();
		time += minutes * 60_000;
		const items = (await active!.poll())!;
		const shown = JSON.parse(code) as IDataObject[];
		const withShownKeys = items.map(({ dedupKey, ...item }, i) => {
			if (dedupKey === undefined) return item;
			expect(dedupKey).toMatch(/^[0-9a-f]{64}$/);
			if (!shownKeys.has(dedupKey)) shownKeys.set(dedupKey, shown[i].dedupKey);
			return { ...item, dedupKey: shownKeys.get(dedupKey) };
		});
		expect(withShownKeys).toEqual(shown);
	}
});
