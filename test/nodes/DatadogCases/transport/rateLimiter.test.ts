import fc from 'fast-check';

import { Gate } from '../../../../nodes/DatadogCases/transport/rateLimiter';
import { VirtualClock } from '../../../virtualClock';

const limits = { maxConcurrency: 25, maxRetries: 3, maxWaitMs: 60_000 };
const report = (remaining: number, reset: number) => ({
	'x-ratelimit-remaining': String(remaining),
	'x-ratelimit-reset': String(reset),
});

function setUp() {
	const clock = new VirtualClock();
	const stop = new AbortController();
	const gate = new Gate(clock, stop.signal);
	/** Sends that many requests to the gate and tells how many are through after all that can happen has happened. */
	const through: string[] = [];
	const send = (account: string, count: number, own = limits) => {
		for (let i = 0; i < count; i++) void gate.enter(account, own).then(() => through.push(account));
	};
	const settled = async () => {
		await new Promise(setImmediate);
		return through.length;
	};
	return { clock, stop, gate, send, settled, through };
}

it('lets the first request go alone, then as many as its headers tell', async () => {
	const { gate, send, settled } = setUp();
	send('a', 30);
	expect(await settled()).toBe(1);
	gate.leave('a', report(9, 2), 0, true);
	expect(await settled()).toBe(1 + 9);
	gate.leave('a', report(8, 2), 0, true);
	expect(await settled()).toBe(10);
});

it('keeps to Max Concurrency over all accounts when there are no headers', async () => {
	const { gate, send, settled, through } = setUp();
	send('a', 30, { ...limits, maxConcurrency: 5 });
	send('b', 30, { ...limits, maxConcurrency: 5 });
	expect(await settled()).toBe(2);
	gate.leave('a', {}, 0, true);
	expect(await settled()).toBe(6);
	expect(through.filter((account) => account === 'b')).toHaveLength(1);
});

it('lets one go alone until an answer or a request that is given up tells more', async () => {
	const { gate, send, settled } = setUp();
	send('a', 10);
	await settled();
	gate.leave('a', {}, 0, false);
	expect(await settled()).toBe(2);
	gate.leave('a', {}, 0, true);
	expect(await settled()).toBe(10);
});

it('takes what headers tell also from an answer that is asked for again', async () => {
	const { gate, send, settled } = setUp();
	send('a', 30);
	await settled();
	gate.leave('a', report(9, 2), 0, false);
	expect(await settled()).toBe(1 + 9);
});

it('grows by one an answer after a refusal when there are no headers', async () => {
	const { clock, gate, send, settled } = setUp();
	send('a', 30);
	await settled();
	gate.leave('a', {}, 1_000, false);
	await clock.wait(1_000);
	expect(await settled()).toBe(2);
	gate.leave('a', {}, 0, true);
	expect(await settled()).toBe(4);
	gate.leave('a', {}, 0, true);
	expect(await settled()).toBe(6);
});

it('takes the lowest report of a period, since answers overtake each other', async () => {
	const { gate, send, settled } = setUp();
	send('a', 30);
	await settled();
	gate.leave('a', report(4, 5), 0, true);
	expect(await settled()).toBe(5);
	gate.leave('a', report(2, 5), 0, true);
	gate.leave('a', report(3, 5), 0, true);
	expect(await settled()).toBe(5);
});

it('takes the report of the next period as it is', async () => {
	const { clock, gate, send, settled } = setUp();
	send('a', 30);
	await settled();
	gate.leave('a', report(2, 5), 0, true);
	expect(await settled()).toBe(3);
	await clock.wait(5_000);
	gate.leave('a', report(20, 5), 0, true);
	expect(await settled()).toBe(1 + 1 + 20);
});

it('lets nothing leave before the reset when nothing remains, then one alone', async () => {
	const { clock, gate, send, settled } = setUp();
	send('a', 30);
	await settled();
	const closedAt = clock.now();
	gate.leave('a', report(0, 7), 0, true);
	while ((await settled()) === 1) await new Promise((resolve) => setTimeout(resolve, 1));
	expect(await settled()).toBe(2);
	expect(clock.now() - closedAt).toBe(7_000);
});

it.each([
	['x-ratelimit-reset missing', { 'x-ratelimit-remaining': '0' }],
	['x-ratelimit-reset 0', report(0, 0)],
])('waits a second when nothing remains, with %s', async (_, headers) => {
	const { clock, gate, send, settled } = setUp();
	send('a', 2);
	await settled();
	gate.leave('a', headers, 0, true);
	while ((await settled()) === 1) await new Promise((resolve) => setTimeout(resolve, 1));
	expect(clock.waits).toEqual([1_000]);
});

it('makes the whole account wait after a 429, and no other account', async () => {
	const { gate, send, settled, through } = setUp();
	send('a', 3);
	await settled();
	gate.leave('a', {}, 0, true);
	await settled();
	gate.leave('a', {}, 30_000, false);
	send('a', 5);
	send('b', 1);
	await new Promise(setImmediate);
	expect(through).toEqual(['a', 'a', 'a', 'b']);
});

it('waits for the longest that was asked for, since answers overtake each other', async () => {
	const { clock, gate, send, settled } = setUp();
	send('a', 3);
	await settled();
	gate.leave('a', report(2, 5), 0, true);
	await settled();
	gate.leave('a', {}, 30_000, false);
	gate.leave('a', {}, 1_000, false);
	await gate.enter('a', limits);
	expect(clock.waits).toEqual([30_000]);
});

it('counts refusals that come together as one, so that they do not end the run', async () => {
	const { clock, gate, send, settled } = setUp();
	send('a', 6);
	await settled();
	gate.leave('a', {}, 0, true);
	await settled();
	for (let i = 0; i < 5; i++) gate.leave('a', {}, 1_000, false);
	await gate.enter('a', limits);
	expect(clock.waits).toEqual([1_000]);
});

it('refuses at once what would have to wait longer than Max Wait', async () => {
	const { gate, send, settled } = setUp();
	send('a', 1);
	await settled();
	gate.leave('a', report(0, 3_600), 0, true);
	await expect(gate.enter('a', limits)).rejects.toMatchObject({
		message: "Datadog can be asked again in 3600 seconds, longer than 'Max Wait' allows",
		about: { httpCode: '429' },
	});
});

it('accepts a wait of exactly Max Wait', async () => {
	const { clock, gate, send, settled } = setUp();
	send('a', 1);
	await settled();
	gate.leave('a', report(0, 60), 0, true);
	await gate.enter('a', limits);
	expect(clock.waits).toEqual([60_000]);
});

it('refuses who waits and who comes when the run is stopped', async () => {
	const { clock, stop, gate, send, settled } = setUp();
	send('a', 1);
	await settled();
	gate.leave('a', report(0, 50), 0, true);
	const startedAt = clock.now();
	const waiting = gate.enter('a', limits);
	stop.abort();
	const refusal = {
		message: 'The execution was stopped',
		description: 'Nothing more was sent to Datadog.',
	};
	await expect(waiting).rejects.toMatchObject(refusal);
	await expect(gate.enter('b', limits)).rejects.toMatchObject(refusal);
	expect(clock.now()).toBe(startedAt);
});

it('never has more in flight than Max Concurrency and the last report allow, and loses nobody', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 8 }),
			fc.array(fc.record({ remaining: fc.nat(6), reset: fc.nat(3) }), {
				minLength: 20,
				maxLength: 20,
			}),
			async (maxConcurrency, reports) => {
				const { gate } = setUp();
				let inFlight = 0;
				let remaining = 1;
				await Promise.all(
					reports.map(async (told) => {
						await gate.enter('a', { ...limits, maxConcurrency });
						inFlight++;
						expect(inFlight).toBeLessThanOrEqual(Math.min(maxConcurrency, Math.max(remaining, 1)));
						await new Promise(setImmediate);
						inFlight--;
						remaining = told.remaining;
						gate.leave('a', report(told.remaining, told.reset), 0, true);
					}),
				);
			},
		),
		{ numRuns: 15 },
	);
});
