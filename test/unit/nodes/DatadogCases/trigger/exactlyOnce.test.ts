/** Compares the trigger with a plain model, over any sequence of counts, failures, restarts and new thresholds. */
import fc from 'fast-check';

import { clock } from '../../../../../nodes/DatadogCases/transport/clock';
import { countChanged } from '../../../../../nodes/DatadogCases/trigger/countChanged.event';
import {
	compare,
	type Comparison,
	type Memory,
} from '../../../../../nodes/DatadogCases/trigger/memory';
import { thresholdCrossed } from '../../../../../nodes/DatadogCases/trigger/thresholdCrossed.event';
import { keysFor } from '../../../../support/account';
import { type LocalDatadog, startDatadog } from '../../../../datadog/server';
import { activate } from '../../../../support/poll';

const CONDITIONS = ['above', 'atLeast', 'atMost', 'below'] as const;

const VALUES = ['P1', 'P2', '__proto__'];

/** The cases of each of the values; undefined when Datadog does not return it. */
type Counts = Array<number | undefined>;

type Step =
	| { does: 'poll'; counts: Counts }
	/** A poll that fails. */
	| { does: 'fail' }
	/** n8n restarts with what it has stored. */
	| { does: 'restart' }
	/** The workflow is saved with another threshold, and n8n activates it again. */
	| { does: 'change'; settings: Settings };

interface Settings {
	condition: (typeof CONDITIONS)[number];
	threshold: number;
	recovery: number;
	notifyRecovery: boolean;
	triggerIfAlreadyCrossed: boolean;
}

const counts = fc.array(fc.option(fc.nat(9), { nil: undefined }), {
	minLength: VALUES.length,
	maxLength: VALUES.length,
});
/** A threshold below 1 has no count below it, and a value that nobody has heard of is not there to fire. */
const settings = (condition: Settings['condition']): fc.Arbitrary<Settings> =>
	fc
		.record({
			condition: fc.constant(condition),
			threshold: fc.integer({ min: 1, max: 7 }),
			recovery: fc.nat(3),
			notifyRecovery: fc.boolean(),
			triggerIfAlreadyCrossed: fc.boolean(),
		})
		.map((one) => {
			// At Least and At Most take no recovery threshold that is the threshold itself.
			const distance = one.recovery + (condition === 'atLeast' || condition === 'atMost' ? 1 : 0);
			const isHigh = condition === 'above' || condition === 'atLeast';
			const recovery = isHigh ? Math.max(0, one.threshold - distance) : one.threshold + distance;
			return { ...one, recovery };
		});
const poll = counts.map((given): Step => ({ does: 'poll', counts: given }));
const disturbance = fc.constantFrom<Step>({ does: 'fail' }, { does: 'restart' });
const stories = fc.constantFrom(...CONDITIONS).chain((condition) => {
	// Publishing with the option on is another story: see the table of states.
	const change = settings(condition).map((given): Step => ({
		does: 'change',
		settings: { ...given, triggerIfAlreadyCrossed: false },
	}));
	const step = fc.oneof(
		{ arbitrary: poll, weight: 6 },
		{ arbitrary: disturbance, weight: 2 },
		change,
	);
	return fc.tuple(settings(condition), fc.array(step, { maxLength: 25 }));
});

/** What has to fire, as texts, for each step: said of every value by itself, by someone who forgets nothing. */
function expectedFirings([first, steps]: [Settings, Step[]]): string[][] {
	let { condition, threshold, recovery, notifyRecovery, triggerIfAlreadyCrossed } = first;
	let polls = 0;
	let isNew = true;
	const isIn = VALUES.map(() => false);
	const hasFired = VALUES.map(() => false);

	return steps.map((step) => {
		if (step.does === 'change') {
			isNew ||= step.settings.threshold !== threshold;
			({ condition, threshold, recovery, notifyRecovery, triggerIfAlreadyCrossed } = step.settings);
		}
		if (step.does !== 'poll') return [];
		const sign = condition === 'above' || condition === 'atLeast' ? 1 : -1;
		const isInclusive = condition === 'atLeast' || condition === 'atMost';
		const triggered: string[] = [];
		for (const [i, value] of VALUES.entries()) {
			const count = step.counts[i] ?? 0;
			const isBeyond = sign * count > sign * threshold || (isInclusive && count === threshold);
			const isBack = sign * count <= sign * recovery;
			const wasIn = isIn[i];
			isIn[i] = wasIn && !isNew ? !isBack : isBeyond;

			if (polls === 0) {
				hasFired[i] = isIn[i] && triggerIfAlreadyCrossed && step.counts[i] !== undefined;
				if (hasFired[i]) triggered.push(`thresholdCrossed ${value} ${count}`);
			} else if (isIn[i] && !wasIn) {
				hasFired[i] = true;
				triggered.push(`thresholdCrossed ${value} ${count}`);
			} else if (!isIn[i] && wasIn) {
				if (hasFired[i] && notifyRecovery) triggered.push(`recovered ${value} ${count}`);
				hasFired[i] = false;
			}
		}
		polls++;
		isNew = false;
		return triggered.sort();
	});
}

/** A threshold that goes back to what it was before the next poll has not changed. */
const isChangedBack = ([first, steps]: [Settings, Step[]]) => {
	let polled = first.threshold;
	let current = first.threshold;
	return steps.some((step) => {
		if (step.does === 'poll') polled = current;
		if (step.does !== 'change') return false;
		const before = current;
		current = step.settings.threshold;
		return before !== polled && current === polled;
	});
};

const returnedOf = (given: Counts) =>
	VALUES.flatMap((value, i) => (given[i] === undefined ? [] : [{ value, count: given[i] }]));

const textOf = ({ event, value, count }: { event?: unknown; value?: unknown; count?: unknown }) =>
	`${event} ${value} ${count}`;

const parametersOf = ({ recovery, ...others }: Partial<Settings>) => ({
	...others,
	options: { recovery },
});

const ruleFor = (given: Partial<Settings> | object, event = thresholdCrossed) =>
	event.ruleFrom((name) => (parametersOf(given) as Record<string, unknown>)[name]);

const MAX_GROUPS = 50;
const later = { isSwitchedOn: false, isPublished: false };
const keeping = (next: Comparison['memory']): Memory => ({
	workflowId: 'test',
	watched: '',
	hadGroups: true,
	...next,
});

describe('thresholdCrossed', () => {
	it('fires each crossing and each recovery exactly once', () => {
		fc.assert(
			fc.property(
				stories.filter((story) => !isChangedBack(story)),
				(story) => {
					const [first, steps] = story;
					let rule = ruleFor(first);
					let memory: Memory | undefined;
					let stored: string | undefined;
					// n8n stores what a workflow remembers when it is activated.
					let isActivation = true;

					const triggered = steps.map((step, at) => {
						if (step.does === 'change') rule = ruleFor(step.settings);
						if (step.does === 'change' || step.does === 'restart') {
							memory = stored === undefined ? undefined : (JSON.parse(stored) as Memory);
							isActivation = true;
						}
						if (step.does !== 'poll') return [];
						const findings = compare(
							rule,
							returnedOf(step.counts),
							false,
							memory,
							later,
							MAX_GROUPS,
							`time ${at}`,
						);
						memory = keeping(findings.memory);
						if (isActivation || findings.triggered.length > 0 || findings.mustPersist) {
							stored = JSON.stringify(memory);
						}
						isActivation = false;
						expect(memory.values.length).toBeLessThanOrEqual(VALUES.length);
						return findings.triggered.map(textOf).sort();
					});
					expect(triggered).toEqual(expectedFirings(story));
				},
			),
			{ numRuns: 5_000 },
		);
	});

	it('tells of each recovery the time of its crossing, and of each the count before', () => {
		fc.assert(
			fc.property(settings('above'), fc.array(counts, { minLength: 2 }), (given, polls) => {
				const rule = ruleFor({ ...given, notifyRecovery: true });
				let memory: Memory | undefined;
				const crossedAt = new Map<string | null | undefined, string>();
				for (const [at, one] of polls.entries()) {
					const { triggered, ...rest } = compare(
						rule,
						returnedOf(one),
						false,
						memory,
						later,
						MAX_GROUPS,
						`time ${at}`,
					);
					memory = keeping(rest.memory);
					for (const { value, event, since, previousCount } of triggered) {
						const before = at === 0 ? undefined : (polls[at - 1][VALUES.indexOf(value!)] ?? 0);
						expect(previousCount).toBe(before);
						if (event === 'thresholdCrossed') crossedAt.set(value, `time ${at}`);
						expect(since).toBe(crossedAt.get(value));
					}
				}
			}),
		);
	});
});

describe('countChanged', () => {
	const rules = fc.record({
		direction: fc.constantFrom('any', 'up', 'down'),
		minimumChange: fc.integer({ min: 1, max: 4 }),
		includeGone: fc.boolean(),
	});

	it('fires whenever a count is far enough from where it was since it fired last', () => {
		fc.assert(
			fc.property(
				rules,
				fc.array(fc.oneof(counts, fc.constant('restart' as const))),
				(given, steps) => {
					const rule = ruleFor(given, countChanged);
					/** The counts of each value since it fired last, that one included. */
					const seen = VALUES.map((): number[] => []);
					let memory: Memory | undefined;
					let stored: string | undefined;

					for (const step of steps) {
						if (step === 'restart') {
							memory = stored === undefined ? undefined : (JSON.parse(stored) as Memory);
							continue;
						}
						const isFirst = memory === undefined;
						const expected: string[] = [];
						for (const [i, value] of VALUES.entries()) {
							if (isFirst) seen[i] = [step[i] ?? 0];
							if (isFirst || (step[i] === undefined && !given.includeGone)) continue;
							const count = step[i] ?? 0;
							const from = {
								any: seen[i][0],
								up: Math.min(...seen[i]),
								down: Math.max(...seen[i]),
							}[given.direction]!;
							const change = count - from;
							const isWanted = { any: true, up: change > 0, down: change < 0 }[given.direction];
							if (isWanted && Math.abs(change) >= given.minimumChange) {
								expected.push(`${value} ${count} from ${from}`);
								seen[i] = [count];
							} else {
								seen[i].push(count);
							}
						}
						const findings = compare(rule, returnedOf(step), false, memory, later, MAX_GROUPS, '');
						memory = keeping(findings.memory);
						if (isFirst || findings.triggered.length > 0 || findings.mustPersist) {
							stored = JSON.stringify(memory);
						}
						const texts = findings.triggered.map(
							({ value, count, previousCount }) => `${value} ${count} from ${previousCount}`,
						);
						expect(texts.sort()).toEqual(expected.sort());
					}
				},
			),
			{ numRuns: 3_000 },
		);
	});
});

it('fires nothing that is not there, whatever is cut', () => {
	const events = [
		ruleFor({
			condition: 'above',
			threshold: 3,
			recovery: 1,
			notifyRecovery: true,
			triggerIfAlreadyCrossed: true,
		}),
		ruleFor({
			condition: 'below',
			threshold: 3,
			recovery: '',
			notifyRecovery: true,
			triggerIfAlreadyCrossed: false,
		}),
		ruleFor({ direction: 'any', minimumChange: 1, includeGone: true }, countChanged),
	];
	const many = fc.uniqueArray(
		fc.record({ value: fc.constantFrom(...'abcdefghij'), count: fc.nat(6) }),
		{
			selector: ({ value }) => value,
		},
	);
	fc.assert(
		fc.property(
			fc.constantFrom(...events),
			fc.integer({ min: 1, max: 4 }),
			fc.array(many),
			(rule, limit, polls) => {
				let memory: Memory | undefined;
				for (const all of polls) {
					const counted = all.slice(0, limit);
					const isCut = all.length >= limit;
					const { triggered, ...rest } = compare(rule, counted, isCut, memory, later, limit, '');
					memory = keeping(rest.memory);
					expect(memory.values.length).toBeLessThanOrEqual(1_000);
					const present = triggered.filter(({ value }) =>
						counted.some((one) => one.value === value),
					);
					if (isCut) expect(present).toEqual(triggered);
				}
			},
		),
		{ numRuns: 2_000 },
	);
});

it('never fires a crossing again before it is over, also when it drops out of a cut answer', () => {
	const rule = ruleFor({
		condition: 'above',
		threshold: 3,
		recovery: '',
		notifyRecovery: true,
		triggerIfAlreadyCrossed: true,
	});
	const tops = fc.array(
		fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(6)), {
			selector: ([value]) => value,
			minLength: 2,
			maxLength: 2,
		}),
	);
	fc.assert(
		fc.property(tops, (polls) => {
			let memory: Memory | undefined;
			const crossed = new Set<string | null | undefined>();
			for (const top of polls) {
				const counted = top.map(([value, count]) => ({ value, count }));
				const { triggered, ...rest } = compare(rule, counted, true, memory, later, 4, '');
				memory = keeping(rest.memory);
				for (const { value, event } of triggered) {
					expect(crossed.has(value)).toBe(event === 'recovered');
					if (event === 'recovered') crossed.delete(value);
					else crossed.add(value);
				}
			}
		}),
	);
});

describe('through n8n', () => {
	let datadog: LocalDatadog;
	beforeAll(async () => {
		datadog = await startDatadog();
	});
	afterAll(() => datadog.close());
	afterEach(() => jest.restoreAllMocks());

	it('fires each crossing and each recovery exactly once', async () => {
		jest.spyOn(clock, 'wait').mockResolvedValue();
		const answer = (given: Counts) =>
			JSON.stringify({
				data: { attributes: { groups: [{ group: 'priority', group_values: returnedOf(given) }] } },
			});
		await fc.assert(
			fc.asyncProperty(
				stories.filter((story) => !isChangedBack(story)),
				async (story) => {
					const [first, steps] = story;
					let parameters = { ...first };
					const start = (staticData: string, activation: 'activate' | 'init' | 'update') =>
						activate({
							parameters: {
								...parameters,
								groupBy: 'priority',
								options: { maxRetries: 0, recovery: parameters.recovery },
							},
							credential: keysFor(datadog.url),
							staticData,
							activation,
						});
					let active = start('{}', 'activate');
					const triggered: string[][] = [];
					for (const step of steps) {
						if (step.does === 'change') parameters = { ...step.settings };
						if (step.does === 'change') active = start(active.stored(), 'update');
						if (step.does === 'restart') active = start(active.stored(), 'init');
						if (step.does === 'fail') {
							datadog.control({ faults: [{ status: 500 }] });
							const outcome = await active.poll().catch(({ message }: Error) => message);
							expect([null, "Datadog couldn't process the request"]).toContain(outcome);
						}
						let items: object[] | null = null;
						if (step.does === 'poll') {
							// The second is for the total, which the trigger asks for when no group is left.
							const noCases = JSON.stringify({ data: { attributes: { total: 0, groups: [] } } });
							datadog.control({ faults: [{ body: answer(step.counts) }, { body: noCases }] });
							items = await active.poll();
						}
						triggered.push((items ?? []).map(textOf).sort());
					}
					expect(triggered).toEqual(expectedFirings(story));
				},
			),
			{ numRuns: 40 },
		);
	});
});
