import { UserFacingError } from '../../../../../../nodes/DatadogCases/errors/userFacingError';
import { RateLimiter } from '../../../../../../nodes/DatadogCases/transport/rateLimiter/rateLimiter';
import type { AttemptResult } from '../../../../../../nodes/DatadogCases/transport/rateLimiter/rateLimiter';
import type { Outcome } from '../../../../../../nodes/DatadogCases/transport/outcome';
import { SharedRequest } from '../../../../../../nodes/DatadogCases/transport/rateLimiter/sharedRequest';
import type { Clock } from '../../../../../../nodes/DatadogCases/transport/clock';

// No jitter.
beforeEach(() => jest.spyOn(Math, 'random').mockReturnValue(0));
afterEach(() => jest.restoreAllMocks());

const patience = { maxConcurrency: 25, maxRetries: 3, maxWaitMs: 60_000 };
const ok = (headers = {}): Outcome => ({ status: 200, headers, body: '' });
const status = (code: number, headers = {}): Outcome => ({ status: code, headers, body: '' });
const refused: Outcome = { code: 'ECONNREFUSED', reason: 'connect ECONNREFUSED', headers: {} };
const report = (remaining: number, reset: number) => ({
	'x-ratelimit-remaining': String(remaining),
	'x-ratelimit-reset': String(reset),
});
const reason = new UserFacingError("Datadog couldn't process the request", 'Try again later.');

/** @returns the error that a request fails with. */
const errorOf = async (request: Promise<unknown>) =>
	await request.then(
		() => Promise.reject(new Error('not refused')),
		(error: UserFacingError) => error,
	);

/** Only moves when the test calls `pass`. */
class StandingClock implements Clock {
	readonly waits: number[] = [];

	private time = Date.UTC(2026, 10, 25, 12);

	private sleepers: Array<{ until: number; wake(): void }> = [];

	now = () => this.time;

	wait = async (ms: number) =>
		await new Promise<void>((wake) => {
			this.waits.push(ms);
			this.sleepers.push({ until: this.time + ms, wake });
		});

	timeout = async () => await new Promise<void>(() => {});

	/** Moves on to the end of the next wait, or by this many milliseconds. */
	pass(ms = Math.min(...this.sleepers.map(({ until }) => until)) - this.time) {
		this.time += ms;
		const woken = this.sleepers.filter(({ until }) => until <= this.time);
		this.sleepers = this.sleepers.filter(({ until }) => until > this.time);
		for (const { wake } of woken) wake();
	}
}

/** A rate limiter whose attempts end when the test calls `answer`. */
function setUp() {
	const clock = new StandingClock();
	const limiter = new RateLimiter(clock);
	const flying: Array<{
		name: string;
		at: number;
		end(outcome: Outcome, limitName?: string): void;
	}> = [];
	const sent: string[] = [];
	const ended = new Map<string, unknown>();
	const descriptions: string[] = [];
	const failures: unknown[] = [];
	let number = 0;

	/** Like the client, sends different requests until they succeed or fail for good. */
	const send = (organization: string, count: number, own = patience) => {
		for (let i = 0; i < count; i++) {
			const name = `${organization}${number++}`;
			const request = new SharedRequest(name, own.maxWaitMs);
			void request.join(own).then(
				() => ended.set(name, 'answered'),
				(error: UserFacingError) => {
					ended.set(name, error.message);
					descriptions.push(error.description);
					failures.push(error.failure);
				},
			);
			void run(organization, request, own.maxRetries);
		}
	};
	const run = async (organization: string, request: SharedRequest, maxRetries: number) => {
		let backOffMs = 0;
		for (let attempt = 0; request.hasWaitingItems; attempt++) {
			const task = async () =>
				await new Promise<AttemptResult>((resolve) => {
					sent.push(request.outageKey);
					flying.push({
						name: request.outageKey,
						at: clock.now(),
						end: (outcome, limitName) =>
							resolve({
								outcome,
								limitName,
								...(outcome.status === 200 ? { body: { data: {} } } : { error: reason }),
							} as AttemptResult),
					});
				});
			const tried = await limiter.run(organization, request, attempt, backOffMs, task);
			if (tried === 'abandoned') return;
			if ('body' in tried.result) return request.resolve({ data: {} });
			if (attempt >= maxRetries) request.fail(reason);
			backOffMs = tried.result.outcome.status === 429 ? 0 : tried.waitMs;
		}
	};
	/** Ends the oldest attempts in flight. */
	const answer = async (outcome: Outcome, count = 1, limitName?: string) => {
		for (const one of flying.splice(0, count)) one.end(outcome, limitName);
		await settled();
	};
	const settled = async () => {
		await new Promise(setImmediate);
		return sent.length;
	};
	/** Resolves when an attempt is in flight. */
	const untilSent = async () => {
		await settled();
		while (flying.length === 0) {
			clock.pass();
			await settled();
		}
		return flying[0];
	};
	return {
		clock,
		limiter,
		send,
		answer,
		settled,
		untilSent,
		flying,
		sent,
		ended,
		descriptions,
		failures,
	};
}

describe('how many at once', () => {
	it('sends the first request alone, then as many as its headers tell', async () => {
		const { send, answer, settled } = setUp();
		send('a', 30);
		expect(await settled()).toBe(1);
		await answer(ok(report(9, 2)));
		expect(await settled()).toBe(1 + 9);
		await answer(ok(report(8, 2)));
		expect(await settled()).toBe(10);
	});

	it('sends in the order in which the requests came', async () => {
		const { send, answer, sent, settled } = setUp();
		send('a', 8, { ...patience, maxConcurrency: 2 });
		await settled();
		for (let i = 0; i < 8; i++) await answer(ok());
		expect(sent).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7']);
	});

	it('keeps to Max Concurrency over all organizations, which get the slots by turns', async () => {
		const { send, answer, settled, sent } = setUp();
		send('a', 6, { ...patience, maxConcurrency: 3 });
		send('b', 6, { ...patience, maxConcurrency: 3 });
		send('c', 6, { ...patience, maxConcurrency: 3 });
		expect(await settled()).toBe(3);
		for (let i = 0; i < 15; i++) {
			await answer(ok());
			expect(sent).toHaveLength(4 + i);
		}
		const first = sent.slice(0, 12).map((name) => name[0]);
		for (const organization of ['a', 'b', 'c']) {
			expect(first.filter((one) => one === organization).length).toBeGreaterThanOrEqual(3);
		}
	});

	it('gives a slot to whoever can use it when others allow fewer at once', async () => {
		const { send, answer, settled, sent } = setUp();
		send('a', 3, { ...patience, maxConcurrency: 1 });
		send('b', 3);
		await settled();
		expect(sent).toEqual(['a0', 'b3']);
		await answer(ok());
		expect(sent).toEqual(['a0', 'b3']);
		await answer(ok());
		expect(sent.slice(2).sort()).toEqual(['a1', 'b4', 'b5']);
	});

	it('has one timer, however many organizations wait, and wakes each at its time', async () => {
		const { clock, send, answer, settled, sent } = setUp();
		const organizations = [...'abcdefghijkl'];
		for (const name of organizations) send(name, 1);
		await settled();
		for (const i of organizations.keys()) await answer(status(429, report(0, 5 + i)));
		expect(clock.waits).toEqual([5_000]);
		for (const i of organizations.keys()) {
			clock.pass();
			expect(await settled()).toBe(organizations.length + i + 1);
		}
		expect(sent.slice(12).map((name) => name[0])).toEqual(organizations);
	});

	it('sends one alone until an answer tells more', async () => {
		const { send, answer, settled } = setUp();
		send('a', 10);
		await settled();
		await answer(status(503));
		expect(await settled()).toBe(2);
		await answer(ok());
		expect(await settled()).toBe(10);
	});

	it('takes what headers tell also from a response that is no answer', async () => {
		const { send, answer, settled } = setUp();
		send('a', 30);
		await settled();
		await answer(status(503, report(9, 2)));
		expect(await settled()).toBe(1 + 9);
	});

	it('grows by one an answer after a refusal when there are no headers', async () => {
		const { send, answer, settled, untilSent } = setUp();
		send('a', 30);
		await settled();
		await answer(status(429));
		await untilSent();
		expect(await settled()).toBe(2);
		await answer(ok());
		expect(await settled()).toBe(4);
		await answer(ok());
		expect(await settled()).toBe(6);
	});

	it('takes the lowest report of a period, since answers overtake each other', async () => {
		const { send, answer, settled } = setUp();
		send('a', 30);
		await settled();
		await answer(ok(report(4, 5)));
		expect(await settled()).toBe(5);
		await answer(ok(report(2, 5)));
		await answer(ok(report(3, 5)));
		expect(await settled()).toBe(5);
	});

	it('takes the report of the next period as it is', async () => {
		const { clock, send, answer, settled } = setUp();
		send('a', 30);
		await settled();
		await answer(ok(report(2, 5)));
		expect(await settled()).toBe(3);
		clock.pass(5_000);
		await answer(ok(report(20, 5)));
		expect(await settled()).toBe(1 + 1 + 20);
	});

	it('gives the slot back whatever a try throws', async () => {
		const { limiter, send, answer, settled } = setUp();
		const request = new SharedRequest('throws', 60_000);
		void request.join(patience).catch(() => {});
		const thrown = limiter.run('a', request, 0, 0, () => {
			throw new Error('odd');
		});
		await expect(thrown).rejects.toThrow('odd');
		send('a', 2, { ...patience, maxConcurrency: 1 });
		expect(await settled()).toBe(1);
		await answer(ok());
		expect(await settled()).toBe(2);
	});
});

describe('the rate limit', () => {
	it('sends nothing before the reset when nothing remains, then one alone', async () => {
		const { clock, send, answer, settled, untilSent } = setUp();
		send('a', 30);
		await settled();
		const closedAt = clock.now();
		await answer(ok(report(0, 7)));
		expect((await untilSent()).at - closedAt).toBe(7_000);
		expect(await settled()).toBe(2);
	});

	it.each([
		['x-ratelimit-reset missing', { 'x-ratelimit-remaining': '0' }],
		['x-ratelimit-reset 0', report(0, 0)],
	])('waits a second when nothing remains, with %s', async (_, headers) => {
		const { clock, send, answer, settled, untilSent } = setUp();
		send('a', 2);
		await settled();
		await answer(ok(headers));
		await untilSent();
		expect(clock.waits).toEqual([1_000]);
	});

	it('makes the whole organization wait after a 429, and no other', async () => {
		const { send, answer, settled, sent } = setUp();
		send('a', 3);
		await settled();
		await answer(ok());
		await answer(status(429, { 'retry-after': '30' }));
		send('a', 5);
		send('b', 1);
		await settled();
		expect(sent.map((name) => name[0])).toEqual(['a', 'a', 'a', 'b']);
	});

	it('waits for the longest that was asked for, since answers overtake each other', async () => {
		const { clock, send, answer, settled, untilSent } = setUp();
		send('a', 3);
		await settled();
		const start = clock.now();
		await answer(ok(report(2, 5)));
		await answer(status(429, { 'retry-after': '30' }));
		await answer(status(429, { 'retry-after': '1' }));
		expect((await untilSent()).at - start).toBe(30_000);
	});

	it('counts refusals that come together as one, so that they do not end the run', async () => {
		const { clock, send, answer, settled, untilSent, ended } = setUp();
		send('a', 6);
		await settled();
		await answer(ok());
		await answer(status(429, { 'retry-after': '1' }), 5);
		await untilSent();
		expect(clock.waits).toEqual([1_000]);
		expect([...ended.values()]).toEqual(['answered']);
	});

	it('refuses at once who waits and who comes when that is longer than Max Wait, others not', async () => {
		const { send, answer, settled, ended } = setUp();
		send('a', 3);
		send('a', 1, { ...patience, maxWaitMs: 3_600_000 });
		await settled();
		await answer(ok(report(0, 3_600)));
		send('a', 1);
		await settled();
		const message = "Datadog requires a wait of 3600 seconds, which is longer than 'Max Wait'";
		expect([...ended].sort()).toEqual([
			['a0', 'answered'],
			['a1', message],
			['a2', message],
			['a4', message],
		]);
	});

	it.each([
		['that let nothing through', ok(report(0, 3_600)), 2],
		['that refused', status(429, { 'retry-after': '3600' }), 3],
	])('names the rate limit %s', async (_, outcome, refusals) => {
		const { send, answer, settled, descriptions } = setUp();
		send('a', 3);
		await settled();
		await answer(outcome, 1, 'cases_count');
		expect(descriptions).toHaveLength(refusals);
		for (const description of descriptions) expect(description).toContain('"cases_count"');
	});

	it('refuses nobody for a wait that Datadog did not ask for', async () => {
		const { send, answer, settled, untilSent, ended } = setUp();
		send('a', 1);
		send('a', 2, { ...patience, maxWaitMs: 500 });
		await settled();
		await answer(status(429));
		await untilSent();
		expect(ended.size).toBe(0);
	});

	it('accepts a wait of exactly Max Wait', async () => {
		const { clock, send, answer, settled, untilSent } = setUp();
		send('a', 2);
		await settled();
		await answer(ok(report(0, 60)));
		await untilSent();
		expect(clock.waits).toEqual([60_000]);
	});

	it('refuses what still waits when Datadog has refused after every wait', async () => {
		const { send, answer, settled, untilSent, ended, sent, failures } = setUp();
		send('a', 20, { ...patience, maxRetries: 9 });
		send('a', 20, { ...patience, maxRetries: 0 });
		await settled();
		for (let i = 0; i < 4; i++) {
			await untilSent();
			await answer(status(429, { 'retry-after': '1' }));
		}
		const message = "Datadog's rate limit was reached";
		expect(ended.size).toBe(20);
		expect([...ended.values()].every((one) => one === message)).toBe(true);
		expect([...ended.keys()]).toEqual(Array.from({ length: 20 }, (_, i) => `a${20 + i}`));
		expect(sent).toEqual(['a0', 'a1', 'a2', 'a3']);
		const failure = { cause: 'rate-limited', retryAfterMs: 1_000 };
		expect(failures).toEqual(Array.from({ length: 20 }, () => failure));
	});
});

it('sends who comes after all were refused for the rate limit: Datadog may let it through by then', async () => {
	const { send, answer, settled, untilSent, ended } = setUp();
	send('a', 20, { ...patience, maxRetries: 0 });
	await settled();
	for (let i = 0; i < 4; i++) {
		await untilSent();
		await answer(status(429, { 'retry-after': '1' }));
	}
	expect(ended.size).toBe(20);
	send('a', 1);
	await untilSent();
	await answer(ok());
	expect([...ended.values()].slice(20)).toEqual(['answered']);
});

describe('an outage', () => {
	it('is probed after 1, 2 and 4 seconds by one request each, then ends all that wait', async () => {
		const { clock, send, answer, settled, untilSent, ended, sent } = setUp();
		send('a', 10_000);
		await settled();
		const start = clock.now();
		await answer(refused);
		await answer(refused);
		await answer(refused);
		const probes: number[] = [];
		for (let i = 0; i < 3; i++) {
			probes.push(Math.floor(((await untilSent()).at - start) / 1_000));
			await settled();
			expect(sent).toHaveLength(4 + i);
			await answer(refused);
		}
		expect(probes).toEqual([1, 3, 7]);
		expect(sent).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5']);
		expect(ended.size).toBe(10_000);
		expect(new Set(ended.values())).toEqual(new Set(["Datadog couldn't process the request"]));
		expect(clock.waits).toEqual([1_000, 2_000, 4_000]);
	});

	it('ends with the first answer, and nobody is refused', async () => {
		const { send, answer, settled, untilSent, ended } = setUp();
		send('a', 50);
		await settled();
		await answer(refused);
		await answer(refused);
		await answer(refused);
		await untilSent();
		await answer(refused);
		await untilSent();
		await answer(ok());
		while (ended.size < 50) await answer(ok());
		expect(new Set(ended.values())).toEqual(new Set(['answered']));
	});

	it('is over at once when a request that was under way before is answered', async () => {
		const { clock, send, answer, settled, flying, sent } = setUp();
		send('a', 40);
		await settled();
		await answer(ok());
		await answer(refused, 3);
		// Two more requests were sent before the third failure.
		expect(sent).toHaveLength(1 + 25 + 2);
		const start = clock.now();
		flying.pop()!.end(ok());
		await settled();
		expect(clock.now()).toBe(start);
		expect(sent).toHaveLength(1 + 25 + 2 + 2);
	});

	it('takes the failure of what was under way before for no probe', async () => {
		const { send, answer, settled, untilSent, ended, sent } = setUp();
		send('a', 40);
		await settled();
		await answer(ok());
		await answer(refused, 25);
		await answer(refused, 2);
		await untilSent();
		await answer(ok());
		expect(sent.length).toBeGreaterThan(1 + 25 + 2);
		expect([...ended.values()]).toEqual(['answered', 'answered']);
	});

	it('is no outage when one request always fails, which costs only itself', async () => {
		const { send, answer, settled, untilSent, flying, ended, sent } = setUp();
		send('a', 5, { ...patience, maxConcurrency: 1 });
		await settled();
		while (ended.size < 5) {
			const { name } = await untilSent();
			expect(flying).toHaveLength(1);
			await answer(name === 'a0' ? status(503) : ok());
		}
		expect([...ended].sort()).toEqual([
			['a0', "Datadog couldn't process the request"],
			['a1', 'answered'],
			['a2', 'answered'],
			['a3', 'answered'],
			['a4', 'answered'],
		]);
		expect(sent.filter((name) => name === 'a0')).toHaveLength(4);
	});

	it('is probed by a request that has not failed, where there is one', async () => {
		const { send, answer, settled, untilSent, sent, ended } = setUp();
		send('a', 1);
		await settled();
		await answer(status(503));
		send('a', 3);
		await settled();
		await answer(status(503));
		await answer(status(503));
		await untilSent();
		expect(sent).toEqual(['a0', 'a1', 'a2', 'a3']);
		await answer(ok());
		while (ended.size < 4) {
			await untilSent();
			await answer(ok());
		}
		expect(new Set(ended.values())).toEqual(new Set(['answered']));
	});

	it('of two requests is one as well: all that there are', async () => {
		const { clock, send, answer, settled, untilSent, ended, sent } = setUp();
		send('a', 2);
		await settled();
		const start = clock.now();
		await answer(refused);
		await answer(refused);
		while (ended.size < 2) {
			await untilSent();
			await answer(refused);
		}
		expect(sent).toEqual(['a0', 'a1', 'a0', 'a1', 'a0']);
		expect(Math.floor((clock.now() - start) / 1_000)).toBeLessThanOrEqual(8);
	});

	it('makes one probe also where Max Retries is 0, since the first three may be the faulty ones', async () => {
		const { send, answer, settled, untilSent, ended } = setUp();
		send('a', 6, { ...patience, maxRetries: 0 });
		await settled();
		for (let i = 0; i < 3; i++) await answer(status(503));
		await untilSent();
		while (ended.size < 6) await answer(ok());
		expect([...ended.values()].filter((one) => one === 'answered')).toHaveLength(3);
	});

	it('ends for each when its own Max Retries is used up', async () => {
		const { send, answer, settled, untilSent, ended } = setUp();
		send('a', 10, { ...patience, maxRetries: 1 });
		send('a', 10, { ...patience, maxRetries: 2 });
		await settled();
		for (let i = 0; i < 3; i++) await answer(refused);
		await untilSent();
		await answer(refused);
		expect(ended.size).toBe(10);
		await untilSent();
		await answer(refused);
		expect(ended.size).toBe(20);
	});

	it('waits as long as a Retry-After asks', async () => {
		const { clock, send, answer, settled, untilSent } = setUp();
		send('a', 10);
		await settled();
		const start = clock.now();
		for (let i = 0; i < 3; i++) await answer(status(503, { 'retry-after': '20' }));
		expect((await untilSent()).at - start).toBe(20_000);
	});

	it('refuses at once who does not accept to wait so long, with what there is to wait for', async () => {
		const { send, answer, settled, ended } = setUp();
		send('a', 10);
		await settled();
		for (let i = 0; i < 3; i++) await answer(status(503, { 'retry-after': '90' }));
		expect(ended.get('a9')).toBe(
			"Datadog requires a wait of 90 seconds, which is longer than 'Max Wait'",
		);
	});

	it('of one organization makes no other wait', async () => {
		const { send, answer, settled, sent, ended } = setUp();
		send('a', 10);
		await settled();
		for (let i = 0; i < 3; i++) await answer(refused);
		send('b', 3);
		await settled();
		await answer(ok());
		await answer(ok(), 2);
		expect(sent.slice(3)).toEqual(['b10', 'b11', 'b12']);
		expect(ended.size).toBe(3);
	});

	it('is forgotten when all have been refused: who comes later is sent', async () => {
		const { send, answer, settled, untilSent, ended } = setUp();
		send('a', 10, { ...patience, maxRetries: 1 });
		await settled();
		for (let i = 0; i < 3; i++) await answer(refused);
		await untilSent();
		await answer(refused);
		expect(ended.size).toBe(10);
		send('a', 2);
		await untilSent();
		await answer(ok());
		await answer(ok());
		expect([...ended.values()].slice(10)).toEqual(['answered', 'answered']);
	});
});

it('drops what nobody wants any more, while it waits for a reset', async () => {
	const { limiter, send, answer, settled, sent } = setUp();
	send('a', 1);
	await settled();
	await answer(ok(report(0, 30)));
	const request = new SharedRequest('late', 60_000);
	void request.join(patience).catch(() => {});
	const ended = limiter.run('a', request, 0, 0, async () => ({
		outcome: ok(),
		body: { data: {} },
	}));
	request.fail(reason);
	limiter.stop();
	expect(await ended).toBe('abandoned');
	expect(sent).toEqual(['a0']);
});

it('refuses at once what could only be sent after the deadline, though Datadog asks for no wait', async () => {
	const clock = new StandingClock();
	const limiter = new RateLimiter(clock, clock.now());
	const request = new SharedRequest('late', 60_000);
	const answer = request.join(patience);
	void limiter.run('a', request, 0, 0, async () => ({ outcome: ok(), body: { data: {} } }));
	await expect(answer).rejects.toMatchObject({
		message: "Datadog didn't respond in time",
		description:
			"The poll has no time left for another request. Try again later, or narrow 'Query'.",
		failure: { cause: 'temporarily-unavailable' },
	});
	expect((await errorOf(answer)).details).toEqual({});
});

it.each([
	['no HTTP status, as nothing came back', refused, {}],
	["the response's status", status(502), { httpCode: '502' }],
])(
	'refuses what could only be sent after the deadline in an outage, with %s',
	async (_, outcome, details) => {
		const clock = new StandingClock();
		const limiter = new RateLimiter(clock, clock.now() + 500);
		const requests = ['a', 'b', 'c', 'd'].map((name) => new SharedRequest(name, 60_000));
		const answers = requests.map(async (request) => await request.join(patience));
		for (const request of requests) {
			void limiter.run('a', request, 0, 0, async () => ({ outcome, error: reason }));
		}
		const error = await errorOf(answers[3]);
		expect(error).toMatchObject({
			message: "Datadog couldn't process the request",
			description:
				"The next request is allowed in 1 seconds, but the poll ends before that. Try again later, or raise 'Max Retries' in the node's options. See https://status.datadoghq.com.",
			failure: { cause: 'temporarily-unavailable', retryAfterMs: 1_000 },
		});
		expect(error.details).toEqual(details);
	},
);
