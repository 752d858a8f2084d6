import { noHints } from '../../../../../nodes/DatadogCases/actions/operation';
import { UserFacingError } from '../../../../../nodes/DatadogCases/errors/userFacingError';
import { thresholdCrossed } from '../../../../../nodes/DatadogCases/trigger/thresholdCrossed.event';
import {
	watchedCountsFrom,
	triggerItemFor,
	readWatchParameters,
} from '../../../../../nodes/DatadogCases/trigger/watch';

const defaults: Record<string, unknown> = {
	authentication: 'apiKeys',
	query: '',
	groupBy: 'priority',
	onlyValues: '',
	options: {},
	condition: 'above',
	threshold: 5,
	notifyRecovery: false,
	triggerIfAlreadyCrossed: false,
};
const getter = (values: object) => (name: string) =>
	({ ...defaults, ...values })[name as keyof typeof defaults];

function errorOf(act: () => unknown): UserFacingError {
	try {
		act();
	} catch (error) {
		return error as UserFacingError;
	}
	throw new Error('Nothing was refused');
}

it.each([
	[{ groupBy: 'priority', options: { customGroupBy: 'status' } }, 'Group By'],
	[{ groupBy: '', onlyValues: 'P1' }, 'Only Values'],
])('refuses %j, naming the field', (values, field) => {
	expect(errorOf(() => readWatchParameters(getter(values))).details).toEqual({ field });
});

it.each([
	{ options: { recovery: 6 } },
	{ options: { recovery: 4 }, condition: 'below' },
	{ options: { recovery: 'much' } },
])('refuses %j, naming Recovery Threshold', (values) => {
	const error = errorOf(() => thresholdCrossed.ruleFrom(getter(values)));
	expect(error.details).toEqual({ field: 'Recovery Threshold' });
});

it('refuses an answer that is not about the field, naming what it lacks', () => {
	const watch = readWatchParameters(getter({}));
	const other = { ...noHints, items: [], missesField: true };
	expect(errorOf(() => watchedCountsFrom(other, watch))).toMatchObject({
		message: "Datadog's response isn't in the documented format",
		description: expect.stringMatching(
			/^Missing or invalid: the field to group by in data\.attributes\.groups\. /,
		) as string,
	});
});

it('has all counts of Only Values when the answer has them, however many it leaves out', () => {
	const watch = readWatchParameters(getter({ onlyValues: 'P1', options: { maxGroups: 2 } }));
	const items = [
		{ groupBy: 'priority', value: 'P1', count: 7 },
		{ groupBy: 'priority', value: 'P2', count: 6 },
	];
	const cut = { ...noHints, items, isCut: true };
	expect(watchedCountsFrom(cut, watch)).toEqual({
		counts: [{ value: 'P1', count: 7 }],
		isCut: false,
	});
});

it('leaves the keys out of an item that do not apply', () => {
	const watch = readWatchParameters(getter({ groupBy: '' }));
	expect(triggerItemFor({ count: 3, event: 'countChanged' }, watch, 'custom')).toStrictEqual({
		event: 'countChanged',
		count: 3,
		query: '',
	});
});

it.each<[string, string, string | null | undefined, string | undefined]>([
	['the total', 'status:open', undefined, 'status:open'],

	['a plain word', 'status:open', 'P1', 'status:open priority:P1'],
	['every case', '', 'P1', 'priority:P1'],
	['a query with OR at its top', 'team:a OR team:b', 'P1', '(team:a OR team:b) priority:P1'],
	['an OR in parentheses', '(team:a OR team:b)', 'P1', '(team:a OR team:b) priority:P1'],
	['an OR in quotes', '"this OR that"', 'P1', '"this OR that" priority:P1'],
	['a space', '', 'Case API', 'priority:"Case API"'],
	['a quote and a backslash', '', 'a"b\\c', 'priority:"a\\"b\\\\c"'],
	['no text', '', '', 'priority:""'],
	['an operator', '', 'NOT', 'priority:"NOT"'],
	['an address', '', 'ada@example.com', 'priority:"ada@example.com"'],
	['no value', 'status:open', null, undefined],
])('links to the cases behind an item: %s', (_, query, value, expected) => {
	const watch = readWatchParameters(
		getter({ query, groupBy: value === undefined ? '' : 'priority' }),
	);
	const { url } = triggerItemFor({ value, count: 3, event: 'countChanged' }, watch, 'datadoghq.eu');
	const list = 'https://app.datadoghq.eu/cases';
	expect(url).toBe(expected && `${list}?query=${encodeURIComponent(expected)}`);
});

it.each(['', '  '])('links to the whole list for the total of every case (%j)', (query) => {
	const watch = readWatchParameters(getter({ query, groupBy: '' }));
	const item = triggerItemFor({ count: 3, event: 'countChanged' }, watch, 'us5.datadoghq.com');
	expect(item).toEqual({
		event: 'countChanged',
		count: 3,
		query,
		url: 'https://us5.datadoghq.com/cases',
	});
});

it.each([-1, 11, 1.5, '', 'two', null, true])('attaches no %p cases', (attachCases) => {
	const error = errorOf(() => readWatchParameters(getter({ options: { attachCases } })));
	expect(error.details).toEqual({ field: 'Attach Cases' });
	expect(error.message).toBe(
		attachCases === 11
			? "'Attach Cases' must be a whole number from 0 to 10"
			: "'Attach Cases' must be a whole number, 0 or more",
	);
});
