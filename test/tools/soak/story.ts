/** What happens to a workflow with the trigger, generated: plain data, so that fast-check can shorten it. */
import fc from 'fast-check';
import { ANSWERS, type Answer } from './datadog';
import { SEARCHES, type SearchAnswer } from './search';

export interface Settings {
	event: 'thresholdCrossed' | 'countChanged';
	condition: 'above' | 'atLeast' | 'below' | 'atMost';
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
	/** Whether the field stands in Custom Group By, and Group By is empty. */
	isCustomField: boolean;
	consecutivePolls: number;
	/** Minutes. */
	repeatEvery: number | 'never';
	attachCases: number;
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
	/** How searches are answered. */
	search: SearchAnswer;
	/** How many seconds late the next step is. */
	jitter: number;
}

export type Step =
	| PollStep
	| {
			do: 'restart' | 'changeLeader' | 'copy' | 'testEvent' | 'otherQuery';
			moves: number[];
			answer: Answer;
			search: SearchAnswer;
	  }
	| {
			do: 'switchOffAndOn' | 'publish';
			moves: number[];
			answer: Answer;
			search: SearchAnswer;
			change: Partial<Settings>;
	  };

export type Site = 'custom' | 'datadoghq.com' | 'us5.datadoghq.com' | 'ddog-gov.com';

export interface Story {
	settings: Settings;
	keeper: Keeper;
	/** Whether some group values are null, a number or a boolean. */
	oddValues: boolean;
	/** Whether a value whose count gets 0 comes back under another name. */
	newNames: boolean;
	/** Whether a second trigger with the same node id stands in the workflow, or runs in another one. */
	twin: 'none' | 'node' | 'workflow';
	/** The site of the credential; 'custom' has a base URL of its own. */
	site: Site;
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
	return Math.max(0, Math.floor(counts[code]));
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

const search = fc.oneof(
	{ weight: 2, arbitrary: fc.constant<SearchAnswer>('found') },
	{ weight: 1, arbitrary: fc.constantFrom(...SEARCHES) },
);

const codes = (maxLength: number) =>
	fc.array(fc.nat({ max: 2 ** 12 - 1 }), { maxLength, size: 'max' });
const moves = fc.oneof({ weight: 9, arbitrary: codes(4) }, { weight: 1, arbitrary: codes(40) });

const CONDITIONS = ['above', 'atLeast', 'below', 'atMost'] as const;

const settings: fc.Arbitrary<Settings> = fc.record({
	event: mostly<Settings['event']>('thresholdCrossed', 'countChanged', 'countChanged'),
	condition: fc.oneof(
		{ weight: 4, arbitrary: fc.constant<Settings['condition']>('above') },
		{ weight: 3, arbitrary: fc.constantFrom(...CONDITIONS) },
	),
	threshold: fc.constantFrom(5, 0, 1, 10, 4.5),
	hysteresis: fc.constantFrom(-1, 0, 1, 3),
	notifyRecovery: fc.boolean(),
	triggerIfAlreadyCrossed: fc.boolean(),
	minimumChange: fc.constantFrom(1, 2, 3),
	direction: fc.constantFrom('any', 'up', 'down'),
	includeGone: mostly(true, false),
	watches: mostly<Settings['watches']>('values', 'onlyValues', 'total'),
	isCustomField: mostly(false, true),
	consecutivePolls: fc.constantFrom(1, 1, 2, 3),
	repeatEvery: fc.constantFrom<Settings['repeatEvery']>('never', 'never', 1, 1.5, 2, 5, 30),
	attachCases: mostly(0, 1, 3, 10),
	limit: fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 10 }), fc.constantFrom(30, 100)),
	query: fc.constant('status:open'),
	maxRetries: mostly(0, 3),
	longValues: mostly(false, true),
});

const change = fc.oneof(
	{ weight: 3, arbitrary: fc.constant<Partial<Settings>>({}) },
	{ weight: 2, arbitrary: fc.record({ triggerIfAlreadyCrossed: fc.boolean() }) },
	{ weight: 2, arbitrary: fc.record({ threshold: fc.constantFrom(4, 5, 6, 12) }) },
	{ weight: 1, arbitrary: fc.record({ hysteresis: fc.constantFrom(-1, 0, 2) }) },
	{ weight: 1, arbitrary: fc.record({ notifyRecovery: fc.boolean() }) },
	{ weight: 1, arbitrary: fc.record({ minimumChange: fc.constantFrom(1, 3) }) },
	{ weight: 1, arbitrary: fc.record({ limit: fc.constantFrom(2, 5, 1000) }) },
	{ weight: 1, arbitrary: fc.record({ query: fc.constantFrom('status:open', 'priority:P1') }) },
	{
		weight: 1,
		arbitrary: fc.record({ condition: fc.constantFrom(...CONDITIONS) }),
	},
	{ weight: 2, arbitrary: fc.record({ consecutivePolls: fc.constantFrom(1, 2, 3, 4) }) },
	{
		weight: 2,
		arbitrary: fc.record({
			repeatEvery: fc.constantFrom<Settings['repeatEvery']>('never', 1, 3, 10),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ attachCases: fc.constantFrom(0, 2, 10) }) },
	{
		weight: 1,
		arbitrary: fc.record({
			watches: fc.constantFrom<Settings['watches']>('values', 'onlyValues', 'total'),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			threshold: fc.constantFrom(5, 6, 12),
			consecutivePolls: fc.constantFrom(1, 2, 3),
			repeatEvery: fc.constantFrom<Settings['repeatEvery']>('never', 2),
		}),
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
	search,
	jitter: mostly(0, 10, -10, 20, -20, 30, -30),
});

const other = fc.oneof(
	fc.record({
		do: fc.constantFrom('restart', 'restart', 'changeLeader', 'copy', 'testEvent', 'otherQuery'),
		moves,
		answer,
		search,
	}),
	fc.record({
		do: fc.constantFrom('switchOffAndOn' as const, 'publish' as const),
		moves,
		answer,
		search,
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
	twin: mostly<Story['twin']>('none', 'node', 'workflow'),
	site: mostly<Site>('custom', 'datadoghq.com', 'us5.datadoghq.com', 'ddog-gov.com'),
	fieldless: mostly(0, 3),
	start: counts,
	steps,
});
