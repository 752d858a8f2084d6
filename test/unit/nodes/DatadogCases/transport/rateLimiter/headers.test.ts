import { rateLimitFrom } from '../../../../../../nodes/DatadogCases/transport/rateLimiter/headers';

const NOW = Date.UTC(2026, 10, 25, 12);

it('reads what Datadog documents', () => {
	const headers = {
		'x-ratelimit-limit': '10',
		'x-ratelimit-period': '60',
		'x-ratelimit-remaining': '3',
		'x-ratelimit-reset': '7',
		'x-ratelimit-name': 'cases_count',
	};
	expect(rateLimitFrom(headers, NOW)).toEqual({
		remaining: 3,
		resetMs: 7_000,
	});
});

it('says nothing of what is not there', () => {
	expect(rateLimitFrom({}, NOW)).toEqual({});
});

it.each([
	['seconds', '7', 7_000],
	['a fraction of a second', '0.25', 250],
	['a number', 7, 7_000],
	['spaces around', ' 7 ', 7_000],
	['the same twice', '7, 7', 7_000],
	['two values, of which the largest counts', '3, 7', 7_000],
	['a list', ['3', '7'], 7_000],
	['an unreadable one beside', 'soon, 7', 7_000],
	['epoch seconds', String(NOW / 1_000 + 9), 9_000],
	['epoch seconds twice', `${NOW / 1_000 + 9}, ${NOW / 1_000 + 9}`, 9_000],
	['epoch milliseconds', String(NOW + 9_000), 9_000],
	['the largest number of seconds', '1000000000', 1e12],
	['an HTTP date', 'Wed, 25 Nov 2026 12:00:09 GMT', 9_000],
	['two HTTP dates', 'Wed, 25 Nov 2026 12:00:04 GMT, Wed, 25 Nov 2026 12:00:09 GMT', 9_000],
	['an HTTP date and seconds', 'Wed, 25 Nov 2026 12:00:04 GMT, 9', 9_000],
	['an old HTTP date', 'Wednesday, 25-Nov-26 12:00:09 GMT', 9_000],
	['the date of C', 'Wed Nov 25 12:00:09 2026', 9_000],
	['an ISO date', '2026-11-25T12:00:09Z', 9_000],
	['an ISO date of another zone', '2026-11-25T14:00:09+02:00', 9_000],
	['an ISO date of a zone in the west', '2026-11-25T07:00:09-05:00', 9_000],
])('reads %s in both headers that tell a wait', (_, value, ms) => {
	expect(rateLimitFrom({ 'x-ratelimit-reset': value }, NOW)).toEqual({ resetMs: ms });
	expect(rateLimitFrom({ 'retry-after': value }, NOW)).toEqual({ retryAfterMs: ms });
});

it.each([
	['nothing', ''],
	['a word', 'soon'],
	['a negative number', '-7'],
	['a number in another form', '1e3'],
	['hexadecimal', '0x10'],
	['a date that is over', 'Wed, 25 Nov 2026 11:59:59 GMT'],
	['epoch seconds that are over', String(NOW / 1_000 - 1)],
	['a day that does not exist', 'Wed, 99 Nov 2026 12:00:09 GMT'],
	['null', null],
	['an object', {}],
])('takes %s for no wait', (_, value) => {
	expect(rateLimitFrom({ 'x-ratelimit-reset': value as never }, NOW)).toEqual({});
	expect(rateLimitFrom({ 'retry-after': value as never }, NOW)).toEqual({});
});

it.each([
	['3', 3],
	['0', 0],
	['7, 5', 5],
	[['7', '5'], 5],
	['7, many', 7],
	['2.9', 2],
])('takes the smallest remaining count of %j', (value, remaining) => {
	expect(rateLimitFrom({ 'x-ratelimit-remaining': value }, NOW)).toEqual({ remaining });
});

it.each(['', 'many', '-1', '1e3', 'Infinity'])('takes no remaining count from %j', (value) => {
	expect(rateLimitFrom({ 'x-ratelimit-remaining': value }, NOW)).toEqual({});
});
