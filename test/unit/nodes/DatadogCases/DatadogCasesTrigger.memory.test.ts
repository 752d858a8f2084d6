/** What n8n stores of a trigger, and what it does not. */
import { createHash } from 'node:crypto';

import {
	forgetUnusedLongValues,
	fullValue,
	shortenLongValues,
} from '../../../../nodes/DatadogCases/trigger/longValues';
import type { Memory } from '../../../../nodes/DatadogCases/trigger/memory';
import type { ActiveTrigger } from '../../../support/poll';
import { datadog, time, triggerWith, useVirtualTime } from '../../../support/triggerOnVirtualTime';

useVirtualTime();

const DEDUP_KEY = expect.stringMatching(/^[0-9a-f]{64}$/) as string;

const TIME = '2026-11-22T12:00:00.000Z';

const trigger = triggerWith({
	query: 'outage status:open',
	options: { customGroupBy: 'service' },
	groupBy: '',
	threshold: 5,
	notifyRecovery: true,
});

/** Opens that many cases of each service, and closes all others. */
function open(counts: Array<[service: string, count: number]>) {
	datadog.changeCases('outage', { status: 'CLOSED' });
	for (const [service, count] of counts) datadog.openCases(count, { title: 'outage', service });
}

const memoryOf = (active: ActiveTrigger) =>
	Object.values(JSON.parse(active.memory()) as Record<string, Memory>)[0];

const sha256 = (value: string) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** Two values with the same first 1,000 characters. */
const SHARED = 'a long beginning '.repeat(60);
const [FIRST, SECOND] = [`${SHARED}one`, `${SHARED}two`];

it('stores a digest in place of the address, the query and all else that is watched', async () => {
	const active = trigger({ query: 'secrets' });
	datadog.openCases(7, { title: 'secrets', service: 'shop' });
	expect(await active.poll()).toHaveLength(1);

	expect(memoryOf(active)).toEqual({
		workflowId: 'test',
		watched: expect.stringMatching(/^[0-9a-f]{64}$/),
		threshold: 5,
		hadGroups: true,
		isCut: false,
		hasDropped: false,
		values: [
			{
				value: 'shop',
				count: 7,
				threshold: 5,
				state: 'crossed',
				since: TIME,
				lastTriggeredAt: TIME,
			},
		],
	});
	expect(active.memory()).not.toContain('secrets');
	expect(active.memory()).not.toContain('127.0.0.1');
});

it('tells long values apart that begin alike, and shows them as Datadog does', async () => {
	const active = trigger();
	open([
		[FIRST, 4],
		[SECOND, 4],
	]);
	expect(await active.poll()).toBe(null);
	open([
		[FIRST, 7],
		[SECOND, 5],
	]);
	const crossed = {
		event: 'thresholdCrossed',
		groupBy: 'service',
		threshold: 5,
		query: 'outage status:open',
		since: TIME,
		dedupKey: DEDUP_KEY,
	};
	expect(await active.poll()).toEqual([
		{ ...crossed, value: FIRST, count: 7, previousCount: 4, change: 3 },
	]);
	open([
		[FIRST, 7],
		[SECOND, 6],
	]);
	await time.wait(60_000);
	expect(await active.poll()).toEqual([
		{
			...crossed,
			value: SECOND,
			count: 6,
			previousCount: 5,
			change: 1,
			since: '2026-11-22T12:01:00.000Z',
		},
	]);
	open([[SECOND, 6]]);
	expect(await active.poll()).toEqual([
		{ ...crossed, event: 'recovered', value: FIRST, count: 0, previousCount: 7, change: -7 },
	]);
});

it.each<[number, string, string]>([
	[999, 'x'.repeat(999), 'x'.repeat(999)],
	[1000, 'x'.repeat(1000), `${'x'.repeat(936)}${sha256('x'.repeat(1000))}`],
	[5000, 'x'.repeat(5000), `${'x'.repeat(936)}${sha256('x'.repeat(5000))}`],
	[1001, `${'x'.repeat(935)}🚒${'x'.repeat(64)}`, `${'x'.repeat(935)}?`],
])('remembers at most 1,000 characters of a value of %i', async (length, value, beginning) => {
	expect(value).toHaveLength(length);
	const active = trigger();
	open([[value, 7]]);
	await active.poll();

	const [remembered] = memoryOf(active).values.map((one) => one.value);
	expect(remembered).toHaveLength(Math.min(1000, length));
	expect(remembered!.slice(0, beginning.length)).toBe(beginning);
});

it('tells a long value from one that is what is remembered of it', async () => {
	const active = trigger();
	open([[FIRST, 4]]);
	await active.poll();
	const remembered = memoryOf(active).values[0].value!;
	open([
		[FIRST, 4],
		[remembered, 7],
	]);

	expect((await active.poll())!.map(({ value, count }) => [value, count])).toEqual([
		[remembered, 7],
	]);
	expect(
		memoryOf(active)
			.values.map(({ count }) => count)
			.sort(),
	).toEqual([4, 7]);
});

it('finds a long value of Only Values again after a restart', async () => {
	const before = trigger({ onlyValues: `${FIRST}, ${SECOND}` });
	open([[FIRST, 7]]);
	expect(await before.poll()).toHaveLength(1);
	forgetAsARestartDoes();

	const after = trigger(
		{ onlyValues: `${FIRST}, ${SECOND}` },
		{ staticData: before.stored(), activation: 'init' },
	);
	expect(await after.poll()).toBe(null);
	open([[SECOND, 6]]);
	expect((await after.poll())!.map(({ event, value }) => [event, value])).toEqual([
		['thresholdCrossed', SECOND],
		['recovered', FIRST],
	]);
});

it('shows a long value as it is after a late poll of an older activation', async () => {
	const older = trigger();
	await older.poll();
	const active = trigger({}, { staticData: older.stored() });
	open([[FIRST, 7]]);
	expect(await active.poll()).toHaveLength(1);
	open([]);
	await older.poll();
	expect((await active.poll())!.map(({ event, value }) => [event, value])).toEqual([
		['recovered', FIRST],
	]);
});

it('shows what is remembered of a long value that was gone when n8n restarted', async () => {
	const before = trigger();
	open([[FIRST, 7]]);
	expect(await before.poll()).toHaveLength(1);
	forgetAsARestartDoes();
	open([]);
	const after = trigger({}, { staticData: before.stored(), activation: 'init' });

	expect(await after.poll()).toEqual([
		{
			event: 'recovered',
			groupBy: 'service',
			value: `${FIRST.slice(0, 936)}${sha256(FIRST)}`,
			count: 0,
			previousCount: 7,
			change: -7,
			threshold: 5,
			query: 'outage status:open',
			since: TIME,
			dedupKey: DEDUP_KEY,
		},
	]);
});

it('forgets long values that are not remembered, once there are too many', () => {
	const [one, other] = shortenLongValues(
		[
			{ value: FIRST, count: 1 },
			{ value: SECOND, count: 1 },
		],
		'trigger',
	);
	const shown = () => [one, other].map(({ value }) => fullValue(value, 'trigger'));
	forgetUnusedLongValues([{ ...one, threshold: 5, state: 'normal' }], 'trigger', 2);
	expect(shown()).toEqual([FIRST, SECOND]);
	forgetUnusedLongValues([{ ...one, threshold: 5, state: 'normal' }], 'trigger', 1);
	expect(shown()).toEqual([FIRST, `${SECOND.slice(0, 936)}${sha256(SECOND)}`]);
});

const forgetAsARestartDoes = () =>
	forgetUnusedLongValues([], JSON.stringify(['test', 'Datadog Cases Trigger']), 0);
