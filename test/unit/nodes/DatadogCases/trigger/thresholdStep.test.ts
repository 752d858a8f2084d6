/** Stories of one value, told poll by poll: a minute lies between two polls. */
import { compare, type Memory } from '../../../../../nodes/DatadogCases/trigger/memory';
import { thresholdCrossed } from '../../../../../nodes/DatadogCases/trigger/thresholdCrossed.event';

/** A count is a poll that returned it. */
type Step =
	| number
	/** A poll whose response is cut, and doesn't tell of the value. */
	| 'cut'
	/** A poll that fails. */
	| 'fail'
	/** n8n restarts with what it has stored. */
	| 'restart'
	/** The workflow is published or switched on, with these changes. */
	| { publish: Parameters }
	| { switchOn: Parameters };

interface Parameters {
	condition?: string;
	threshold?: number;
	triggerIfAlreadyCrossed?: boolean;
	options?: object;
}

const ruleFor = (parameters: Parameters) => {
	const given: Record<string, unknown> = {
		condition: 'above',
		threshold: 5,
		notifyRecovery: true,
		triggerIfAlreadyCrossed: true,
		options: {},
		...parameters,
	};
	return thresholdCrossed.ruleFrom((name) => given[name]);
};

/** @returns what each poll triggers with: the event, the counts, and the minute of the crossing. */
function told(parameters: Parameters, steps: Step[], jitterMs = 0): string[] {
	let current = parameters;
	let memory: Memory | undefined;
	let stored: string | undefined;
	let kind = { isSwitchedOn: true, isPublished: false };
	let isActivation = true;
	let minute = 0;
	const start = (isSwitchedOn: boolean, isPublished: boolean) => {
		memory = stored === undefined ? undefined : (JSON.parse(stored) as Memory);
		kind = { isSwitchedOn, isPublished };
		isActivation = true;
	};
	return steps.flatMap((step) => {
		if (typeof step === 'object') {
			current = { ...current, ...('publish' in step ? step.publish : step.switchOn) };
			start('switchOn' in step, 'publish' in step);
			return [];
		}
		if (step === 'restart') {
			start(false, false);
			return [];
		}
		const at = minute++ * 60_000;
		if (step === 'fail') return [];
		const now = new Date(at - (at === 0 ? 0 : jitterMs)).toISOString();
		const isCut = step === 'cut';
		const counts = [{ value: 'P1', count: isCut ? 0 : step }].filter(() => !isCut);
		const found = compare(ruleFor(current), counts, isCut, memory, kind, 1, now);
		memory = { workflowId: '', watched: '', hadGroups: true, ...found.memory };
		if (isActivation || found.triggered.length > 0 || found.mustPersist) {
			stored = JSON.stringify(memory);
		}
		kind = { isSwitchedOn: false, isPublished: false };
		isActivation = false;
		const texts = found.triggered.map(
			({ event, previousCount, count, threshold, since }) =>
				`${event} ${previousCount ?? 'unknown'}-${count} at ${threshold} since ${new Date(since!).getUTCMinutes()}`,
		);
		return [texts.join()];
	});
}

describe('the condition', () => {
	it.each<[string, Parameters, Step[], string[]]>([
		[
			'atLeast 5 recovers below it',
			{ condition: 'atLeast' },
			[4, 5, 6, 5, 4, 5],
			[
				'',
				'thresholdCrossed 4-5 at 5 since 1',
				'',
				'',
				'recovered 5-4 at 5 since 1',
				'thresholdCrossed 4-5 at 5 since 5',
			],
		],
		[
			'atLeast 5, recovery 3',
			{ condition: 'atLeast', options: { recovery: 3 } },
			[4, 5, 4, 5, 3, 4, 5],
			[
				'',
				'thresholdCrossed 4-5 at 5 since 1',
				'',
				'',
				'recovered 5-3 at 5 since 1',
				'',
				'thresholdCrossed 4-5 at 5 since 6',
			],
		],
		[
			'atMost 5 recovers above it',
			{ condition: 'atMost' },
			[6, 5, 0, 5, 6, 5],
			[
				'',
				'thresholdCrossed 6-5 at 5 since 1',
				'',
				'',
				'recovered 5-6 at 5 since 1',
				'thresholdCrossed 6-5 at 5 since 5',
			],
		],
		[
			'atMost 5, recovery 8',
			{ condition: 'atMost', options: { recovery: 8 } },
			[6, 5, 7, 4, 8, 7, 5],
			[
				'',
				'thresholdCrossed 6-5 at 5 since 1',
				'',
				'',
				'recovered 4-8 at 5 since 1',
				'',
				'thresholdCrossed 7-5 at 5 since 6',
			],
		],
		[
			'atMost 0 is crossed without a case',
			{ condition: 'atMost', threshold: 0 },
			[1, 0, 1],
			['', 'thresholdCrossed 1-0 at 0 since 1', 'recovered 0-1 at 0 since 1'],
		],
		[
			'above 5, recovery 5: at the threshold itself',
			{ options: { recovery: 5 } },
			[4, 6, 5],
			['', 'thresholdCrossed 4-6 at 5 since 1', 'recovered 6-5 at 5 since 1'],
		],
		[
			'below 5, recovery 5: at the threshold itself',
			{ condition: 'below', options: { recovery: 5 } },
			[6, 4, 5],
			['', 'thresholdCrossed 6-4 at 5 since 1', 'recovered 4-5 at 5 since 1'],
		],
	])('%s', (_, parameters, steps, expected) => {
		expect(told(parameters, steps)).toEqual(expected);
	});

	it.each<[string, number, string, string]>([
		['atLeast', 5, 'at or above', 'A count at or above 5'],
		['atLeast', 6, 'at or above', 'A count at or above 5'],
		['atMost', 5, 'at or below', 'A count at or below 5'],
		['atMost', 4, 'at or below', 'A count at or below 5'],
	])('%s 5 takes no recovery at %d', (condition, recovery, words, count) => {
		expect(() => ruleFor({ condition, options: { recovery } })).toThrow(
			expect.objectContaining({
				message: `'Recovery Threshold' must not be ${words} 'Threshold'`,
				description: `${count} would cross the threshold and recover at the same time. To use the threshold itself, leave 'Recovery Threshold' empty.`,
				details: { field: 'Recovery Threshold' },
			}) as Error,
		);
	});
});

describe('Consecutive Polls', () => {
	const three = { options: { consecutivePolls: 3, recovery: 3 } };
	const two = { options: { consecutivePolls: 2, recovery: 3 } };
	const quiet = { triggerIfAlreadyCrossed: false };
	const CROSSED = 'thresholdCrossed 6-6 at 5 since 2';

	it.each<[string, Parameters, Step[], string[]]>([
		[
			'crosses at the last of the row, and recovers at the last of the row',
			three,
			[4, 6, 7, 8, 9, 3, 2, 1, 0],
			[
				'',
				'',
				'',
				'thresholdCrossed 7-8 at 5 since 3',
				'',
				'',
				'',
				'recovered 2-1 at 5 since 3',
				'',
			],
		],
		[
			'a count that is not beyond, even between, starts the row of a crossing anew',
			three,
			[0, 6, 6, 4, 6, 6, 0, 6, 6, 6],
			['', '', '', '', '', '', '', '', '', 'thresholdCrossed 6-6 at 5 since 9'],
		],
		[
			'a count that is not back, even between, starts the row of a recovery anew',
			{ ...three, options: { consecutivePolls: 2, recovery: 3 } },
			[0, 6, 6, 3, 4, 3, 6, 3, 2],
			['', '', CROSSED, '', '', '', '', '', 'recovered 3-2 at 5 since 2'],
		],
		['an unknown value starts a row', two, [6, 7], ['', 'thresholdCrossed 6-7 at 5 since 1']],
		[
			'an unknown value starts no row where it may not trigger, and settles after a row',
			{ ...two, ...quiet },
			[6, 6, 3, 6, 3, 2, 6, 6],
			['', '', '', '', '', '', '', 'thresholdCrossed 6-6 at 5 since 7'],
		],
		[
			'between is no end of what was already crossed',
			{ ...two, ...quiet },
			[6, 3, 4, 3, 6, 6],
			['', '', '', '', '', ''],
		],
		[
			'a published value that was already crossed starts a row, without Trigger If Already Crossed none',
			{ ...two, ...quiet },
			[6, { publish: quiet }, 6, 6, { publish: { triggerIfAlreadyCrossed: true } }, 7, 8],
			['', '', '', '', 'thresholdCrossed 7-8 at 5 since 4'],
		],
		[
			'a published value that is settling and beyond again starts a row',
			{ ...two, ...quiet },
			[6, 3, { publish: { triggerIfAlreadyCrossed: true } }, 7, 8],
			['', '', '', 'thresholdCrossed 7-8 at 5 since 3'],
		],
		[
			'a failed poll neither counts nor ends the row',
			three,
			[0, 6, 'fail', 6, 'fail', 6],
			['', '', '', 'thresholdCrossed 6-6 at 5 since 5'],
		],
		[
			'a cut response that leaves the value out neither counts nor ends the row',
			three,
			[0, 6, 'cut', 6, 'cut', 6, 0, 'cut', 0, 0],
			[
				'',
				'',
				'',
				'',
				'',
				'thresholdCrossed 6-6 at 5 since 5',
				'',
				'',
				'',
				'recovered 0-0 at 5 since 5',
			],
		],
		[
			'a value that was possibly cut off starts a row',
			two,
			['cut', 7, 8],
			['', '', 'thresholdCrossed 7-8 at 5 since 2'],
		],
		[
			'a restart goes on with the row of a crossing and of a recovery',
			three,
			[0, 6, 'restart', 6, 'restart', 6, 0, 'restart', 0, 'restart', 0],
			['', '', '', 'thresholdCrossed 6-6 at 5 since 3', '', '', 'recovered 0-0 at 5 since 3'],
		],
		[
			'a restart goes on with the row that settles',
			{ ...two, ...quiet },
			[6, 3, 'restart', 3, 6, 6],
			['', '', '', '', 'thresholdCrossed 6-6 at 5 since 4'],
		],
		[
			'a restart goes on with the row of polls that all had one activation',
			three,
			[0, 6, 6, 'restart', 6, 0, 0, 'restart', 0],
			['', '', '', 'thresholdCrossed 6-6 at 5 since 3', '', '', 'recovered 0-0 at 5 since 3'],
		],
		[
			'a restart remembers that a row was ended',
			three,
			[0, 6, 6, 0, 'restart', 6],
			['', '', '', '', ''],
		],
		[
			'publishing goes on with the row',
			three,
			[0, 6, { publish: {} }, 6, { publish: {} }, 6],
			['', '', '', 'thresholdCrossed 6-6 at 5 since 3'],
		],
		[
			'switching on starts the row of a crossing anew',
			three,
			[0, 6, 6, { switchOn: {} }, 6, 6, 6],
			['', '', '', '', '', 'thresholdCrossed 6-6 at 5 since 5'],
		],
		[
			'switching on starts the row of a recovery anew',
			two,
			[0, 6, 6, 3, { switchOn: {} }, 3, 3],
			['', '', CROSSED, '', '', 'recovered 3-3 at 5 since 2'],
		],
		[
			'switching on ends a row where it may not trigger',
			three,
			[0, 6, 6, { switchOn: quiet }, 6, 6, 6],
			['', '', '', '', '', ''],
		],
		[
			'another threshold starts the row of a crossing anew',
			three,
			[0, 8, 8, { publish: { threshold: 7 } }, 8, 8, 8],
			['', '', '', '', '', 'thresholdCrossed 8-8 at 7 since 5'],
		],
		[
			'another threshold that a crossed value is not beyond ends it at once',
			two,
			[0, 6, 6, { publish: { threshold: 9 } }, 6],
			['', '', CROSSED, 'recovered 6-6 at 9 since 2'],
		],
		[
			'another threshold that a recovering value is beyond starts its row anew',
			two,
			[0, 9, 9, 3, { publish: { threshold: 6 } }, 9, 3, 3],
			['', '', 'thresholdCrossed 9-9 at 5 since 2', '', '', '', 'recovered 3-3 at 6 since 2'],
		],
		[
			'another threshold that a value already crossed is not beyond makes it normal at once',
			{ ...two, ...quiet },
			[6, { publish: { threshold: 9 } }, 6, 10, 10],
			['', '', '', 'thresholdCrossed 10-10 at 9 since 3'],
		],
		[
			'switching on with a cut response starts the row of a crossing anew',
			two,
			[0, 6, { switchOn: {} }, 'cut', 6, 6],
			['', '', '', '', 'thresholdCrossed 6-6 at 5 since 4'],
		],
		[
			'switching on with a cut response starts the row of a recovery anew',
			two,
			[0, 6, 6, 3, { switchOn: {} }, 'cut', 3, 3],
			['', '', CROSSED, '', '', '', 'recovered 3-3 at 5 since 2'],
		],
		[
			'switching on with a cut response starts the row that settles anew',
			{ ...two, ...quiet },
			[6, 3, { switchOn: quiet }, 'cut', 3, 6, 6],
			['', '', '', '', '', ''],
		],
		[
			'another threshold with a cut response starts the row anew',
			two,
			[0, 8, { publish: { threshold: 7 } }, 'cut', 8, 8],
			['', '', '', '', 'thresholdCrossed 8-8 at 7 since 4'],
		],
		[
			'a lower number takes effect with the next poll of the row',
			{ options: { consecutivePolls: 5 } },
			[0, 6, 6, { publish: { options: { consecutivePolls: 3 } } }, 7],
			['', '', '', 'thresholdCrossed 6-7 at 5 since 3'],
		],
		[
			'a higher number takes effect with the next poll of the row',
			{ options: { consecutivePolls: 2 } },
			[0, 6, { publish: { options: { consecutivePolls: 4 } } }, 6, 6, 6],
			['', '', '', '', 'thresholdCrossed 6-6 at 5 since 4'],
		],
	])('%s', (_, parameters, steps, expected) => {
		expect(told(parameters, steps)).toEqual(expected);
	});
});

it('stores that a cut response at switching on started a row anew', () => {
	const rule = ruleFor({ options: { consecutivePolls: 2 } });
	const poll = (memory: Memory | undefined, counts: number[], isSwitchedOn: boolean) =>
		compare(
			rule,
			counts.map((count) => ({ value: 'P1', count })),
			true,
			memory,
			{ isSwitchedOn, isPublished: false },
			1,
			'2026-01-01T00:00:00.000Z',
		);
	const { memory } = poll(undefined, [6], false);
	const inRow: Memory = { workflowId: '', watched: '', hadGroups: true, ...memory };

	expect(memory.values).toEqual([
		{ value: 'P1', threshold: 5, count: 6, state: 'crossing', polls: 1 },
	]);
	expect(poll(inRow, [], false).mustPersist).toBe(false);
	expect(poll(inRow, [], true)).toMatchObject({
		memory: { values: [{ value: 'P1', count: 6, state: 'normal' }] },
		mustPersist: true,
	});
});

it('reminds when the clock was set back since the last trigger', () => {
	const rule = ruleFor({ options: { repeatEvery: 60 } });
	const poll = (memory: Memory | undefined, now: string) =>
		compare(
			rule,
			[{ value: 'P1', count: 7 }],
			false,
			memory,
			{ isSwitchedOn: false, isPublished: false },
			1,
			now,
		);
	const { memory } = poll(undefined, '2026-01-02T00:00:00.000Z');
	const inRow: Memory = { workflowId: '', watched: '', hadGroups: true, ...memory };
	expect(poll(inRow, '2026-01-01T00:00:00.000Z').triggered).toMatchObject([
		{ event: 'stillCrossed', since: '2026-01-02T00:00:00.000Z' },
	]);
	const never = ruleFor({});
	const back = { isSwitchedOn: false, isPublished: false };
	expect(
		compare(never, [{ value: 'P1', count: 7 }], false, inRow, back, 1, '2026-01-01T00:00:00.000Z')
			.triggered,
	).toEqual([]);
});

describe('Repeat Every', () => {
	const every = (repeatEvery: unknown, more: object = {}) => ({
		options: { repeatEvery, recovery: 3, ...more },
	});

	it.each<[string, Parameters, Step[], string[]]>([
		[
			'triggers while the count is beyond or between, counted from the last trigger',
			every(2),
			[4, 6, 7, 4, 8, 9, 3, 6, 6],
			[
				'',
				'thresholdCrossed 4-6 at 5 since 1',
				'',
				'stillCrossed 7-4 at 5 since 1',
				'',
				'stillCrossed 8-9 at 5 since 1',
				'recovered 9-3 at 5 since 1',
				'thresholdCrossed 3-6 at 5 since 7',
				'',
			],
		],
		[
			'never without it',
			every(''),
			[4, 6, 6, 6],
			['', 'thresholdCrossed 4-6 at 5 since 1', '', ''],
		],
		['never when it is not there', {}, [4, 6, 6], ['', 'thresholdCrossed 4-6 at 5 since 1', '']],
		[
			'takes text with a number that is not whole',
			every('1.5'),
			[6, 6, 6, 6],
			[
				'thresholdCrossed unknown-6 at 5 since 0',
				'stillCrossed 6-6 at 5 since 0',
				'stillCrossed 6-6 at 5 since 0',
				'stillCrossed 6-6 at 5 since 0',
			],
		],
		[
			'never for what has not triggered',
			{ ...every(1), triggerIfAlreadyCrossed: false },
			[6, 6, 6],
			['', '', ''],
		],
		[
			'outlasts a restart and goes on after switching on',
			every(3),
			[4, 6, 6, 'restart', 6, { switchOn: {} }, 7, 7, 7, 'restart', 8],
			[
				'',
				'thresholdCrossed 4-6 at 5 since 1',
				'',
				'',
				'stillCrossed 6-7 at 5 since 1',
				'',
				'',
				'stillCrossed 7-8 at 5 since 1',
			],
		],
		[
			'not in a poll that fails or does not tell the count',
			every(1),
			[4, 6, 'fail', 'cut', 6],
			['', 'thresholdCrossed 4-6 at 5 since 1', '', 'stillCrossed 6-6 at 5 since 1'],
		],
		[
			'not in the row of a recovery, and again when that is ended',
			every(1, { consecutivePolls: 2 }),
			[4, 6, 6, 3, 4, 3, 2],
			[
				'',
				'',
				'thresholdCrossed 6-6 at 5 since 2',
				'',
				'stillCrossed 3-4 at 5 since 2',
				'',
				'recovered 3-2 at 5 since 2',
			],
		],
	])('%s', (_, parameters, steps, expected) => {
		expect(told(parameters, steps)).toEqual(expected);
	});

	it.each([
		[30_000, 'stillCrossed 6-6 at 5 since 0'],
		[30_001, ''],
	])('a poll may come %d ms early', (jitterMs, expected) => {
		const steps = [6, 6, 6];
		expect(told(every(2), steps, jitterMs)[2]).toBe(expected);
	});

	it.each([0, 0.99, -5, 'often', true, Infinity])('is not %p', (repeatEvery) => {
		expect(() => ruleFor(every(repeatEvery))).toThrow(
			"'Repeat Every' must be a number of minutes, 1 or more, or empty",
		);
	});

	it.each([0, 1.5, '', 'two', undefined])('nor is Consecutive Polls %p', (consecutivePolls) => {
		expect(() => ruleFor(every('', { consecutivePolls }))).toThrow(
			"'Consecutive Polls' must be a whole number, 1 or more",
		);
	});
});
