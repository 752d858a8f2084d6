/** Some polls of one trigger, each with its answers. */
import { isDeepStrictEqual } from 'node:util';
import fc, { type Arbitrary } from 'fast-check';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, WorkflowActivateMode } from 'n8n-workflow';

import { activate } from '../../support/poll';
import { type Account, accounts, credentialOf } from './accounts';
import { Answer, answersFor } from './answers';
import { fail, inherited, judgeWords } from './judge';
import { isFixed } from './messages';
import { type Expected, namesIn } from './model';
import { takePrinted } from './output';
import type { AnswerServer } from './server';
import { VALUES } from './texts';
import { START } from './waits';
import { expectedOfPoll, parametersOf, type Watch, watches } from './watches';

interface Poll {
	mode: 'trigger' | 'manual';
	answers: Answer[];
}

export interface Polls {
	account: Account;
	watch: Watch;
	activation: WorkflowActivateMode;
	isDurable: boolean;
	isStaged: boolean;
	polls: Poll[];
}

/** As documented, by status. */
const good = fc
	.uniqueArray(fc.record({ value: fc.constantFrom(null, 5, true, ...VALUES), count: fc.nat(8) }), {
		maxLength: 6,
		selector: ({ value }) => String(value),
	})
	.map((group_values) => {
		const attributes = { groups: [{ group: 'status', group_values }] };
		const body = JSON.stringify({ data: { attributes } });
		return [new Answer(200, [['content-type', 'application/json']], Buffer.from(body))];
	});

export const polls: Arbitrary<Polls> = fc.oneof(
	...accounts.map((account) =>
		fc.record({
			account: fc.constant(account),
			watch: watches,
			activation: fc.constantFrom<WorkflowActivateMode>('activate', 'update', 'init', 'create'),
			isDurable: fc.boolean(),
			isStaged: fc.boolean(),
			polls: fc.array(
				fc.record({
					mode: fc.constantFrom('trigger', 'trigger', 'manual'),
					answers: fc.oneof(good, good, answersFor(account, 'count')),
				}) as Arbitrary<Poll>,
				{ minLength: 1, maxLength: 3 },
			),
		}),
	),
);

/** What a poll gave. */
interface Given {
	items: IDataObject[];
	error: unknown;
	warnings: string[];
	isUnchanged: boolean;
}

/** @throws Error when a poll ends otherwise than it may. */
export async function checkPolls(
	{ polls: all, account, watch, ...how }: Polls,
	server: AnswerServer,
) {
	const served = server.serve([]);
	const trigger = activate({
		...how,
		workflowId: served.address,
		parameters: parametersOf(watch),
		credential: credentialOf(account, served.address),
		variables: { watch: watch as never },
	});
	takePrinted();
	const before = inherited();
	for (const { mode, answers } of all) {
		Object.assign(served, { answers, asked: [] });
		const memory = withoutEmpty(trigger.memory());
		trigger.warnings.length = 0;
		const given: Given = {
			items: [],
			error: undefined,
			warnings: trigger.warnings,
			isUnchanged: false,
		};
		try {
			given.items = (await trigger.poll(mode)) ?? [];
		} catch (error) {
			given.error = error;
		}
		given.isUnchanged = withoutEmpty(trigger.memory()) === memory;
		const isAll = namesIn(watch.onlyValues)?.length === 0;
		const names = [watch.groupBy, watch.options.customGroupBy].flatMap(
			(list) => namesIn(list) ?? [],
		);
		judgePoll(mode, given, expectedOfPoll(watch, answers), isAll, names[0]);
		for (const item of given.items) judgeItem(item, mode, watch.event);
		judgeWords([given, trigger.memory(), takePrinted()], accounts);
	}
	server.forget();
	fail(!isDeepStrictEqual(inherited(), before), 'what every object inherits has changed');
}

/** n8n makes room for what a node remembers as soon as the node looks for it. */
const withoutEmpty = (memory: string) => memory.replace(/"[^"]*":\{\}/, '');

function judgePoll(
	mode: Poll['mode'],
	given: Given,
	{ ends }: Expected,
	isAll: boolean,
	field: string | undefined,
): void {
	const { error, warnings, isUnchanged } = given;
	const isOurs = error instanceof NodeApiError || error instanceof NodeOperationError;
	fail(error && !isOurs, 'an error of another kind', error);
	fail(isOurs && !isFixed(error.message), 'a message that is not documented', error);
	const words = warnings.map(
		(warning) => /^Workflow "On call" \(.+?\), node ".+?": (.+)$/s.exec(warning)?.[1] ?? '',
	);
	const refusals = words.filter((text) => isFixed(text));
	const others = words.filter(
		(text) => !isFixed(text) && !text.startsWith("Datadog's response reached 'Max Groups' ("),
	);
	fail(others.length > 0, 'a warning that is not documented', warnings);

	const isRefused = error !== undefined || refusals.length > 0;
	fail((isRefused || mode === 'manual') && !isUnchanged, 'what is remembered has changed', given);
	const outcomes = ends.map(({ outcome }) => outcome.is);
	const isRefusal = outcomes.every((is) => is !== 'items');
	fail(isRefusal && !isRefused, 'a poll that was to be refused', { given, ends });
	const isField = ends.every(({ outcome, requests }) => outcome.is === 'field' && requests === 0);
	if (isField && isOurs) {
		const fields = ends.flatMap(({ outcome }) => (outcome.is === 'field' ? outcome.fields : []));
		const isNamed = fields.some((field) => error.message.startsWith(`'${field}' `));
		fail(!isNamed, 'refused for another field', { given, ends });
	}
	if (mode !== 'manual' || isRefusal || ends.some(({ requests }) => requests > 1)) return;
	const [{ outcome }] = ends;
	if (outcome.is !== 'items') return;
	const isOther = /^Datadog's response isn't in/.test(isOurs ? error.message : '');
	fail(isRefused && !isOther, 'a poll that was not to be refused', { given, ends });
	if (isRefused) return;
	// Datadog may also tell of fields that nobody watches.
	const watched = outcome.items.filter(({ groupBy }) => groupBy === field);
	const counted = new Map(watched.map(({ value, count }) => [value, count]));
	const isCounted = given.items.every(({ value, count }) => counted.get(value) === count);
	const { length } = given.items;
	fail(length === 0 && isAll && counted.size > 0, 'no samples', { given, ends });
	fail(!isCounted, 'samples that the answer does not hold', { given, ends });
}

const KEYS: Record<string, Array<'previous' | 'threshold'>> = {
	thresholdCrossed: ['threshold'],
	stillCrossed: ['threshold', 'previous'],
	recovered: ['threshold', 'previous'],
	countChanged: ['previous'],
};

function judgeItem(item: IDataObject, mode: Poll['mode'], watched: unknown): void {
	const {
		event,
		groupBy,
		value,
		count,
		previousCount,
		change,
		threshold,
		query,
		since,
		sample,
		dedupKey,
		...rest
	} = item;
	const has = KEYS[event as string] ?? [];
	const isNumber = (one: unknown) => typeof one === 'number' && Number.isFinite(one);
	const isOfCrossing = event === 'recovered' || event === 'stillCrossed';
	const isKey = (one: unknown) => typeof one === 'string' && one !== '' && one.length <= 255;
	const isTold = previousCount !== undefined;
	const isPrevious = isTold
		? isNumber(previousCount) && change === Number(count) - Number(previousCount)
		: change === undefined && !has.includes('previous') && mode !== 'manual';
	const isSince =
		typeof since === 'string' &&
		new Date(since).toISOString() === since &&
		Date.parse(since) >= START;
	const isRight =
		Object.keys(rest).length === 0 &&
		Object.values(item).every((one) => one !== undefined) &&
		(event === watched || (isOfCrossing && watched === 'thresholdCrossed')) &&
		(has.includes('threshold') ? isKey(dedupKey) : !('dedupKey' in item)) &&
		has.length > 0 &&
		isNumber(count) &&
		typeof query === 'string' &&
		isPrevious &&
		(has.includes('threshold')
			? isNumber(threshold) && isSince
			: !('threshold' in item || 'since' in item)) &&
		('groupBy' in item
			? typeof groupBy === 'string' && (value === null || typeof value === 'string')
			: !('value' in item)) &&
		(mode === 'manual' ? sample === true : !('sample' in item));
	fail(!isRight, 'an item that is not as documented', item);
}
