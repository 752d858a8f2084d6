/** What happens in a run of the node, generated: plain data, so that fast-check can shorten it. */
import fc from 'fast-check';

/** How a rate limit is told. */
export const FORMS = [
	'complete',
	'doubled',
	'epoch',
	'missing',
	'withoutReset',
	'retryAfter',
	'retryAfterDate',
	'junk',
] as const;
export type Form = (typeof FORMS)[number];

export type Failure = 'refused' | 'unavailable' | 'hangs' | 'notFound';

export type Poison = 'badRequest' | 'forbidden' | 'unavailable' | 'hangs';

export interface Limit {
	/** Requests in each period. */
	most: number;
	periodSeconds: number;
	form: Form;
	/** Somebody else used so many in the first period. */
	used: number;
}

export interface Outage {
	fromMs: number;
	forMs: number;
	failure: Failure;
}

export interface OrganizationStory {
	/** The longest that an answer takes. */
	latencyMs: number;
	limit: Limit | 'none';
	outages: Outage[];
	/** Queries that never get an answer. */
	poison: Array<{ query: number; poison: Poison }>;
}

export interface ItemStory {
	organization: number;
	query: number;
	isGrouped: boolean;
	maxRetries: number;
	maxWait: number;
	timeout: number;
}

export interface RunStory {
	organizations: OrganizationStory[];
	items: ItemStory[];
	maxConcurrency: number;
	onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	/** Milliseconds until somebody cancels it. */
	cancelAt: number | 'never';
	/** How long n8n takes for a credential. */
	lookUpMs: number;
	/** With a single organization, whether its credential holds an expression all the same. */
	isExpression: boolean;
	/** Max Retries, Max Wait, Timeout and Max Concurrency are not set. */
	hasDefaults: boolean;
	/** What latencies and jitter come from. */
	random: number;
}

export const DEFAULTS = { maxConcurrency: 25, maxRetries: 3, maxWait: 60, timeout: 30 };

export const FOREVER = 1e9;

const often = <T>(usual: T, ...arbitraries: Array<fc.Arbitrary<T>>) =>
	fc.oneof(fc.constant(usual), ...arbitraries);

const limit = fc.record<Limit>({
	most: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 100 })),
	periodSeconds: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 90 })),
	form: fc.constantFrom(...FORMS),
	used: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 })),
});

const failure = fc.constantFrom<Failure>('refused', 'unavailable', 'hangs', 'notFound');

const outage = fc.record<Outage>({
	fromMs: often(0, fc.integer({ min: 0, max: 5_000 })),
	forMs: fc.oneof(fc.integer({ min: 1, max: 8_000 }), fc.constantFrom(60_000, FOREVER)),
	failure,
});

const poison = fc.record({
	query: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 299 })),
	poison: fc.constantFrom<Poison>('badRequest', 'forbidden', 'unavailable', 'hangs'),
});

const organization = fc.record<OrganizationStory>({
	latencyMs: fc.constantFrom(1, 20, 400),
	limit: often<Limit | 'none'>('none', limit),
	outages: often<Outage[]>([], fc.array(outage, { maxLength: 2 })),
	poison: often<OrganizationStory['poison']>([], fc.array(poison, { maxLength: 4, size: 'max' })),
});

const item = fc.record<ItemStory>({
	organization: fc.nat({ max: 2 }),
	query: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 299 })),
	isGrouped: often(false, fc.constant(true)),
	maxRetries: often(3, fc.integer({ min: 0, max: 4 })),
	maxWait: often(60, fc.constantFrom(0, 1, 2, 5, 30, 120)),
	timeout: often(30, fc.constantFrom(1, 5)),
});

const run = fc.record<RunStory>({
	organizations: fc.array(organization, { minLength: 1, maxLength: 3 }),
	items: fc.oneof(
		fc.array(item, { minLength: 1, maxLength: 8, size: 'max' }),
		fc.array(item, { minLength: 1, maxLength: 60, size: 'max' }),
		fc.array(item, { minLength: 1, maxLength: 300, size: 'max' }),
	),
	maxConcurrency: fc.constantFrom(25, 1, 2, 5, 100),
	onError: fc.constantFrom('continueRegularOutput', 'continueErrorOutput', 'stopWorkflow'),
	cancelAt: fc.oneof(
		{ weight: 5, arbitrary: fc.constant<'never'>('never') },
		{ weight: 1, arbitrary: fc.integer({ min: 0, max: 10_000 }) },
	),
	lookUpMs: often(0, fc.constantFrom(0, 3)),
	isExpression: fc.boolean(),
	hasDefaults: fc.boolean(),
	random: fc.nat(),
});

/** Every organization is down from one point in time on, and nothing else is wrong. */
const outageForGood = fc
	.tuple(run, fc.constantFrom(0, 0, 50, 700), failure)
	.map(([story, fromMs, kind]) => ({
		...story,
		hasDefaults: true,
		organizations: story.organizations.map((one) => ({
			...one,
			limit: 'none' as const,
			poison: [],
			outages: [{ fromMs, forMs: FOREVER, failure: kind }],
		})),
	}));

export const runStories: fc.Arbitrary<RunStory> = fc.oneof(
	{ weight: 7, arbitrary: run },
	{ weight: 1, arbitrary: outageForGood },
);

/** The item as the node is given it: its organization is one that there is. */
export function itemIn(story: RunStory, item: number): ItemStory {
	const one = story.items[item];
	const { maxRetries, maxWait, timeout } = story.hasDefaults ? DEFAULTS : one;
	const organization = one.organization % story.organizations.length;
	return { ...one, organization, maxRetries, maxWait, timeout };
}

export const concurrencyOf = (story: RunStory) =>
	story.hasDefaults ? DEFAULTS.maxConcurrency : story.maxConcurrency;

/** Items with the same request and Timeout. The Max Wait, by which the node tells them apart too, is not seen outside. */
export const keyOf = ({ organization, query, isGrouped, timeout }: ItemStory) =>
	`${organization}/${query}${isGrouped ? ' by priority' : ''}/${timeout}`;
