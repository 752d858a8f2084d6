/** What happens to a workflow with the trigger, generated: plain data, so that fast-check can shorten it. */
import fc from 'fast-check';
import { ANSWERS, type Answer } from './datadog';

export interface Settings {
	event: 'thresholdCrossed' | 'countChanged';
	condition: 'above' | 'below';
	threshold: number;
	/** How far the recovery threshold lies behind the threshold; -1 leaves it empty. */
	hysteresis: number;
	notifyRecovery: boolean;
	triggerIfAlreadyCrossed: boolean;
	minimumChange: number;
	direction: 'any' | 'up' | 'down';
	includeGone: boolean;
	/** 'total' watches the total. */
	watches: 'values' | 'onlyValues' | 'total';
	/** Max Groups. */
	limit: number;
	query: string;
	maxRetries: number;
	/** Whether the values have over 1,000 characters, of which they share the first 1,000. */
	longValues: boolean;
}

/**
 * How n8n keeps what the trigger remembers: in memory and stored at activation and hand-off; as a copy for each poll;
 * or so with a context of its own for each poll.
 */
export type Keeper = 'legacy' | 'staged' | 'durable';

export interface PollStep {
	do: 'poll';
	/** What happened to the counts before: which value and which count, in one number each. */
	moves: number[];
	answer: Answer;
	/** Its order, when that is not by count. */
	order: number;
	/** How many polls later the answer comes. */
	late: number;
	/** Whether n8n can start the execution. */
	canStart: boolean;
}

export type Step =
	| PollStep
	| {
			do: 'restart' | 'changeLeader' | 'copy' | 'testEvent' | 'otherQuery';
			moves: number[];
			answer: Answer;
	  }
	| {
			do: 'switchOffAndOn' | 'publish';
			moves: number[];
			answer: Answer;
			change: Partial<Settings>;
	  };

export interface Story {
	settings: Settings;
	keeper: Keeper;
	/** Whether some group values are null, a number or a boolean. */
	oddValues: boolean;
	/** Whether a value whose count gets 0 comes back under another name. */
	newNames: boolean;
	/** Whether a second trigger with the same node id stands in the workflow. */
	twin: boolean;
	/** Cases without a value for the field. */
	fieldless: number;
	start: number[];
	steps: Step[];
}

/** Counts around the threshold are the likely ones. */
export function countFor(code: number, { threshold: t, hysteresis: h }: Settings): number {
	const counts = [
		0,
		t,
		t + 1,
		t - 1,
		t - h,
		t + h,
		t - h - 1,
		t + h + 1,
		t + 2,
		1,
		2,
		t + 5,
		2 * t + 9,
		0,
		t - h + 1,
		t + 9,
	];
	return Math.max(0, counts[code]);
}

/** What long values share. */
export const LONG_BEGINNING = 'long'.repeat(250);

/** The name of a value. */
export const nameOf = (id: number | string, { longValues }: Settings) =>
	`${longValues ? LONG_BEGINNING : ''}Value-${id}`;

const mostly = <T>(usual: T, ...others: T[]) =>
	fc.oneof(
		{ weight: 8, arbitrary: fc.constant(usual) },
		{ weight: 2, arbitrary: fc.constantFrom(usual, ...others) },
	);

const answer = fc.oneof(
	{ weight: 12, arbitrary: fc.constant<Answer>('whole') },
	{ weight: 4, arbitrary: fc.constantFrom<Answer>('whole', 'otherOrder', 'groupless') },
	{ weight: 2, arbitrary: fc.constantFrom(...ANSWERS) },
);

const codes = (maxLength: number) =>
	fc.array(fc.nat({ max: 2 ** 12 - 1 }), { maxLength, size: 'max' });
const moves = fc.oneof({ weight: 9, arbitrary: codes(4) }, { weight: 1, arbitrary: codes(40) });

const settings: fc.Arbitrary<Settings> = fc.record({
	event: mostly<Settings['event']>('thresholdCrossed', 'countChanged', 'countChanged'),
	condition: mostly<Settings['condition']>('above', 'below', 'below'),
	threshold: fc.constantFrom(5, 0, 1, 10),
	hysteresis: fc.constantFrom(-1, 0, 1, 3),
	notifyRecovery: fc.boolean(),
	triggerIfAlreadyCrossed: fc.boolean(),
	minimumChange: fc.constantFrom(1, 2, 3),
	direction: fc.constantFrom('any', 'up', 'down'),
	includeGone: mostly(true, false),
	watches: mostly<Settings['watches']>('values', 'onlyValues', 'total'),
	limit: fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 10 }), fc.constantFrom(30, 100)),
	query: fc.constant('status:open'),
	maxRetries: mostly(0, 3),
	longValues: mostly(false, true),
});

const change = fc.oneof(
	{ weight: 3, arbitrary: fc.constant<Partial<Settings>>({}) },
	{ weight: 2, arbitrary: fc.record({ triggerIfAlreadyCrossed: fc.boolean() }) },
	{ weight: 1, arbitrary: fc.record({ threshold: fc.constantFrom(4, 5, 6, 12) }) },
	{ weight: 1, arbitrary: fc.record({ hysteresis: fc.constantFrom(-1, 0, 2) }) },
	{ weight: 1, arbitrary: fc.record({ notifyRecovery: fc.boolean() }) },
	{ weight: 1, arbitrary: fc.record({ minimumChange: fc.constantFrom(1, 3) }) },
	{ weight: 1, arbitrary: fc.record({ limit: fc.constantFrom(2, 5, 1000) }) },
	{ weight: 1, arbitrary: fc.record({ query: fc.constantFrom('status:open', 'priority:P1') }) },
	{
		weight: 1,
		arbitrary: fc.record({ condition: fc.constantFrom('above' as const, 'below' as const) }),
	},
);

const poll: fc.Arbitrary<PollStep> = fc.record({
	do: fc.constant('poll' as const),
	moves,
	answer,
	order: fc.nat({ max: 3 }),
	late: mostly(0, 1, 2, 3),
	canStart: fc.oneof(
		{ weight: 19, arbitrary: fc.constant(true) },
		{ weight: 1, arbitrary: fc.boolean() },
	),
});

const other = fc.oneof(
	fc.record({
		do: fc.constantFrom('restart', 'restart', 'changeLeader', 'copy', 'testEvent', 'otherQuery'),
		moves,
		answer,
	}),
	fc.record({
		do: fc.constantFrom('switchOffAndOn' as const, 'publish' as const),
		moves,
		answer,
		change,
	}),
) as fc.Arbitrary<Step>;

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 9, arbitrary: poll },
	{ weight: 1, arbitrary: other },
);

const counts = fc.oneof(
	{ weight: 6, arbitrary: fc.array(fc.nat({ max: 15 }), { minLength: 1, maxLength: 6 }) },
	{
		weight: 2,
		arbitrary: fc.array(fc.nat({ max: 15 }), { minLength: 5, maxLength: 50, size: 'max' }),
	},
	{
		weight: 1,
		arbitrary: fc.array(fc.nat({ max: 15 }), { minLength: 50, maxLength: 200, size: 'max' }),
	},
);

const steps = fc.oneof(
	{ weight: 5, arbitrary: fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }) },
	{ weight: 1, arbitrary: fc.array(step, { minLength: 20, maxLength: 300, size: 'max' }) },
);

export const stories: fc.Arbitrary<Story> = fc.record({
	settings,
	keeper: mostly<Keeper>('legacy', 'staged', 'staged', 'durable'),
	oddValues: mostly(false, true),
	newNames: mostly(false, true),
	twin: mostly(false, true),
	fieldless: mostly(0, 3),
	start: counts,
	steps,
});
