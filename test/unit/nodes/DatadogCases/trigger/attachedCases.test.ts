/** The cases behind what triggered: an item comes without them rather than late or not at all. */
import { clock } from '../../../../../nodes/DatadogCases/transport/clock';
import { API_KEY, APPLICATION_KEY } from '../../../../datadog/accounts';
import type { Fault } from '../../../../datadog/faults';
import { USERS } from '../../../../datadog/users';
import type { ActiveTrigger, TriggerOptions } from '../../../../support/poll';
import {
	datadog,
	time,
	triggerWith,
	useVirtualTime,
} from '../../../../support/triggerOnVirtualTime';

useVirtualTime();

const SEARCH = '/api/v2/cases';
const PREFIX = 'Workflow "On call" (test), node "Datadog Cases Trigger": ';

const trigger = triggerWith({
	query: 'outage status:open',
	groupBy: 'priority',
	threshold: 0,
	options: { attachCases: 2 },
});

const open = (title: string, changes: object = {}) =>
	datadog.openCases(1, { title, priority: 'P1', ...changes });

const searches = () => datadog.requests.filter(({ path }) => path === SEARCH);

const polledFrom = (active: ActiveTrigger) => active.poll().then((items) => items!.map(shown));
/** An item as event, value, and the titles of its cases. */
const shown = ({ event, value, cases }: Record<string, unknown>) => [
	event,
	value,
	(cases as Array<{ title: string }> | undefined)?.map(({ title }) => title),
];

describe('each item gets its cases', () => {
	it('of its value, the newest first and no more than asked for', async () => {
		open('outage one');
		open('outage two', { assignee: USERS[0].id });
		open('outage three', { assignee: USERS[3].id });
		const active = trigger();
		expect(await active.poll()).toEqual([
			{
				event: 'thresholdCrossed',
				groupBy: 'priority',
				value: 'P1',
				count: 3,
				threshold: 0,
				query: 'outage status:open',
				since: '2026-11-22T12:00:00.000Z',
				dedupKey: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
				cases: [
					{
						key: 'DATA-1203',
						title: 'outage three',
						status: 'OPEN',
						priority: 'P1',
						assignee: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b04',
					},
					{
						key: 'DATA-1202',
						title: 'outage two',
						status: 'OPEN',
						priority: 'P1',
						assignee: 'Ada Moreau',
					},
				],
			},
		]);
		expect(searches()).toMatchObject([
			{
				method: 'GET',
				headers: { 'dd-api-key': API_KEY, 'dd-application-key': APPLICATION_KEY },
				body: undefined,
				status: 200,
			},
		]);
		expect(searches()[0].query).toEqual({
			filter: 'outage status:open priority:P1',
			'page[size]': '2',
			'page[number]': '1',
			'sort[field]': 'created_at',
			'sort[asc]': 'false',
		});
		expect(active.warnings).toEqual([]);
	});

	it('without the keys that Datadog has nothing for', async () => {
		open('outage');
		const bare = { id: '1', type: 'case', attributes: { title: 'outage', status: 'OPEN' } };
		datadog.control({ faults: [{ path: SEARCH, body: JSON.stringify({ data: [bare] }) }] });
		const [{ cases }] = (await trigger().poll())!;
		expect(cases).toEqual([{ title: 'outage', status: 'OPEN' }]);
	});

	it('of the whole query for the total, and of every case without a query', async () => {
		open('outage');
		expect(await polledFrom(trigger({ groupBy: '' }))).toEqual([
			['thresholdCrossed', undefined, ['outage']],
		]);
		await trigger({ groupBy: '', query: '' }).poll();
		expect(searches().map(({ query }) => query.filter)).toEqual(['outage status:open', undefined]);
	});

	it('one search for each value, with an OR of the query in parentheses', async () => {
		open('outage one');
		open('outage two', { priority: 'P2' });
		const query = 'outage status:open OR outage status:in_progress';
		const items = await polledFrom(trigger({ query }));
		expect(items.sort()).toEqual([
			['thresholdCrossed', 'P1', ['outage one']],
			['thresholdCrossed', 'P2', ['outage two']],
		]);
		expect(
			searches()
				.map((one) => one.query.filter)
				.sort(),
		).toEqual([`(${query}) priority:P1`, `(${query}) priority:P2`]);
	});

	it('also those of a reminder, of a changed count and of a recovery, which may have none', async () => {
		open('outage');
		const options = { attachCases: 1, repeatEvery: 1 };
		const active = trigger({ notifyRecovery: true, options });
		const changed = trigger({ event: 'countChanged' });
		await active.poll();
		await changed.poll();
		await time.wait(60_000);
		expect(await polledFrom(active)).toEqual([['stillCrossed', 'P1', ['outage']]]);
		datadog.changeCases('outage', { status: 'CLOSED' });
		expect(await polledFrom(active)).toEqual([['recovered', 'P1', []]]);
		expect(await polledFrom(changed)).toEqual([['countChanged', 'P1', []]]);
	});

	it('as samples too, which change nothing that is remembered', async () => {
		open('outage');
		const active = trigger();
		expect(await active.poll('manual')).toEqual([
			{
				event: 'thresholdCrossed',
				groupBy: 'priority',
				value: 'P1',
				count: 1,
				previousCount: 1,
				change: 0,
				threshold: 0,
				query: 'outage status:open',
				since: '2026-11-22T12:00:00.000Z',
				dedupKey: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
				cases: [{ key: 'DATA-1201', title: 'outage', status: 'OPEN', priority: 'P1' }],
				sample: true,
			},
		]);
		expect(active.memory()).toBe('{}');
	});
});

it.each<[string, TriggerOptions['parameters']]>([
	['0', { options: { attachCases: 0 } }],
	['nothing', { options: {} }],
])('searches for no case with %s', async (_, parameters) => {
	open('outage');
	const [item] = (await trigger(parameters).poll())!;
	expect(item).not.toHaveProperty('cases');
	expect(searches()).toEqual([]);
});

it('searches for no case when nothing triggers', async () => {
	open('outage');
	const active = trigger();
	await active.poll();
	expect(await active.poll()).toBe(null);
	expect(searches()).toHaveLength(1);
});

it('searches for no cases without a value, which no query finds, and says nothing', async () => {
	const groups = [{ group: 'priority', group_values: [{ value: null, count: 3 }] }];
	datadog.control({ faults: [{ body: JSON.stringify({ data: { attributes: { groups } } }) }] });
	const active = trigger();
	expect(await polledFrom(active)).toEqual([['thresholdCrossed', null, undefined]]);
	expect(searches()).toEqual([]);
	expect(active.warnings).toEqual([]);
});

describe('a search that fails', () => {
	it.each<[string, Fault, string]>([
		['403', { status: 403 }, 'Datadog rejected the credential'],
		['500', { status: 500 }, "Datadog couldn't process the request"],
		['429', { status: 429 }, "Datadog's rate limit was reached"],
		[
			'429 with a wait',
			{ status: 429, headers: { 'X-RateLimit-Reset': '2' } },
			"Datadog's rate limit was reached",
		],
		['a cut response', { cut: true, body: '{"data":[]}' }, 'The connection to Datadog was lost'],
		['a lost connection', { close: true }, 'The connection to Datadog was lost'],
		[
			'another form',
			{ body: '{"data":[{"id":7}]}' },
			"Datadog's response isn't in the documented format",
		],
	])('leaves the items as they are, and is a warning: %s', async (_, fault, reason) => {
		open('outage');
		const usual = trigger({ options: {} });
		const items = await usual.poll();
		datadog.control({ faults: [{ path: SEARCH, times: Infinity, ...fault }] });
		const active = trigger();
		expect(await active.poll()).toEqual(items);
		expect(active.warnings).toEqual([`${PREFIX}Couldn't attach cases to 1 of 1 items. ${reason}`]);
		expect(active.memory()).toBe(usual.memory());
		expect(active.stored()).toBe(usual.stored());
		expect(searches()).toHaveLength(1);
		expect(time.waits).toEqual([]);

		const sample = await active.poll('manual');
		expect(sample).toEqual(await usual.poll('manual'));
		expect(await active.poll()).toBe(null);
	});

	it('leaves the other items their cases, and is told once', async () => {
		open('outage one');
		open('outage two', { priority: 'P2' });
		open('outage three', { priority: 'P3' });
		const faults = ['P1', 'P2'].map((value) => ({
			path: SEARCH,
			match: `priority:${value}`,
			status: 500,
		}));
		datadog.control({ faults });
		const active = trigger();
		expect((await polledFrom(active)).sort()).toEqual([
			['thresholdCrossed', 'P1', undefined],
			['thresholdCrossed', 'P2', undefined],
			['thresholdCrossed', 'P3', ['outage three']],
		]);
		expect(active.warnings).toEqual([
			`${PREFIX}Couldn't attach cases to 2 of 3 items. Datadog couldn't process the request`,
		]);
	});
});

describe('a search that hangs', () => {
	/** Lets the time stand until a search hangs, and then jump to the next end of something that takes too long. */
	function jumpWhenSearchHangs() {
		const start = time.now();
		let elapsedMs = 0;
		const timeouts: Array<{ endsAt: number; end: () => void }> = [];
		jest.spyOn(clock, 'now').mockImplementation(() => start + elapsedMs);
		jest.spyOn(clock, 'timeout').mockImplementation(
			async (ms, signal) =>
				await new Promise((end) => {
					timeouts.push({ endsAt: elapsedMs + ms, end });
					signal.addEventListener('abort', () => end());
				}),
		);
		return {
			async jump(hanging: number) {
				const isHanging = () => searches().filter(({ status }) => status === 0).length >= hanging;
				while (!isHanging() || datadog.inFlight > hanging) {
					await new Promise((resolve) => setImmediate(resolve));
				}
				elapsedMs = Math.min(...timeouts.map(({ endsAt }) => endsAt));
				for (const { endsAt, end } of timeouts) if (endsAt <= elapsedMs) end();
			},
			elapsedMs: () => elapsedMs,
		};
	}
	const hangs: Fault = { path: SEARCH, delayMs: 3_600_000 };

	it.each([
		[undefined, 5_000],
		[4_000, 3_000],
	])('holds up no item for longer than it may (%p ms for the poll)', async (budgetMs, limitMs) => {
		open('outage one');
		open('outage two', { priority: 'P2' });
		datadog.control({ faults: [{ ...hangs, match: 'priority:P2' }] });
		const clockThatJumps = jumpWhenSearchHangs();
		const active = trigger({ options: { attachCases: 1, timeout: 1_000 } }, { budgetMs });
		const polled = polledFrom(active);
		await clockThatJumps.jump(1);
		expect((await polled).sort()).toEqual([
			['thresholdCrossed', 'P1', ['outage one']],
			['thresholdCrossed', 'P2', undefined],
		]);
		expect(clockThatJumps.elapsedMs()).toBe(limitMs);
		expect(active.warnings).toEqual([
			`${PREFIX}Couldn't attach cases to 1 of 2 items. Datadog didn't respond in time`,
		]);
		expect(await active.poll()).toBe(null);
	});

	it('ends with the request', async () => {
		open('outage');
		datadog.control({ faults: [hangs] });
		const clockThatJumps = jumpWhenSearchHangs();
		const polled = trigger().poll();
		await clockThatJumps.jump(1);
		await polled;
		while (datadog.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
		expect(searches().map(({ status }) => status)).toEqual([0]);
	});

	it('is not begun when the poll has no time left for it', async () => {
		open('outage');
		const active = trigger({}, { budgetMs: 1_000 });
		expect(await polledFrom(active)).toEqual([['thresholdCrossed', 'P1', undefined]]);
		expect(searches()).toEqual([]);
		expect(active.warnings).toEqual([
			`${PREFIX}Couldn't attach cases to 1 of 1 items. Datadog didn't respond in time`,
		]);
	});
});
