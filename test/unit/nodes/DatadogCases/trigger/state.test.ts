import { countChanged } from '../../../../../nodes/DatadogCases/trigger/countChanged.event';
import { compare, type Memory } from '../../../../../nodes/DatadogCases/trigger/memory';
import type { RememberedValue, PollKind } from '../../../../../nodes/DatadogCases/trigger/state';
import { thresholdCrossed } from '../../../../../nodes/DatadogCases/trigger/thresholdCrossed.event';

const ruleFor = (given: Record<string, unknown>, event = thresholdCrossed) =>
	event.ruleFrom((name) => given[name]);
const above = {
	condition: 'above',
	threshold: 5,
	options: { recovery: 3 },
	notifyRecovery: true,
	triggerIfAlreadyCrossed: false,
};
const remembered = (values: RememberedValue[], more: Partial<Memory> = {}): Memory => ({
	workflowId: 'test',
	watched: '',
	threshold: 5,
	hadGroups: true,
	isCut: false,
	hasDropped: false,
	values,
	...more,
});
const later = { isSwitchedOn: false, isPublished: false };
const counted = (counts: Record<string, number>) =>
	Object.entries(counts).map(([value, count]) => ({ value, count }));
const cut = (memory: Memory, counts: Record<string, number>, isCut = true) =>
	compare(ruleFor(above), counted(counts), isCut, memory, later, 2, 'now');

const since = (time: string) => ({ since: time, lastTriggeredAt: time });
const normal: RememberedValue = { value: 'P1', count: 4, threshold: 5, state: 'normal' };
const already: RememberedValue = { value: 'P1', count: 7, threshold: 5, state: 'alreadyCrossed' };
const crossed: RememberedValue = {
	value: 'P1',
	count: 7,
	threshold: 5,
	state: 'crossed',
	...since('before'),
};
const on = { isSwitchedOn: true, isPublished: false };
const published = { isSwitchedOn: false, isPublished: true };

describe('the state machine of a threshold (above 5, recovery at 3)', () => {
	it.each<[string, RememberedValue[], number, Omit<PollKind, 'isFirst'>, boolean, string, string]>([
		['unknown, back', [], 3, later, true, 'normal', ''],
		['unknown, between', [], 4, later, true, 'normal', ''],
		['unknown, beyond', [], 6, later, false, 'crossed', 'thresholdCrossed without a count before'],
		['normal, between', [normal], 5, later, true, 'normal', ''],
		['normal, beyond', [normal], 6, later, false, 'crossed', 'thresholdCrossed from 4'],
		['already crossed, beyond', [already], 6, later, true, 'alreadyCrossed', ''],
		['already crossed, between', [already], 4, later, true, 'alreadyCrossed', ''],
		['already crossed, back', [already], 3, later, true, 'normal', ''],
		[
			'already crossed, published',
			[already],
			6,
			published,
			true,
			'crossed',
			'thresholdCrossed without a count before',
		],
		['already crossed, published off', [already], 6, published, false, 'alreadyCrossed', ''],
		['already crossed, between, published', [already], 4, published, true, 'alreadyCrossed', ''],
		['crossed, beyond', [crossed], 9, later, true, 'crossed', ''],
		['crossed, between', [crossed], 4, on, true, 'crossed', ''],
		['crossed, back', [crossed], 3, later, true, 'normal', 'recovered from 7'],
		['crossed, back, on', [crossed], 3, on, true, 'normal', 'recovered from 7'],
		['normal, on', [normal], 6, on, true, 'crossed', 'thresholdCrossed without a count before'],
		['normal, on, option off', [normal], 6, on, false, 'alreadyCrossed', ''],
		[
			'already crossed, on',
			[already],
			6,
			on,
			true,
			'crossed',
			'thresholdCrossed without a count before',
		],
		['already crossed, on, between', [already], 4, on, true, 'normal', ''],
	])('%s', (_, values, count, kind, triggerIfAlreadyCrossed, state, event) => {
		const rule = ruleFor({ ...above, triggerIfAlreadyCrossed });
		const memory = remembered(values, { isCut: values.length === 0 });
		const found = compare(rule, counted({ P1: count }), false, memory, kind, 50, 'now');
		expect(found.memory.values.map((one) => [one.count, one.state])).toEqual([[count, state]]);
		const texts = found.triggered.map((one) =>
			one.previousCount === undefined
				? `${one.event} without a count before`
				: `${one.event} from ${one.previousCount}`,
		);
		expect(texts.join()).toBe(event);
	});
});

it('never drops a crossed value, and drops others beyond 1,000', () => {
	const many = (from: number) =>
		Array.from({ length: 1_200 }, (_, i): RememberedValue => ({
			value: `v${from + i}`,
			count: 1,
			threshold: 5,
			state: 'normal',
		}));
	const { memory } = cut(remembered([...many(0), crossed]), { P2: 1, P3: 1 });
	expect(memory.values).toHaveLength(1_000 + 1);
	expect(memory.values).toContainEqual(crossed);
	expect(cut({ ...remembered([]), ...memory }, { P1: 8, P2: 1 }).triggered).toEqual([]);
});

it('keeps a normal value beside any number of crossed ones, below a threshold too', () => {
	const rule = ruleFor({ ...above, condition: 'below', options: {} });
	const gone = Array.from({ length: 1_000 }, (_, i): RememberedValue => ({
		value: `gone ${i}`,
		count: 0,
		threshold: 5,
		state: 'crossed',
		...since('before'),
	}));
	const first = compare(rule, counted({ X: 10 }), false, remembered(gone), later, 1_000, 'now');
	expect(first.memory.values).toContainEqual({
		value: 'X',
		count: 10,
		threshold: 5,
		state: 'normal',
	});
	const memory = { ...remembered([]), ...first.memory };
	const second = compare(rule, counted({ X: 2 }), false, memory, later, 1_000, 'now');
	expect(second.triggered).toEqual([
		{
			value: 'X',
			count: 2,
			event: 'thresholdCrossed',
			previousCount: 10,
			threshold: 5,
			since: 'now',
		},
	]);
});

it('keeps as they were the values that a cut answer leaves out', () => {
	const zero: RememberedValue = { value: 'P9', count: 0, threshold: 5, state: 'normal' };
	const { memory, triggered } = cut(remembered([crossed, zero]), { P3: 1, P4: 1 });
	expect(memory.values).toEqual([
		{ value: 'P3', count: 1, threshold: 5, state: 'normal' },
		{ value: 'P4', count: 1, threshold: 5, state: 'normal' },
		crossed,
		zero,
	]);
	expect(triggered).toEqual([]);
});

describe('values that a cut answer leaves out', () => {
	const rows = { ...above, options: { recovery: 1, consecutivePolls: 3 } };
	const poll = (
		values: RememberedValue[],
		counts: Record<string, number>,
		kind: Omit<PollKind, 'isFirst'>,
		parameters: Record<string, unknown> = rows,
	) => compare(ruleFor(parameters), counted(counts), true, remembered(values), kind, 2, 'now');
	const others = { P2: 1, P3: 1 };

	it.each<[string, RememberedValue, RememberedValue]>([
		[
			'crossing',
			{ value: 'P1', count: 6, threshold: 5, state: 'crossing', polls: 2 },
			{ value: 'P1', count: 6, threshold: 5, state: 'normal' },
		],
		[
			'settling',
			{ value: 'P1', count: 0, threshold: 5, state: 'settling', polls: 2 },
			{ value: 'P1', count: 0, threshold: 5, state: 'alreadyCrossed' },
		],
		[
			'recovering',
			{ value: 'P1', count: 0, threshold: 5, state: 'recovering', polls: 2, ...since('before') },
			{ value: 'P1', count: 0, threshold: 5, state: 'crossed', ...since('before') },
		],
	])('start their row anew when the workflow is switched on: %s', (_, before, after) => {
		expect(poll([before], others, on).memory.values).toContainEqual(after);
		expect(poll([before], others, later).memory.values).toContainEqual(before);
	});

	it('are held against a changed threshold as soon as they come back', () => {
		const changed = { ...rows, threshold: 4 };
		const left = poll([{ ...crossed, count: 8 }], others, published, changed).memory;
		expect(left.values).toContainEqual({ ...crossed, count: 8 });
		const { memory, triggered } = poll(left.values, { P1: 2, P2: 1 }, later, changed);
		expect(memory.values).toContainEqual({ value: 'P1', count: 2, threshold: 4, state: 'normal' });
		expect(triggered).toEqual([
			{
				value: 'P1',
				count: 2,
				event: 'recovered',
				previousCount: 8,
				threshold: 4,
				since: 'before',
			},
		]);
	});
});

it('takes a value that it has dropped for unknown, also after answers that are not cut', () => {
	const rule = ruleFor({ minimumChange: 1, direction: 'any', includeGone: false }, countChanged);
	const poll = (memory: Memory | undefined, counts: Record<string, number>) => {
		const found = compare(rule, counted(counts), false, memory, later, 2_000, 'now');
		return { ...found, memory: { ...remembered([]), ...found.memory } };
	};
	const first = poll(
		undefined,
		Object.fromEntries(Array.from({ length: 1_999 }, (_, i) => [`a${i}`, 7])),
	);
	const second = poll(first.memory, { b1: 1, b2: 1 });
	expect(second.memory.hasDropped).toBe(true);
	const third = poll(second.memory, { a1998: 7 });
	expect(third.triggered).toEqual([]);
	expect(poll(third.memory, { a1998: 8 }).triggered).toEqual([
		{ value: 'a1998', count: 8, event: 'countChanged', previousCount: 7 },
	]);
});

it('tells the total from a group without a value', () => {
	const rule = ruleFor(above);
	const { memory } = compare(rule, [{ count: 1 }], false, undefined, later, 50, 'now');
	const stored = { ...remembered([]), ...(JSON.parse(JSON.stringify(memory)) as Memory) };
	const found = compare(rule, [{ value: null, count: 8 }], false, stored, later, 50, 'now');
	expect(found.triggered).toEqual([
		{
			value: null,
			count: 8,
			event: 'thresholdCrossed',
			previousCount: 0,
			threshold: 5,
			since: 'now',
		},
	]);
});

it.each([
	[true, ['P1']],
	[false, ['P1', 'P2']],
])('remembers a value that is gone only without Include Gone: %s', (includeGone, expected) => {
	const rule = ruleFor({ minimumChange: 1, direction: 'any', includeGone }, countChanged);
	const memory = remembered([normal, { value: 'P2', count: 4, threshold: 5, state: 'normal' }]);
	const next = compare(rule, counted({ P1: 4 }), false, memory, later, 50, 'now').memory;
	expect(next.values.map(({ value }) => value)).toEqual(expected);
});
