import { isRetried, outcomeOf, rateLimitOf, waitAfter } from '../../../../nodes/DatadogCases/transport/retryPolicy';

const answer = (status: number, headers = {}) => ({ status, headers, body: '' });
const lost = (code?: string) => ({ code, words: '', headers: {} });

it.each([
	[
		Object.assign(new Error('lost'), { cause: { code: 'ECONNRESET', message: 'socket hang up' } }),
		{ code: 'ECONNRESET', words: 'socket hang up', headers: {} },
	],
	[
		Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
		{ code: 'ECONNRESET', words: 'socket hang up', headers: {} },
	],
	[
		Object.assign(new Error('The connection was aborted'), {
			httpCode: 'ECONNRESET',
			messages: ['socket hang up'],
		}),
		{ code: 'ECONNRESET', words: 'socket hang up', headers: {} },
	],
	[
		Object.assign(new Error('aborted'), { httpCode: '200' }),
		{ code: 'ERR_BAD_RESPONSE', words: 'aborted', headers: {} },
	],
	[
		Object.assign(new Error('no code'), { httpCode: null }),
		{ code: undefined, words: 'no code', headers: {} },
	],
	[undefined, { code: undefined, words: 'undefined', headers: {} }],
])('reads the code of the connection that was lost from %p', (error, outcome) => {
	expect(outcomeOf(error)).toEqual(outcome);
});

describe('isRetried', () => {
	it.each([429, 500, 502, 503, 504])('asks again after a %d', (status) => {
		expect(isRetried(answer(status))).toBe(true);
	});

	it.each([200, 204, 301, 400, 401, 403, 404, 413, 501])(
		'does not ask again after a %d',
		(status) => {
			expect(isRetried(answer(status))).toBe(false);
		},
	);

	it.each([
		'EAI_AGAIN',
		'ECONNABORTED',
		'ECONNREFUSED',
		'ECONNRESET',
		'EHOSTUNREACH',
		'ENETUNREACH',
		'EPIPE',
		'ERR_BAD_RESPONSE',
		'ETIMEDOUT',
	])('asks again when the connection was lost with %s', (code) => {
		expect(isRetried(lost(code))).toBe(true);
	});

	it.each(['ENOTFOUND', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_INVALID_URL', undefined])(
		'does not ask again after %s, which another try would not change',
		(code) => {
			expect(isRetried(lost(code))).toBe(false);
		},
	);
});

describe('waitAfter', () => {
	it.each([
		[{ 'x-ratelimit-reset': '7' }, 7_000],
		[{ 'x-ratelimit-reset': '0.5' }, 500],
		[{ 'x-ratelimit-reset': '1.25' }, 1_250],
		[{ 'x-ratelimit-reset': '10' }, 10_000],
		[{ 'x-ratelimit-reset': ' 7 ' }, 7_000],
		[{ 'x-ratelimit-reset': '7', 'retry-after': '3' }, 7_000],
		[{ 'x-ratelimit-reset': '3600' }, 3_600_000],
		[{ 'retry-after': '3' }, 3_000],
		[{ 'x-ratelimit-reset': 'soon', 'retry-after': '3' }, 3_000],
	])('waits what a 429 with %j asks for', (headers, ms) => {
		expect(waitAfter(answer(429, headers), 0, 0, 60_000)).toBe(ms);
	});

	it.each([
		{},
		{ 'x-ratelimit-reset': '' },
		{ 'x-ratelimit-reset': '-1' },
		{ 'x-ratelimit-reset': '0x10' },
		{ 'x-ratelimit-reset': '7 s' },
		{ 'x-ratelimit-reset': 'NaN' },
		{ 'x-ratelimit-reset': ['1', '2'] },
		{ 'x-ratelimit-reset': '0' },
		{ 'retry-after': '0' },
		{ 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' },
	])('falls back to 1, 2, 4 seconds after a 429 with %j', (headers) => {
		expect([0, 1, 2].map((attempt) => waitAfter(answer(429, headers), attempt, 0, 60_000))).toEqual(
			[1_000, 2_000, 4_000],
		);
	});

	it('adds up to a quarter, so that several do not come back at once', () => {
		expect(waitAfter(lost('ECONNRESET'), 1, 1, 60_000)).toBe(2_500);
	});

	it('keeps its own waits within Max Wait, but not those that Datadog asks for', () => {
		expect(waitAfter(lost('ECONNRESET'), 5, 0, 3_000)).toBe(3_000);
		expect(waitAfter(answer(503, { 'retry-after': '90' }), 0, 0, 3_000)).toBe(90_000);
	});

	it('never asks again at once after a 429', () => {
		expect(waitAfter(answer(429), 0, 0, 0)).toBe(1_000);
		expect(waitAfter(answer(503), 0, 0, 0)).toBe(0);
	});

	it('does not wait for the end of the period after a 503 while requests are left in it', () => {
		const headers = { 'x-ratelimit-reset': '50', 'x-ratelimit-remaining': '9' };
		expect(waitAfter(answer(503, headers), 0, 0, 60_000)).toBe(1_000);
		expect(waitAfter(answer(429, headers), 0, 0, 60_000)).toBe(50_000);
		expect(waitAfter(answer(503, { 'x-ratelimit-reset': '50' }), 0, 0, 60_000)).toBe(50_000);
	});
});

describe('rateLimitOf', () => {
	it.each([
		[
			{ 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': '2' },
			{ remaining: 9, resetMs: 2_000 },
		],
		[
			{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0' },
			{ remaining: 0, resetMs: 0 },
		],
		[{ 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': 'x' }, {}],
		[{ 'x-ratelimit-remaining': ' 12 ' }, { remaining: 12 }],
		[{ 'x-ratelimit-remaining': '' }, {}],
		[{ 'x-ratelimit-remaining': '9 of 10' }, {}],
		[{}, {}],
	])('reads %j', (headers, expected) => {
		expect(rateLimitOf(headers)).toEqual(expected);
	});
});
