import { clock } from '../../../nodes/DatadogCases/clock';
import { keysFor } from '../../account';
import { type LocalDatadog, startDatadog } from '../../datadog/server';
import { activate, type ActiveTrigger } from '../../poll';
import { VirtualClock } from '../../virtualClock';

let datadog: LocalDatadog;
let time: VirtualClock;
beforeEach(async () => {
	time = new VirtualClock();
	datadog = await startDatadog({ now: time.now });
	time.watch(datadog);
	jest.spyOn(clock, 'now').mockImplementation(time.now);
	jest.spyOn(clock, 'wait').mockImplementation(time.wait);
});
afterEach(async () => {
	jest.restoreAllMocks();
	await datadog.close();
});

const QUERY = 'outage status:open';
const NOW = '2026-11-22T12:00:00.000Z';

const trigger = (parameters: object = {}, more: object = {}) =>
	activate({
		parameters: { query: QUERY, groupBy: ['priority'], threshold: 5, ...parameters },
		credential: keysFor(datadog.url),
		...more,
	});

/** Makes the open cases of this priority that many. */
function stand(count: number, priority: 'P1' | 'P2' = 'P1') {
	datadog.changeCases(`outage priority:${priority}`, { status: 'CLOSED' });
	if (count > 0) datadog.openCases(count, { title: 'outage', priority });
}

/** Polls with each of the counts in turn; the items of each poll. */
async function polls(active: ActiveTrigger, counts: number[]) {
	const fired = [];
	for (const count of counts) {
		stand(count);
		fired.push(await active.poll());
	}
	return fired;
}

/** The same, with no more than the events and the counts. */
const shortly = async (active: ActiveTrigger, counts: number[]) =>
	(await polls(active, counts)).map((items) =>
		items === null ? null : items.map(({ event, value, count }) => `${event} ${value} ${count}`),
	);

describe('Threshold Crossed', () => {
	it('fires once when a count goes above the threshold, with the whole story', async () => {
		const active = trigger();
		const fired = await polls(active, [4, 7, 9]);
		expect(fired).toEqual([
			null,
			[
				{
					event: 'thresholdCrossed',
					groupBy: 'priority',
					value: 'P1',
					count: 7,
					previousCount: 4,
					change: 3,
					threshold: 5,
					query: QUERY,
					since: NOW,
				},
			],
			null,
		]);
		expect(datadog.requests.map(({ method, path, query }) => [method, path, query])).toEqual(
			Array(3).fill([
				'GET',
				'/api/v2/cases/count',
				{ query_filter: QUERY, group_bys: 'priority', limit: '50' },
			]),
		);
	});

	it.each([
		[
			'above the threshold',
			{},
			[0, 5, 6, 5, 6],
			[null, null, 'thresholdCrossed P1 6', [], 'thresholdCrossed P1 6'],
		],
	])('%s', async (_, parameters, counts, expected) => {
		expect(await shortly(trigger(parameters), counts)).toEqual(
			expected.map((one) => (typeof one === 'string' ? [one] : one)),
		);
	});
});
