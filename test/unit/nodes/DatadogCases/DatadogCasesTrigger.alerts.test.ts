/** What those on call get: consecutive polls, reminders, a key for each crossing, and a link to its cases. */
import { sites } from '../../../../nodes/DatadogCases/transport/account/site';
import { keysFor } from '../../../support/account';
import { respondFrom } from '../../../support/datadogsSite';
import { startDatadog } from '../../../datadog/server';
import type { ActiveTrigger, TriggerOptions } from '../../../support/poll';
import { datadog, time, triggerWith, useVirtualTime } from '../../../support/triggerOnVirtualTime';

useVirtualTime();

const trigger = triggerWith({
	query: 'outage status:open',
	groupBy: 'priority',
	threshold: 5,
	notifyRecovery: true,
});

type Cases = Partial<Record<'P1' | 'P2', number>>;

/** Opens that many cases of each priority, closes all others, and polls a minute after the last poll. */
async function poll(active: ActiveTrigger, cases: Cases, minutes = 1) {
	datadog.changeCases('outage', { status: 'CLOSED' });
	for (const [priority, count] of Object.entries(cases)) {
		datadog.openCases(count, { title: 'outage', priority: priority as 'P1' });
	}
	await time.wait(minutes * 60_000);
	return await active.poll();
}

const restarted = (
	old: ActiveTrigger,
	parameters: TriggerOptions['parameters'] = {},
	activation: TriggerOptions['activation'] = 'init',
) => trigger(parameters, { staticData: old.stored(), activation });

it('tells the whole story of a crossing that lasts, over restarts', async () => {
	const parameters = { options: { consecutivePolls: 2, repeatEvery: 3, recovery: 3 } };
	let active = trigger(parameters);
	expect(await poll(active, { P1: 1 })).toBe(null);
	// An execution without items lets n8n store the row.
	expect(await poll(active, { P1: 6 })).toEqual([]);
	active = restarted(active, parameters);
	const crossed = await poll(active, { P1: 7 });
	const { dedupKey } = crossed![0];
	const watched = {
		groupBy: 'priority',
		value: 'P1',
		threshold: 5,
		query: 'outage status:open',
		since: '2026-11-22T12:03:00.000Z',
		dedupKey,
	};
	expect(dedupKey).toMatch(/^[0-9a-f]{64}$/);
	expect(crossed).toEqual([
		{ event: 'thresholdCrossed', count: 7, previousCount: 6, change: 1, ...watched },
	]);
	expect(await poll(active, { P1: 8 })).toBe(null);
	active = restarted(active, parameters);
	expect(await poll(active, { P1: 4 }, 2)).toEqual([
		{ event: 'stillCrossed', count: 4, previousCount: 7, change: -3, ...watched },
	]);
	expect(await poll(active, { P1: 6 })).toBe(null);
	expect(await poll(active, {})).toEqual([]);
	active = restarted(active, parameters);
	expect(await poll(active, {})).toEqual([
		{ event: 'recovered', count: 0, previousCount: 0, change: 0, ...watched },
	]);
});

describe('dedupKey', () => {
	const keysIn = (items: Awaited<ReturnType<ActiveTrigger['poll']>>) =>
		items!.map(({ dedupKey }) => dedupKey);
	const firstKey = async (active: ActiveTrigger) => keysIn(await poll(active, { P1: 7 }))[0];

	it('is the same after a publishing with another threshold and after switching on', async () => {
		let active = trigger();
		const key = await firstKey(active);
		for (const activation of ['update', 'activate'] as const) {
			const parameters = { threshold: 4, options: { repeatEvery: 1 } };
			active = restarted(active, parameters, activation);
			expect(keysIn(await poll(active, { P1: 7 }))).toEqual([key]);
		}
		expect(keysIn(await poll(active, {}))).toEqual([key]);
	});

	it('differs for the next crossing of the value, and for another value', async () => {
		const active = trigger();
		const [P1, P2] = keysIn(await poll(active, { P1: 7, P2: 6 }));
		expect(keysIn(await poll(active, { P1: 7 }))).toEqual([P2]);
		const [again] = keysIn(await poll(active, { P1: 7, P2: 6 }));
		expect(new Set([P1, P2, again]).size).toBe(3);
	});

	it('differs for crossings at the same time in another node, workflow, query or Datadog', async () => {
		const other = await startDatadog({ now: time.now });
		try {
			other.openCases(7, { title: 'outage', priority: 'P1' });
			await time.wait(60_000);
			datadog.openCases(7, { title: 'outage', priority: 'P1' });
			const keys = [];
			for (const active of [
				trigger(),
				trigger({}, { nodeName: 'Another' }),
				trigger({}, { workflowId: 'another' }),
				trigger({ query: 'outage status:open priority:P1' }),
				trigger({ condition: 'atLeast' }),
				trigger({}, { credentialId: '2' }),
				trigger({}, { credential: keysFor(other.url) }),
			]) {
				const items = await active.poll();
				expect(items).toMatchObject([{ value: 'P1', since: '2026-11-22T12:01:00.000Z' }]);
				keys.push(keysIn(items)[0]);
			}
			expect(new Set(keys).size).toBe(7);
			expect(keysIn(await trigger().poll())[0]).toBe(keys[0]);
		} finally {
			await other.close();
		}
	});

	it('is on samples of a threshold, and on none of a changed count', async () => {
		datadog.openCases(1, { title: 'outage', priority: 'P1' });
		expect(await trigger().poll('manual')).toMatchObject([
			{ dedupKey: expect.stringMatching(/^[0-9a-f]{64}$/) as string, sample: true },
		]);
		const changed = { event: 'countChanged', groupBy: '' };
		expect(await trigger(changed).poll('manual')).toEqual([
			{
				event: 'countChanged',
				count: 1,
				previousCount: 1,
				change: 0,
				query: 'outage status:open',
				sample: true,
			},
		]);
	});

	it('has 64 characters for a long value too, whose remembered text is shorter', async () => {
		const options = { customGroupBy: 'service', repeatEvery: 1 };
		const long = 'x'.repeat(5_000);
		datadog.openCases(7, { title: 'outage', service: long });
		const active = trigger({ groupBy: '', options });
		const [key] = keysIn(await active.poll());
		expect(key).toMatch(/^[0-9a-f]{64}$/);
		await time.wait(60_000);
		const items = await restarted(active, { groupBy: '', options }).poll();
		expect(items).toMatchObject([{ event: 'stillCrossed', value: long, dedupKey: key }]);
	});
});

describe('url', () => {
	it.each([
		['ap1.datadoghq.com', 'https://ap1.datadoghq.com'],
		['ap2.datadoghq.com', 'https://ap2.datadoghq.com'],
		['datadoghq.eu', 'https://app.datadoghq.eu'],
		['uk1.datadoghq.com', 'https://uk1.datadoghq.com'],
		['datadoghq.com', 'https://app.datadoghq.com'],
		['ddog-gov.com', 'https://app.ddog-gov.com'],
		['us2.ddog-gov.com', 'https://us2.ddog-gov.com'],
		['us3.datadoghq.com', 'https://us3.datadoghq.com'],
		['us5.datadoghq.com', 'https://us5.datadoghq.com'],
	])('leads to the case list of %s, with query and value', async (site, host) => {
		expect(sites.map(({ value }) => value)).toContain(site);
		respondFrom(site);
		const active = trigger({ options: { repeatEvery: 1 } });
		const url = `${host}/cases?query=outage%20status%3Aopen%20priority%3AP1`;
		expect(await poll(active, { P1: 6 })).toMatchObject([{ event: 'thresholdCrossed', url }]);
		expect(await poll(active, { P1: 6 })).toMatchObject([{ event: 'stillCrossed', url }]);
		expect(await active.poll('manual')).toMatchObject([{ sample: true, url }]);
		expect(await poll(active, {})).toMatchObject([{ event: 'recovered', url }]);
	});

	it('leads to the query alone for the total of a changed count', async () => {
		respondFrom('datadoghq.com');
		const active = trigger({ event: 'countChanged', groupBy: '', query: '' });
		await active.poll();
		datadog.openCases(1);
		const [{ url }] = (await active.poll())!;
		expect(url).toBe('https://app.datadoghq.com/cases');
	});

	it('is left out for a custom base URL', async () => {
		const [item] = (await poll(trigger(), { P1: 6 }))!;
		expect(Object.keys(item)).toEqual([
			'event',
			'groupBy',
			'value',
			'count',
			'threshold',
			'query',
			'since',
			'dedupKey',
		]);
	});
});
