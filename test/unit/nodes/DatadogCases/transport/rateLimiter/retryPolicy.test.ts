import {
	isSignOfOutage,
	maxRetriesAfter,
	retryWaitMs as waitAt,
} from '../../../../../../nodes/DatadogCases/transport/rateLimiter/retryPolicy';
import type { Outcome } from '../../../../../../nodes/DatadogCases/transport/outcome';

const NOW = Date.UTC(2026, 10, 25, 12);
const retryWaitMs = (outcome: Outcome, attempt: number, random: number, maxWaitMs: number) =>
	waitAt(outcome, attempt, random, maxWaitMs, NOW);

const answer = (status: number, headers = {}) => ({ status, headers, body: '' });
const lost = (code?: string) => ({ code, reason: '', headers: {} });

describe('maxRetriesAfter', () => {
	it.each([408, 429, 500, 502, 503, 504, 507, 509, 512, 520, 522, 524, 529, 599])(
		'tries again after a %d',
		(status) => {
			expect(maxRetriesAfter(answer(status))).toBe(Infinity);
		},
	);

	it.each([200, 204, 301, 400, 401, 403, 404, 407, 413, 418, 425, 451, 501, 505, 600, 999])(
		'does not try again after a %d',
		(status) => {
			expect(maxRetriesAfter(answer(status))).toBe(0);
		},
	);

	it.each([
		'EAI_AGAIN',
		'ECONNABORTED',
		'ECONNREFUSED',
		'ECONNRESET',
		'EHOSTDOWN',
		'EHOSTUNREACH',
		'ENETDOWN',
		'ENETUNREACH',
		'EPIPE',
		'ERR_BAD_RESPONSE',
		'ERR_NETWORK',
		'ERR_SOCKET_CONNECTION_TIMEOUT',
		'ETIMEDOUT',
	])('tries again when the connection was lost with %s', (code) => {
		expect(maxRetriesAfter(lost(code))).toBe(Infinity);
	});

	it('tries once more when the host was not found', () => {
		expect(maxRetriesAfter(lost('ENOTFOUND'))).toBe(1);
	});

	it.each([
		'DEPTH_ZERO_SELF_SIGNED_CERT',
		'ERR_INVALID_URL',
		'ERR_CANCELED',
		'toString',
		undefined,
	])('does not try again after %s, which another try would not change', (code) => {
		expect(maxRetriesAfter(lost(code))).toBe(0);
	});
});

describe('isSignOfOutage', () => {
	it.each([answer(500), answer(503), answer(408), lost('ECONNREFUSED'), lost('CERT_HAS_EXPIRED')])(
		'is %j',
		(outcome) => {
			expect(isSignOfOutage(outcome)).toBe(true);
		},
	);

	it.each([answer(200), answer(400), answer(403), answer(429), answer(501), lost('ERR_CANCELED')])(
		'is not %j',
		(outcome) => {
			expect(isSignOfOutage(outcome)).toBe(false);
		},
	);
});

describe('retryWaitMs', () => {
	it.each([
		[{ 'x-ratelimit-reset': '7' }, 7_000],
		[{ 'x-ratelimit-reset': '0.5' }, 500],
		[{ 'x-ratelimit-reset': '1.25' }, 1_250],
		[{ 'x-ratelimit-reset': '10' }, 10_000],
		[{ 'x-ratelimit-reset': ' 7 ' }, 7_000],
		[{ 'x-ratelimit-reset': '7', 'retry-after': '3' }, 7_000],
		[{ 'x-ratelimit-reset': '3600' }, 3_600_000],
		[{ 'retry-after': '3' }, 3_000],
		[{ 'retry-after': 'Wed, 25 Nov 2026 12:00:03 GMT' }, 3_000],
		[{ 'x-ratelimit-reset': ['1', '2'] }, 2_000],
		[{ 'x-ratelimit-reset': String(NOW / 1_000 + 5) }, 5_000],
		[{ 'x-ratelimit-reset': 'soon', 'retry-after': '3' }, 3_000],
	])('waits what a 429 with %j asks for', (headers, ms) => {
		expect(retryWaitMs(answer(429, headers), 0, 0, 60_000)).toBe(ms);
	});

	it.each([
		{},
		{ 'x-ratelimit-reset': '' },
		{ 'x-ratelimit-reset': '-1' },
		{ 'x-ratelimit-reset': '0x10' },
		{ 'x-ratelimit-reset': '7 s' },
		{ 'x-ratelimit-reset': 'NaN' },
		{ 'x-ratelimit-reset': '0' },
		{ 'retry-after': '0' },
		{ 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' },
	])('falls back to 1, 2, 4 seconds after a 429 with %j', (headers) => {
		expect(
			[0, 1, 2].map((attempt) => retryWaitMs(answer(429, headers), attempt, 0, 60_000)),
		).toEqual([1_000, 2_000, 4_000]);
	});

	it('adds up to a quarter, so that several do not come back at once', () => {
		expect(retryWaitMs(lost('ECONNRESET'), 1, 1, 60_000)).toBe(2_500);
	});

	it('keeps its own waits within Max Wait, but not those that Datadog asks for', () => {
		expect(retryWaitMs(lost('ECONNRESET'), 5, 0, 3_000)).toBe(3_000);
		expect(retryWaitMs(answer(503, { 'retry-after': '90' }), 0, 0, 3_000)).toBe(90_000);
	});

	it('never asks again at once after a 429', () => {
		expect(retryWaitMs(answer(429), 0, 0, 0)).toBe(1_000);
		expect(retryWaitMs(answer(503), 0, 0, 0)).toBe(0);
	});

	it('does not wait for the end of the period after a 503 while requests are left in it', () => {
		const headers = { 'x-ratelimit-reset': '50', 'x-ratelimit-remaining': '9' };
		expect(retryWaitMs(answer(503, headers), 0, 0, 60_000)).toBe(1_000);
		expect(retryWaitMs(answer(429, headers), 0, 0, 60_000)).toBe(50_000);
		expect(retryWaitMs(answer(503, { 'x-ratelimit-reset': '50' }), 0, 0, 60_000)).toBe(50_000);
	});
});
