import { countChanged } from '../../../../nodes/DatadogCases/trigger/countChanged.event';
import { compare, type Memory } from '../../../../nodes/DatadogCases/trigger/memory';
import { thresholdCrossed } from '../../../../nodes/DatadogCases/trigger/thresholdCrossed.event';

const ruleFor = (given: Record<string, unknown>, event = thresholdCrossed) =>
	event.ruleFrom((name) => given[name]);
const above = {
	condition: 'above',
	threshold: 5,
	recovery: '',
	notifyRecovery: true,
	triggerIfAlreadyCrossed: false,
};
const counted = (counts: Record<string, number>) =>
	Object.entries(counts).map(([value, count]) => ({ value, count }));

const values: Memory['values'] = [
	{ value: 'P1', count: 7, isCrossed: true, since: 'before' },
	{ value: 'P2', count: 4, isCrossed: false },
];
const memory: Memory = { threshold: 5, isCut: false, values };

it('remembers what was counted, and forgets a value that is gone and over', () => {
	const { memory: next } = compare(
		ruleFor(above),
		counted({ P1: 8, P3: 1 }),
		false,
		memory,
		50,
		'now',
	);
	expect(next).toEqual({
		threshold: 5,
		isCut: false,
		values: [
			{ value: 'P1', count: 8, isCrossed: true, since: 'before' },
			{ value: 'P3', count: 1, isCrossed: false },
		],
	});
});

it('remembers as it was what a cut answer leaves out', () => {
	const { memory: next, fired } = compare(
		ruleFor(above),
		counted({ P3: 1 }),
		true,
		memory,
		50,
		'now',
	);
	expect(next).toEqual({
		threshold: 5,
		isCut: true,
		values: [
			{ value: 'P1', count: 7, isCrossed: true, since: 'before' },
			{ value: 'P3', count: 1, isCrossed: false },
			{ value: 'P2', count: 4, isCrossed: false },
		],
	});
	expect(fired).toEqual([]);
});

it('forgets first what would neither fire twice nor never', () => {
	const { memory: next } = compare(ruleFor(above), counted({ P3: 1 }), true, memory, 2, 'now');
	expect(next.values!.map(({ value }) => value)).toEqual(['P1', 'P3']);
});

it('remembers a value without cases that stands on the other side since the threshold is another', () => {
	const rule = ruleFor({ ...above, condition: 'below' });
	const known = {
		threshold: 0,
		isCut: true,
		values: [{ value: 'P1', count: 0, isCrossed: false }],
	};
	expect(compare(rule, counted({ P2: 9 }), true, known, 50, 'now').memory.values).toEqual([
		{ value: 'P2', count: 9, isCrossed: false },
		{ value: 'P1', count: 0, isCrossed: false },
	]);
});

it.each([
	[true, [{ value: 'P1', count: 7 }]],
	[
		false,
		[
			{ value: 'P1', count: 7 },
			{ value: 'P2', count: 4 },
		],
	],
])(
	'remembers the count of a value that is gone only without Include Gone: %s',
	(includeGone, next) => {
		const rule = ruleFor({ minimumChange: 1, direction: 'any', includeGone }, countChanged);
		const known = {
			isCut: false,
			values: [
				{ value: 'P1', count: 7 },
				{ value: 'P2', count: 4 },
			],
		};
		expect(compare(rule, counted({ P1: 7 }), false, known, 50, 'now').memory).toEqual({
			threshold: undefined,
			isCut: false,
			values: next,
		});
	},
);
