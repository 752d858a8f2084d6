/** What the model expects of a value, poll by poll. Polls come each minute. */
import { back, type Belief, beyond, type Look, recoveryOf, thresholdFates } from './expectations';
import { PLAIN_SETTINGS } from './plainSettings';
import type { Settings } from './story';

interface Poll {
	count: number | 'not told';
	start?: Look['start'];
	settings?: Partial<Settings>;
}

const plain = (counts: number[]): Poll[] => counts.map((count) => ({ count }));

const NOTHING = '';

/** What is told of a value that was seen with 0 cases before: of each poll, each way that it may go. */
function told(changes: Partial<Settings>, polls: Poll[], was: Belief = normal): string[] {
	let settings = { ...PLAIN_SETTINGS, ...changes };
	let beliefs = [was];
	return polls.map(({ count, start = 'none', settings: published = {} }, minute) => {
		settings = { ...settings, ...published };
		const at = minute * 60_000;
		const look: Look = {
			count: count === 'not told' ? undefined : count,
			isCut: count === 'not told',
			cutBefore: false,
			isListed: true,
			isNamed: false,
			isFirst: false,
			start,
			from: at,
			to: at,
		};
		const fates = beliefs.flatMap((belief) => thresholdFates(belief, look, settings));
		const events = [...new Set(fates.map(({ event = NOTHING }) => event))];
		beliefs = fates.map(({ event, belief }) => {
			if (event !== 'thresholdCrossed' && event !== 'stillCrossed') return belief;
			const crossing = { since: 'then', dedupKey: 'key', toldFrom: at, toldTo: at };
			return { ...belief, crossing };
		});
		return events.join(' or ');
	});
}

const normal: Belief = { phase: 'normal', counts: [], last: [0], row: 0, threshold: 5 };
const quiet: Belief = { ...normal, phase: 'quiet', last: [9] };
const unknown: Belief = { phase: 'unknown', counts: [], last: [], row: 0 };

describe('beyond and back', () => {
	it.each([
		['above', -1, [6], [5, 4]],
		['above', 2, [6], [3, 2]],
		['atLeast', -1, [5, 6], [4]],
		['atLeast', 0, [5], [4]],
		['atLeast', 2, [5], [3, 2]],
		['below', -1, [4], [5, 6]],
		['below', 2, [4], [7]],
		['atMost', -1, [5, 4], [6]],
		['atMost', 0, [5], [6]],
		['atMost', 2, [5], [7]],
	] as const)(
		'are apart for %s 5 with a recovery at a distance of %d',
		(condition, hysteresis, out, home) => {
			const settings = { ...PLAIN_SETTINGS, condition, hysteresis };

			for (const count of out) {
				expect([count, beyond(count, settings), back(count, settings)]).toEqual([
					count,
					true,
					false,
				]);
			}
			for (const count of home) {
				expect([count, beyond(count, settings), back(count, settings)]).toEqual([
					count,
					false,
					true,
				]);
			}
		},
	);

	it.each([
		['above', 2, 4],
		['atLeast', 2, 4],
		['below', 2, 8],
		['atMost', 2, 8],
	] as const)(
		'leave something between for %s 5 with a recovery at a distance of %d',
		(condition, hysteresis, count) => {
			const settings = {
				...PLAIN_SETTINGS,
				condition,
				hysteresis,
				threshold: condition === 'below' || condition === 'atMost' ? 7 : 5,
			};

			expect([beyond(count, settings), back(count, settings)]).toEqual([false, false]);
		},
	);

	it('leave a recovery threshold empty that would have to be below 0', () => {
		expect(
			recoveryOf({ ...PLAIN_SETTINGS, condition: 'atLeast', threshold: 0, hysteresis: 1 }),
		).toBe(undefined);
	});
});

describe('Consecutive Polls', () => {
	it('crosses and recovers at the poll that makes them enough', () => {
		expect(told({ consecutivePolls: 3 }, plain([6, 7, 8, 9, 5, 4, 3, 2]))).toEqual([
			'',
			'',
			'thresholdCrossed',
			'',
			'',
			'',
			'recovered',
			'',
		]);
	});

	it('starts anew with a poll that is not beyond, or not back', () => {
		const settings = { consecutivePolls: 2, hysteresis: 2 };

		expect(told(settings, plain([6, 4, 6, 5, 6, 6]))).toEqual([
			'',
			'',
			'',
			'',
			'',
			'thresholdCrossed',
		]);
		expect(told(settings, plain([6, 6, 3, 4, 3, 6, 3, 3]))).toEqual([
			'',
			'thresholdCrossed',
			'',
			'',
			'',
			'',
			'',
			'recovered',
		]);
	});

	it('passes over a poll that does not tell the count', () => {
		const polls: Poll[] = [{ count: 6 }, { count: 'not told' }, { count: 6 }];

		expect(told({ consecutivePolls: 2 }, polls)).toEqual(['', '', 'thresholdCrossed']);
	});

	it('counts the poll in which an unknown value is found beyond', () => {
		expect(told({ consecutivePolls: 2 }, plain([6, 6]), unknown)).toEqual(['', 'thresholdCrossed']);
		expect(told({}, plain([6]), unknown)).toEqual(['thresholdCrossed']);
	});

	it.each(['init', 'update'] as const)('goes on after %s', (start) => {
		const polls: Poll[] = [{ count: 6 }, { count: 6, start }];

		expect(told({ consecutivePolls: 2 }, polls)).toEqual(['', 'thresholdCrossed']);
	});

	it('starts anew when the workflow is switched on', () => {
		const crosses: Poll[] = [{ count: 6 }, { count: 6, start: 'activate' }, { count: 6 }];
		const recovers: Poll[] = [...plain([6, 6, 5]), { count: 5, start: 'activate' }, { count: 5 }];

		expect(told({ consecutivePolls: 2 }, crosses)).toEqual(['', '', 'thresholdCrossed']);
		expect(told({ consecutivePolls: 2 }, recovers)).toEqual([
			'',
			'thresholdCrossed',
			'',
			'',
			'recovered',
		]);
	});

	it('starts anew when the threshold was changed', () => {
		const polls: Poll[] = [
			{ count: 9 },
			{ count: 9, start: 'update', settings: { threshold: 6 } },
			{ count: 9 },
		];

		expect(told({ consecutivePolls: 2 }, polls)).toEqual(['', '', 'thresholdCrossed']);
	});

	it('recovers at once when a changed threshold is not crossed', () => {
		const polls: Poll[] = [
			...plain([9, 9, 9]),
			{ count: 9, start: 'update', settings: { threshold: 9 } },
		];

		expect(told({ consecutivePolls: 3, hysteresis: 2 }, polls)).toEqual([
			'',
			'',
			'thresholdCrossed',
			'recovered',
		]);
	});

	it('takes a changed number with the next poll', () => {
		const polls: Poll[] = [
			...plain([6, 6]),
			{ count: 6, start: 'update', settings: { consecutivePolls: 3 } },
		];

		expect(told({ consecutivePolls: 5 }, polls)).toEqual(['', '', 'thresholdCrossed']);
	});

	it('needs as many polls until a crossing that was not told is over', () => {
		const settings = { consecutivePolls: 2 };

		expect(told(settings, plain([5, 6, 6, 6]), quiet)).toEqual(['', '', '', '']);
		expect(told(settings, plain([5, 5, 6, 6]), quiet)).toEqual(['', '', '', 'thresholdCrossed']);
	});

	it('counts the poll of a publishing as the first when it tells what is already crossed', () => {
		const polls: Poll[] = [{ count: 9, start: 'update' }, { count: 9 }];

		expect(told({ consecutivePolls: 2 }, polls, quiet)).toEqual(['', 'thresholdCrossed']);
		expect(told({}, polls, quiet)).toEqual(['thresholdCrossed', '']);
	});
});

describe('Repeat Every', () => {
	it('reminds while a crossing lasts, from the last that was told', () => {
		expect(told({ repeatEvery: 2 }, plain([6, 6, 6, 7, 8, 5, 5]))).toEqual([
			'thresholdCrossed',
			'',
			'stillCrossed',
			'',
			'stillCrossed',
			'recovered',
			'',
		]);
	});

	it('reminds half a minute early, as polls are not on time', () => {
		expect(told({ repeatEvery: 1.5 }, plain([6, 6]))).toEqual(['thresholdCrossed', 'stillCrossed']);
		expect(told({ repeatEvery: 1.51 }, plain([6, 6, 6]))).toEqual([
			'thresholdCrossed',
			'',
			'stillCrossed',
		]);
	});

	it('reminds between the thresholds, and not when it is back or not told', () => {
		const settings = { repeatEvery: 1, hysteresis: 2, consecutivePolls: 2 };
		const polls: Poll[] = [...plain([6, 6, 4, 3]), { count: 'not told' }, { count: 4 }];

		expect(told(settings, polls)).toEqual([
			'',
			'thresholdCrossed',
			'stillCrossed',
			'',
			'',
			'stillCrossed',
		]);
	});

	it.each(['init', 'update', 'activate'] as const)('goes on after %s', (start) => {
		const polls: Poll[] = [...plain([6, 6]), { count: 6, start }];

		expect(told({ repeatEvery: 2 }, polls)).toEqual(['thresholdCrossed', '', 'stillCrossed']);
	});

	it('starts when it is set, and counts from the crossing', () => {
		const polls: Poll[] = [
			...plain([6, 6, 6, 6]),
			{ count: 6, start: 'update', settings: { repeatEvery: 3 } },
		];

		expect(told({}, polls)).toEqual(['thresholdCrossed', '', '', '', 'stillCrossed']);
	});

	it('does not remind of what was not told', () => {
		expect(told({ repeatEvery: 1 }, plain([9, 9]), quiet)).toEqual(['', '']);
	});

	it('leaves open what a poll that took long counts from', () => {
		const crossing = { since: 'then', dedupKey: 'key', toldFrom: -120_000, toldTo: 0 };
		const fired: Belief = { ...normal, phase: 'fired', crossing };

		expect(told({ repeatEvery: 2 }, plain([9]), fired)).toEqual(['stillCrossed or ']);
	});
});
