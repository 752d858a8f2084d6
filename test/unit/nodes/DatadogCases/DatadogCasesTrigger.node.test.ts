import { keysFor } from '../../../support/account';
import { API_KEY, APPLICATION_KEY } from '../../../datadog/accounts';
import type { ActiveTrigger, TriggerOptions } from '../../../support/poll';
import { startDatadog } from '../../../datadog/server';
import { datadog, time, triggerWith, useVirtualTime } from '../../../support/triggerOnVirtualTime';

useVirtualTime();

const DEDUP_KEY = expect.stringMatching(/^[0-9a-f]{64}$/) as string;

const QUERY = 'outage status:open';

const trigger = triggerWith({
	query: QUERY,
	groupBy: 'priority',
	threshold: 5,
	triggerIfAlreadyCrossed: false,
});

/** How many cases are open of each priority; a number is that of P1. */
type Cases = number | Partial<Record<'P1' | 'P2' | 'P3', number>>;

function open(cases: Cases) {
	datadog.changeCases('outage', { status: 'CLOSED' });
	const counts = typeof cases === 'number' ? { P1: cases } : cases;
	for (const [priority, count] of Object.entries(counts)) {
		if (count > 0) datadog.openCases(count, { title: 'outage', priority: priority as 'P1' });
	}
}

/** What one poll fires: null when the workflow does not start, 'nothing' when it starts without items. */
async function firing(active: ActiveTrigger, cases: Cases) {
	open(cases);
	const items = await active.poll();
	if (items === null) return null;
	return (
		items.map((one) => `${one.event} ${one.value ?? 'total'} ${one.count}`).join(', ') || 'nothing'
	);
}

/** What each poll fires, with each of the counts in turn. */
async function firings(active: ActiveTrigger, counts: Cases[]) {
	const all = [];
	for (const cases of counts) all.push(await firing(active, cases));
	return all;
}

describe('what comes out and what is asked', () => {
	it('tells the whole story of a crossing and of its end', async () => {
		const active = trigger({ notifyRecovery: true });
		open({ P1: 4, P2: 1 });
		expect(await active.poll()).toBe(null);
		await time.wait(60_000);
		open({ P1: 7, P2: 2 });
		expect(await active.poll()).toEqual([
			{
				event: 'thresholdCrossed',
				groupBy: 'priority',
				value: 'P1',
				count: 7,
				previousCount: 4,
				change: 3,
				threshold: 5,
				query: 'outage status:open',
				since: '2026-11-22T12:01:00.000Z',
				dedupKey: DEDUP_KEY,
			},
		]);
		await time.wait(60_000);
		open({ P1: 5, P2: 2 });
		expect(await active.poll()).toEqual([
			{
				event: 'recovered',
				groupBy: 'priority',
				value: 'P1',
				count: 5,
				previousCount: 7,
				change: -2,
				threshold: 5,
				query: 'outage status:open',
				since: '2026-11-22T12:01:00.000Z',
				dedupKey: DEDUP_KEY,
			},
		]);
	});

	it('tells the whole story of a change, without a threshold and a time', async () => {
		const active = trigger({
			event: 'countChanged',
			query: 'outage',
			options: { customGroupBy: 'service' },
			groupBy: '',
		});
		datadog.openCases(4, { title: 'outage', service: 'my-shop' });
		await active.poll();
		datadog.openCases(3, { title: 'outage', service: 'my-shop' });
		expect(await active.poll()).toEqual([
			{
				event: 'countChanged',
				groupBy: 'service',
				value: 'my-shop',
				count: 7,
				previousCount: 4,
				change: 3,
				query: 'outage',
			},
		]);
	});

	it('watches the total when there is no field, without a value', async () => {
		const active = trigger({ groupBy: '' });
		open({ P1: 2, P2: 3 });
		await active.poll();
		open({ P1: 3, P2: 3 });
		expect(await active.poll()).toEqual([
			{
				event: 'thresholdCrossed',
				count: 6,
				previousCount: 5,
				change: 1,
				threshold: 5,
				query: 'outage status:open',
				since: '2026-11-22T12:00:00.000Z',
				dedupKey: DEDUP_KEY,
			},
		]);
	});

	it('leaves out the previous count when there was no poll before', async () => {
		open(7);
		expect(await trigger({ triggerIfAlreadyCrossed: true }).poll()).toEqual([
			{
				event: 'thresholdCrossed',
				groupBy: 'priority',
				value: 'P1',
				count: 7,
				threshold: 5,
				query: 'outage status:open',
				since: '2026-11-22T12:00:00.000Z',
				dedupKey: DEDUP_KEY,
			},
		]);
	});

	it('asks for the values of the field, in one request', async () => {
		open(1);
		await trigger({ options: { maxGroups: 7 } }).poll();
		expect(datadog.requests).toMatchObject([
			{
				method: 'GET',
				path: '/api/v2/cases/count',
				query: { query_filter: 'outage status:open', group_bys: 'priority', limit: '7' },
				headers: { 'dd-api-key': API_KEY, 'dd-application-key': APPLICATION_KEY },
				body: undefined,
				status: 200,
			},
		]);
		expect(Object.keys(datadog.requests[0].query)).toHaveLength(3);
	});

	it('asks for the statuses, which add up to the total, when there is no field', async () => {
		await trigger({ query: '', groupBy: '' }).poll();
		expect(datadog.requests).toHaveLength(1);
		expect(datadog.requests[0].query).toEqual({ group_bys: 'status', limit: '1000' });
	});
});

describe('Threshold Crossed', () => {
	it.each<[string, TriggerOptions['parameters'], Cases[], Array<string | null>]>([
		[
			'fires above the threshold, not at it, and again once the count was back',
			{},
			[0, 5, 6, 9, 5, 6],
			[null, null, 'thresholdCrossed P1 6', null, 'nothing', 'thresholdCrossed P1 6'],
		],
		[
			'fires below the threshold, not at it, and again once the count was back',
			{ condition: 'below' },
			[9, 5, 4, 1, 5, 4],
			[null, null, 'thresholdCrossed P1 4', null, 'nothing', 'thresholdCrossed P1 4'],
		],
		[
			'fires once while the count goes up and down between threshold and recovery',
			{ options: { recovery: 3 }, notifyRecovery: true },
			[0, 6, 5, 4, 6, 3, 5, 6],
			[
				null,
				'thresholdCrossed P1 6',
				null,
				null,
				null,
				'recovered P1 3',
				null,
				'thresholdCrossed P1 6',
			],
		],
		[
			'fires once while the count goes down and up between threshold and recovery',
			{ condition: 'below', options: { recovery: '8' }, notifyRecovery: 'true' },
			[9, 4, 5, 7, 4, 8, 5, 4],
			[
				null,
				'thresholdCrossed P1 4',
				null,
				null,
				null,
				'recovered P1 8',
				null,
				'thresholdCrossed P1 4',
			],
		],
		[
			'only remembers at first, and tells no recovery of what did not fire',
			{ notifyRecovery: true },
			[7, 8, 5, 6, 5],
			[null, null, 'nothing', 'thresholdCrossed P1 6', 'recovered P1 5'],
		],
		[
			'fires at first when it is asked to, and tells the recovery',
			{ triggerIfAlreadyCrossed: true, notifyRecovery: true },
			[7, 8, 5],
			['thresholdCrossed P1 7', null, 'recovered P1 5'],
		],
		[
			'takes a value that goes for one without cases',
			{ notifyRecovery: true },
			[{ P1: 1 }, { P1: 6, P2: 7 }, { P2: 7 }, {}, { P1: 6 }],
			[
				null,
				'thresholdCrossed P2 7, thresholdCrossed P1 6',
				'recovered P1 0',
				'recovered P2 0',
				'thresholdCrossed P1 6',
			],
		],
		[
			'below: fires for a value that goes, not for one that comes with few cases',
			{ condition: 'below', notifyRecovery: true },
			[{ P1: 6 }, { P1: 6, P2: 2 }, { P1: 6 }, {}, { P2: 1 }, { P1: 5 }],
			[null, null, null, 'thresholdCrossed P1 0', null, 'recovered P1 5'],
		],
		[
			'below: fires for a value that came with few cases, once it had enough',
			{ condition: 'below' },
			[{ P1: 6 }, { P1: 6, P2: 2 }, { P1: 6, P2: 5 }, { P1: 6, P2: 4 }],
			[null, null, 'nothing', 'thresholdCrossed P2 4'],
		],
		[
			'watches only the values that are asked for, without cases too',
			{
				condition: 'below',
				onlyValues: 'P2, P9',
				triggerIfAlreadyCrossed: true,
				notifyRecovery: true,
			},
			[{ P1: 1, P2: 5 }, { P1: 6 }, { P1: 1, P2: 6 }],
			['thresholdCrossed P9 0', 'thresholdCrossed P2 0', 'recovered P2 6'],
		],
		[
			'watches the total',
			{ groupBy: '', notifyRecovery: true },
			[{}, { P1: 3, P2: 3 }, { P1: 5 }],
			[null, 'thresholdCrossed total 6', 'recovered total 5'],
		],
		[
			'above 0 fires for the first case and takes a threshold that is not whole',
			{ threshold: '0.5' },
			[0, 1, 0, 1],
			[null, 'thresholdCrossed P1 1', 'nothing', 'thresholdCrossed P1 1'],
		],
	])('%s', async (_, parameters, counts, expected) => {
		expect(await firings(trigger(parameters), counts)).toEqual(expected);
	});
});

describe('Count Changed', () => {
	it.each<[string, TriggerOptions['parameters'], Cases[], Array<string | null>]>([
		[
			'fires for every change, in both directions',
			{},
			[4, 4, 5, 2, 2],
			[null, null, 'countChanged P1 5', 'countChanged P1 2', null],
		],
		[
			'measures from the count that fired last, so that a slow change fires too',
			{ minimumChange: 3 },
			[4, 5, 6, 7, 8, 4],
			[null, null, null, 'countChanged P1 7', null, 'countChanged P1 4'],
		],
		[
			'up: measures from the lowest count since',
			{ minimumChange: 3, direction: 'up' },
			[9, 4, 6, 7, 5, 6, 8],
			[null, 'nothing', null, 'countChanged P1 7', 'nothing', null, 'countChanged P1 8'],
		],
		[
			'down: measures from the highest count since',
			{ minimumChange: '3', direction: 'down' },
			[4, 9, 7, 6, 8, 6, 5],
			[null, 'nothing', null, 'countChanged P1 6', 'nothing', null, 'countChanged P1 5'],
		],
		[
			'takes a value that comes or goes for one without cases before or after',
			{},
			[{ P1: 4 }, { P1: 4, P2: 1 }, { P2: 1 }, {}, {}],
			[null, 'countChanged P2 1', 'countChanged P1 0', 'countChanged P2 0', null],
		],
		[
			'remembers a value that goes until it comes back, when it is asked to',
			{ includeGone: false },
			[{ P1: 4, P2: 4 }, { P1: 4 }, {}, { P1: 4 }, { P1: 4, P2: 5 }],
			[null, null, null, null, 'countChanged P2 5'],
		],
		[
			'watches only the values that are asked for',
			{ onlyValues: '["P2"]' },
			[{ P1: 1, P2: 2 }, { P1: 2, P2: 2 }, { P1: 3 }],
			[null, null, 'countChanged P2 0'],
		],
		[
			'watches the total',
			{ groupBy: '', direction: 'up' },
			[
				{ P1: 1, P2: 2 },
				{ P1: 2, P2: 1 },
				{ P1: 3, P2: 1 },
			],
			[null, null, 'countChanged total 4'],
		],
	])('%s', async (_, parameters, counts, expected) => {
		expect(await firings(trigger({ event: 'countChanged', ...parameters }), counts)).toEqual(
			expected,
		);
	});
});

/** The same workflow, published after a change: n8n finds again what it has stored. */
const again = (
	old: ActiveTrigger,
	parameters: TriggerOptions['parameters'] = {},
	more: Partial<TriggerOptions> = {},
) => trigger(parameters, { staticData: old.stored(), activation: 'update', ...more });

describe('when the workflow changes between two polls', () => {
	it.each<
		[
			string,
			TriggerOptions['parameters'],
			TriggerOptions['parameters'],
			Cases[],
			Array<string | null>,
		]
	>([
		[
			'a lower threshold fires once for a count that then is above it',
			{ threshold: 8 },
			{ threshold: 5 },
			[7, 7, 7],
			[null, 'thresholdCrossed P1 7', null],
		],
		[
			'a lower threshold does not fire for a count that was above the old one',
			{ threshold: 6 },
			{ threshold: 5 },
			[7, 7, 5, 6],
			[null, null, 'nothing', 'thresholdCrossed P1 6'],
		],
		[
			'a higher threshold does not fire for a count that is above it too',
			{ threshold: 1, triggerIfAlreadyCrossed: true },
			{ threshold: 5, notifyRecovery: true },
			[7, 7, 5],
			['thresholdCrossed P1 7', null, 'recovered P1 5'],
		],
		[
			'a higher threshold tells the recovery of a count that then is not above it',
			{ threshold: 1, triggerIfAlreadyCrossed: true },
			{ threshold: 7, notifyRecovery: true },
			[7, 7, 7],
			['thresholdCrossed P1 7', 'recovered P1 7', null],
		],
		[
			'another threshold forgets that a count between it and its recovery was above the old one',
			{ threshold: 5, triggerIfAlreadyCrossed: true },
			{ threshold: 8, options: { recovery: 2 }, notifyRecovery: true },
			[7, 7, 9],
			['thresholdCrossed P1 7', 'recovered P1 7', 'thresholdCrossed P1 9'],
		],
		[
			'another recovery ends a crossing whose count it lets go',
			{ options: { recovery: 2 }, triggerIfAlreadyCrossed: true },
			{ options: { recovery: 4 }, notifyRecovery: true },
			[7, 4, 4],
			['thresholdCrossed P1 7', 'recovered P1 4', null],
		],
		[
			'below: a threshold above 0 fires for a value without cases that is watched by name',
			{ condition: 'below', threshold: 0, onlyValues: 'P1' },
			{ condition: 'below', threshold: 5, onlyValues: 'P1' },
			[0, 0, 0],
			[null, 'thresholdCrossed P1 0', null],
		],
		[
			'another minimum change is measured from the count that fired last',
			{ event: 'countChanged', minimumChange: 9 },
			{ event: 'countChanged', minimumChange: 2 },
			[4, 6, 6],
			[null, 'countChanged P1 6', null],
		],
	])('%s', async (_, before, after, counts, expected) => {
		const old = trigger(before);
		const first = await firing(old, counts[0]);
		expect([first, ...(await firings(again(old, after), counts.slice(1)))]).toEqual(expected);
	});

	it.each<[string, TriggerOptions['parameters'], Partial<TriggerOptions>]>([
		['query', { query: 'outage status:open priority:P1' }, {}],
		['field', { groupBy: 'status' }, {}],
		['no field any more', { groupBy: '' }, {}],
		['only values', { onlyValues: 'P1' }, {}],
		['condition', { condition: 'below', threshold: 9 }, {}],
		['event', { event: 'countChanged' }, {}],
		['credential', {}, { credentialId: '2' }],
	])('forgets everything when something else is watched: %s', async (_, parameters, more) => {
		const old = trigger();
		expect(await firing(old, 4)).toBe(null);
		const changed = again(old, parameters, more);
		expect(await firing(changed, 7)).toBe(null);
		const unchanged = again(old);
		expect(await firing(unchanged, 7)).toBe('thresholdCrossed P1 7');
	});

	it('forgets everything when the credential leads to another Datadog', async () => {
		const other = await startDatadog({ now: time.now });
		try {
			const old = trigger();
			expect(await firing(old, 4)).toBe(null);
			other.openCases(7, { title: 'outage', priority: 'P1' });
			expect(await again(old, {}, { credential: keysFor(other.url) }).poll()).toBe(null);
		} finally {
			await other.close();
		}
	});

	it.each<[string, TriggerOptions['parameters']]>([
		['Max Groups', { options: { maxGroups: 9 } }],
		['Options', { options: { maxRetries: 1, timeout: 5 } }],
		['Notify on Recovery', { notifyRecovery: true }],
		['Trigger If Already Crossed', { triggerIfAlreadyCrossed: true }],
	])('forgets nothing when only the way of asking changes: %s', async (_, parameters) => {
		const old = trigger();
		expect(await firings(old, [4, 7])).toEqual([null, 'thresholdCrossed P1 7']);
		expect(await firings(again(old, parameters), [7, 8])).toEqual([null, null]);
	});
});

describe('when n8n restarts between two polls', () => {
	it('fires each crossing once', async () => {
		const all = [];
		let staticData = '{}';
		for (const count of [4, 6, 7, 5, 5, 6]) {
			const active = trigger({ notifyRecovery: true }, { staticData, activation: 'init' });
			all.push(await firing(active, count));
			staticData = active.stored();
		}
		expect(all).toEqual([
			null,
			'thresholdCrossed P1 6',
			null,
			'recovered P1 5',
			null,
			'thresholdCrossed P1 6',
		]);
	});

	it.each<[string, TriggerOptions['parameters'], Cases[], Array<string | null>]>([
		[
			'the end of a crossing',
			{},
			[4, 6, 5, 6],
			[null, 'thresholdCrossed P1 6', 'nothing', 'thresholdCrossed P1 6'],
		],
		[
			'that a new value is high enough to fall below',
			{ condition: 'below' },
			[0, 6, 4],
			[null, 'nothing', 'thresholdCrossed P1 4'],
		],
		[
			'the lowest count for the direction up',
			{ event: 'countChanged', direction: 'up', minimumChange: 3 },
			[9, 4, 7],
			[null, 'nothing', 'countChanged P1 7'],
		],
	])(
		'starts the workflow with nothing, so that n8n stores %s',
		async (_, parameters, counts, expected) => {
			const old = trigger(parameters);
			const before = await firings(old, counts.slice(0, -1));
			const after = await firings(again(old, parameters), counts.slice(-1));
			expect([...before, ...after]).toEqual(expected);
		},
	);

	it('does not start the workflow when nothing has to be stored', async () => {
		const parameters = { options: { recovery: 3 }, notifyRecovery: true };
		const active = trigger(parameters);
		await firings(active, [4, 6]);
		const stored = active.stored();
		expect(await firings(active, [7, 5, { P1: 4, P2: 1 }])).toEqual([null, null, null]);
		expect(active.stored()).toBe(stored);
		expect(await firings(again(active, parameters), [5, 3])).toEqual([null, 'recovered P1 3']);
	});
});
