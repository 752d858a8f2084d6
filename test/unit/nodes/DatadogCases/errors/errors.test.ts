import fc from 'fast-check';

import type { INode } from 'n8n-workflow';

import {
	errorForInvalidResponse,
	errorForLostConnection,
	errorForUnconnectedCredential,
	errorForRateLimit,
	errorForFailedRefresh,
	errorForStatus,
	errorForMaxWait,
} from '../../../../../nodes/DatadogCases/errors/errors';
import { toUserFacingError } from '../../../../../nodes/DatadogCases/errors/userFacingError';
import { UserFacingError } from '../../../../../nodes/DatadogCases/errors/userFacingError';
import { errorJsonFrom, toNodeError } from '../../../../../nodes/DatadogCases/errors/nodeErrors';

const secrets = ['test-api-key', 'test-application-key'];

it.each([
	[
		'strings',
		{ errors: ['Forbidden', 'Failed permission authorization checks'] },
		'Forbidden; Failed permission authorization checks',
	],
	[
		'JSON:API objects',
		{
			errors: [
				{ status: '400', title: 'Bad Request', detail: 'got type "x"' },
				{ title: 'Generic Error' },
			],
		},
		'Bad Request: got type "x"; Generic Error',
	],
	['entries of other types', { errors: [null, 7, ['a'], 'b'] }, 'a; b'],
	['a gateway', { message: 'No API key found', code: 12, nested: { x: 'y' } }, 'No API key found'],
	[
		'no JSON',
		'Rate limit of 300 requests\n in 3600 seconds reached.',
		'Rate limit of 300 requests in 3600 seconds reached',
	],
	[
		'a page',
		'<html><head><style>b{}</style><script>alert(1)</script><title>502 Bad Gateway</title></head><body>nginx</body></html>',
		'502 Bad Gateway nginx',
	],
	['cut JSON', '{"errors":["Forb', '{"errors":["Forb'],
	['nothing', '', ''],
	['null', null, ''],
	['a number', 5, ''],
	['an empty list', { errors: [] }, ''],
])("shows Datadog's words from %s", (_, body, words) => {
	const { description } = errorForStatus({ status: 400, headers: {}, body }, secrets);
	expect(description).toBe(
		`Datadog's message${words === '' ? ' is empty' : `: "${words}"`}. Check the syntax of 'Query' and the field names in 'Group By'. To test the query, paste it into the search bar of Datadog's case list.`,
	);
});

const ADDRESS =
	"In the credential, check 'Site' or, if you use a gateway, the host and path of 'Base URL'.";
const QUERY =
	"Check the syntax of 'Query' and the field names in 'Group By'. To test the query, paste it into the search bar of Datadog's case list.";
const OUTAGE =
	"Try again later, or raise 'Max Retries' in the node's options. See https://status.datadoghq.com.";
const RATE_LIMIT =
	"Send fewer requests, or raise 'Max Retries' and 'Max Wait' in the node's options. You can also ask Datadog to raise the limit.";
const CREDENTIAL =
	"In the credential, check 'Site' and the keys or token ('Application Key' needs the key's value, not its ID). Also check the cases_read permission. Datadog's errors don't always name the actual cause, so check everything. With OAuth2, reconnect the credential and allow cases_read.";

it.each([
	[302, 'The server redirected the request to another address', ADDRESS],
	[400, 'Datadog rejected the request', QUERY],
	[401, 'Datadog rejected the credential', CREDENTIAL],
	[404, "Datadog's case API wasn't found at this address", ADDRESS],
	[413, 'The request is too long for Datadog', "Shorten 'Query'."],
	[414, 'The request is too long for Datadog', "Shorten 'Query'."],
	[422, 'Datadog rejected the request', ADDRESS],
	[429, "Datadog's rate limit was reached", RATE_LIMIT],
	[431, 'The request is too long for Datadog', "Shorten 'Query'."],
	[
		408,
		"Datadog didn't respond in time",
		"Try again later, or narrow 'Query'. A gateway in front of Datadog may have a shorter timeout.",
	],
	[500, "Datadog couldn't process the request", OUTAGE],
	[501, "Datadog couldn't process the request", ADDRESS],
	[505, "Datadog couldn't process the request", ADDRESS],
	[599, "Datadog couldn't process the request", OUTAGE],
	[204, 'Datadog sent an unexpected response', ADDRESS],
])('says of a %d what happened and what to change: %s', (status, message, advice) => {
	const refusal = errorForStatus({ status, headers: {}, body: '' }, []);
	expect(refusal.message).toBe(message);
	expect(refusal.description).toBe(`Datadog's message is empty. ${advice}`);
	expect(refusal.details).toEqual({ httpCode: String(status) });
});

it('names what an answer of status 200 lacks, with its words where they may tell why', () => {
	const lacking = errorForInvalidResponse('data', '<p>Log in, test-api-key</p>', secrets);
	expect(lacking).toMatchObject({
		message: "Datadog's response isn't in the documented format",
		description: `Missing or invalid: data. Datadog's message: "Log in, [hidden]". ${ADDRESS}`,
		details: { httpCode: '200' },
	});
	expect(errorForInvalidResponse('data.attributes').description).toBe(
		`Missing or invalid: data.attributes. ${ADDRESS}`,
	);
});

it('names a wait that is too long in whole seconds', () => {
	expect(errorForMaxWait(90_001, 500)).toMatchObject({
		message: "Datadog requires a wait of 91 seconds, which is longer than 'Max Wait'",
		description:
			"'Max Wait' is 0.5 seconds. Raise 'Max Wait' in the node's options, or try again later.",
		details: { httpCode: '429' },
	});
	expect(errorForMaxWait(90_000, 60_000, 503)).toMatchObject({
		message: "Datadog requires a wait of 90 seconds, which is longer than 'Max Wait'",
		description:
			"'Max Wait' is 60 seconds. Raise 'Max Wait' in the node's options, or try again later.",
		details: { httpCode: '503' },
	});
});

it('says why a request is not sent any more', () => {
	expect(errorForRateLimit()).toMatchObject({
		message: "Datadog's rate limit was reached",
		description: `Every retry hit the rate limit too. ${RATE_LIMIT}`,
		details: { httpCode: '429' },
	});
});

it.each([
	['a slash in base64url', '???', 'Pz8_'],
	['letters of several bytes', 'pässword', 'p%C3%A4ssword'],
])('hides a secret with %s', (_, secret, words) => {
	expect(errorForStatus({ status: 400, headers: {}, body: words }, [secret]).description).toMatch(
		/^Datadog's message: "\[hidden\]"\. /,
	);
});

it('hides the keys wherever a gateway repeats them, and shows at most 500 characters', () => {
	const page = `<p>DD-API-KEY: test-api-key, TEST-application-key</p>${' x'.repeat(100_000)}`;
	const { description } = errorForStatus({ status: 502, headers: {}, body: page }, secrets);
	expect(description).toContain('Datadog\'s message: "DD-API-KEY: [hidden], [hidden] x x x');
	expect(description.length).toBeLessThan(700);
});

it.each([
	['base64', 'a2V5Pz8+Pit+Jw==', '[hidden]=='],
	['base64url', 'a2V5Pz8-Pit-Jw', '[hidden]'],
	['an address', "key%3F%3F%3E%3E%2B~%27, key??%3e%3E+%7E'", '[hidden], [hidden]'],
])('hides a key that a gateway repeats in %s', (_, words, shown) => {
	const { description } = errorForStatus({ status: 502, headers: {}, body: { errors: [words] } }, [
		"key??>>+~'",
	]);
	expect(description).toContain(`Datadog's message: "${shown}". Try again later`);
});

it.each([
	[500, 'no '.repeat(166) + 'no', `${'no '.repeat(166)}no`],
	[501, 'no '.repeat(166) + 'now', `${'no '.repeat(166)}no…`],
])('shows 500 of %d characters', (_, body, words) => {
	expect(errorForStatus({ status: 500, headers: {}, body }, []).description).toBe(
		`Datadog's message: "${words}". ${OUTAGE}`,
	);
});

it('shows no part of a key that stands where reading ends', () => {
	for (const cut of [1, 12, 13]) {
		const body = `${' '.repeat(200_000 - cut)}test-api-key and more`;
		expect(errorForStatus({ status: 500, headers: {}, body }, secrets).description).toBe(
			`Datadog's message is empty. ${OUTAGE}`,
		);
	}
});

it('hides a key with any characters, and nothing that only looks like it', () => {
	const { description } = errorForStatus(
		{ status: 500, headers: {}, body: 'a+b.c$ a+bxc$ aab.c$' },
		['a+b.c$'],
	);
	expect(description).toBe(`Datadog's message: "[hidden] a+bxc$ aab.c$". ${OUTAGE}`);
});

it.each([
	['ENOTFOUND', "Datadog's host wasn't found", ADDRESS],
	['ECONNREFUSED', "Datadog's host refused the connection", ADDRESS],
	[
		'ECONNABORTED',
		"Datadog didn't respond in time",
		"Raise 'Timeout' in the node's options, or narrow 'Query'.",
	],
	[
		'ECONNRESET',
		'The connection to Datadog was lost',
		`${ADDRESS} A proxy or firewall between n8n and Datadog can also be the cause.`,
	],
	[
		undefined,
		'The connection to Datadog was lost',
		`${ADDRESS} A proxy or firewall between n8n and Datadog can also be the cause.`,
	],
])('says of a connection that ended with %s: %s', (code, message, advice) => {
	const refusal = errorForLostConnection(code, 'getaddrinfo for test-api-key', secrets);
	expect(refusal.message).toBe(message);
	expect(refusal.description).toBe(`n8n's message: "getaddrinfo for [hidden]". ${advice}`);
	expect(refusal.details).toEqual({});
});

it('hides what may be a token in what n8n says of a renewal', () => {
	const words = `400 - {"access_token":"a.b~c+d/e=f-g_h0123456789", "hint":"abcdefghijklmnopqrstuvw"} test-api-key`;
	expect(errorForFailedRefresh(words, secrets)).toMatchObject({
		message: 'Datadog rejected the OAuth2 token',
		description:
			'n8n\'s message: "400 - {"access_token":"[hidden]", "hint":"abcdefghijklmnopqrstuvw"} [hidden]". Datadog didn\'t issue a new token either. Open the credential in n8n and reconnect it. If that doesn\'t help, check its \'Client ID\', \'Client Secret\' and, for a custom base URL, its \'Access Token URL\'.',
		details: { httpCode: '401' },
	});
});

describe('the error of an item', () => {
	const nodeOf = (type: string): INode => ({
		id: '1',
		name: 'Datadog Cases',
		type: `n8n-nodes-datadog-cases.${type}`,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	});
	const description = 'Check ECONNREFUSED and the rest.';

	it.each([
		[
			'of Datadog',
			new UserFacingError('Not accepted', description, { httpCode: '400' }),
			'Not accepted',
		],
		[
			'before it',
			new UserFacingError("'Query' must be text", description, { field: 'Query' }),
			"'Query' must be text [item 2]",
		],
	])(
		'has its advice in the description, and for an agent in the message too: %s',
		(_, refusal, message) => {
			expect(toNodeError(refusal, nodeOf('datadogCases'), 2)).toMatchObject({
				message,
				description,
			});
			expect(toNodeError(refusal, nodeOf('datadogCasesTool'), 2)).toMatchObject({
				message: `${message}. ${description}`,
				description,
			});
		},
	);
});

/** The part of a response that's quoted. */
const wordsFrom = (body: unknown, keys = secrets) => {
	const { description } = errorForStatus({ status: 500, headers: {}, body }, keys);
	return description.slice("Datadog's message".length, -OUTAGE.length - 2).replace(/^:? /, '');
};

const css = 'b { color: red } '.repeat(1_000);

it.each([
	['a huge style', `<head><style>${css}</style></head><body>Blocked by policy</body>`],
	['a huge script', `<script>if (a<b) { "${css}" }</script><p>Blocked by policy</p>`],
	['an unclosed style', `<html><STYLE type="a">${css}</head><body><p>Blocked by policy`],
	['an unclosed style without a body', `<style>${css}<p>Blocked by policy</p>`],
	['an unclosed style before another', `<style>${css}<p>Blocked by policy</p><style>b{}</style>`],
	['a style that is closed in the body', `<style>${css}<body>Blocked by policy</style>`],
	['a script that writes a body', `<script>x("<body>${css}")</script><body>Blocked by policy`],
	['comments', `<!-- ${css} <p>no</p> --><p>Blocked by <!-- no -->policy</p>`],
	['an unclosed comment', '<p>Blocked <!-- <!-- by policy'],
	[
		'other noise',
		'<noscript>no</noscript><template>no</template><svg/>Blocked by <svg>no</svg>policy',
	],
	['attributes', `<p title="a > b" lang='c > d'>Blocked</p> <p don't>by policy`],
	['entities', 'Blocked&nbsp;by &#112;&#x6F;licy'],
	[
		'SOAP',
		`<?xml version="1.0"?><s:Fault><faultstring><![CDATA[Blocked by policy]]></faultstring></s:Fault>`,
	],
	['invisible characters', 'Blocked\u0000by pol\u200bicy'],
	['nothing behind a style', `Blocked by policy<style>${css}`],
])('finds the reason of a page behind %s', (_, page) => {
	expect(wordsFrom(page)).toBe('"Blocked by policy"');
});

it.each([
	['&lt;b&gt; &amp;amp; &quot;x&quot; &AMP;', '"<b> &amp; "x" &"'],
	[
		'&zzz; &unknown; &#xD800; &#1114112; &#1234567;',
		'"&zzz; &unknown; &#xD800; &#1114112; &#1234567;"',
	],
	['3 < 5 and > 2', '"3 < 5 and > 2"'],
	['a <b', '"a <b"'],
])('keeps what is no markup: %s', (text, words) => {
	expect(wordsFrom(text)).toBe(words);
});

it.each([
	['<', '</'],
	['<style>', '<a "'],
	['<!--', '<style><script><svg>'],
	['<style><body>', '&#4'],
	['<style>', '</style>'],
])('reads a page that repeats %j and then %j in linear time', (unit, last) => {
	const timeFor = (length: number) => {
		const page = unit.repeat(length) + last.repeat(length);
		const start = performance.now();
		wordsFrom(page);
		return performance.now() - start;
	};
	expect(timeFor(20_000)).toBeLessThan(500);
});

it.each([
	[{ fault: { faultstring: 'A', detail: { errorcode: 'oauth.B' } } }, '"A: errorcode: oauth.B"'],
	[{ error: { code: 403, message: 'A' } }, '"A"'],
	[{ error: 'A', error_description: 'B' }, '"A: B"'],
	[{ Message: 'A' }, '"A"'],
	[{ error: 'A', message: 'A', request_id: 'x' }, '"A"'],
	[{ errors: { query: ['A', 'B'] } }, '"query: A; B"'],
	[[{ title: 'A', detail: 'B' }, 'C'], '"A: B; C"'],
	['{"errors":[{"title":"A"}]}', '"A"'],
	[{ message: ' {"errors":["A"]}' }, '"A"'],
	[{ ok: false, error: { code: 'A', info: 'B' } }, '"code: A, info: B"'],
	[{ error: true, code: 'A', n: 5 }, '"code: A"'],
	['[A] B', '"[A] B"'],
	['{"a":'.repeat(100) + '"A"' + '}'.repeat(100), 'is empty'],
	[{ errors: Array.from({ length: 600 }, (_, i) => (i < 500 ? 5 : 'A')) }, 'is empty'],
	[
		Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`m${i}`, i < 500 ? 5 : 'A'])),
		'is empty',
	],
])('finds the reason in %j', (body, words) => {
	expect(wordsFrom(body)).toBe(words);
});

it.each([
	['test-<b></b>api<!-- -->-key', '"[hidden]"'],
	['test&#45;api&#x2d;key', '"[hidden]"'],
	['test-api\u200b-key', '"[hidden]"'],
	['test-api-\n key', '"[hidden]"'],
	['cut {"a":"test\\u002dapi-key', '"cut {"a":"[hidden]"'],
	['<test-api-key>', 'is empty'],
	['&lt;test-api-key&gt;', '"<[hidden]>"'],
	[{ errors: ['test-application-<i>key</i>'] }, '"[hidden]"'],
])('puts no key together again: %j', (body, words) => {
	expect(wordsFrom(body)).toBe(words);
});

it('hides a key that looks like a tag or an entity', () => {
	expect(wordsFrom('key<x>y&amp;z', ['key<x>y&amp;z'])).toBe('"[hidden]"');
});

const redirect = (location: unknown) =>
	errorForStatus({ status: 308, headers: { location } as never, body: '' }, secrets);

it.each([
	['https://user:pass@login.example.com:8443/a?token=b#c', 'on the host login.example.com:8443'],
	['//login.example.com/a', 'on the host login.example.com'],
	[['https://a.example.com/', 'https://b.example.com/'], 'on the host a.example.com'],
	['http://test-api-key.example.com/', 'on the host [hidden].example.com'],
	['/login?token=b', 'another path on the same host'],
])('names the host that a redirect to %j leads to, and nothing else of it', (location, target) => {
	expect(redirect(location)).toMatchObject({
		message: 'The server redirected the request to another address',
		description: `Datadog's message is empty. The new address is ${target}. ${ADDRESS}`,
	});
});

it.each([undefined, '', 'https://', 'http://[', 'javascript:alert(1)', 'data:text/html,x', 5])(
	'names no host for a redirect to %j',
	(location) => {
		expect(redirect(location).description).toBe(`Datadog's message is empty. ${ADDRESS}`);
	},
);

const BLOCKED = `The response isn't in Datadog's format, so a proxy or firewall between n8n and Datadog may have sent it. Check that n8n can reach Datadog's host. If it can, the credential may be wrong. ${CREDENTIAL}`;

it.each(['Access denied', '<h1>Access denied</h1>', { message: 'Access denied' }])(
	'says that a proxy or firewall may have sent a 403 with %j',
	(body) => {
		expect(errorForStatus({ status: 403, headers: {}, body }, secrets)).toMatchObject({
			message: 'Datadog or a proxy rejected the request',
			description: `The response's message: "Access denied". ${BLOCKED}`,
			failure: { cause: 'configuration-invalid' },
		});
	},
);

it.each([{ errors: ['Forbidden'] }, '{"errors":["Forbidden"]}'])(
	"takes a 403 with %j for Datadog's",
	(body) => {
		expect(errorForStatus({ status: 403, headers: {}, body }, secrets)).toMatchObject({
			message: 'Datadog rejected the credential',
			description: `Datadog's message: "Forbidden". ${CREDENTIAL}`,
		});
	},
);

it('says of a 407 that a proxy or firewall may have sent it', () => {
	expect(errorForStatus({ status: 407, headers: {}, body: 'Log in' }, secrets)).toMatchObject({
		message: 'A proxy rejected the request',
		description:
			"The response's message: \"Log in\". A proxy or firewall between n8n and Datadog may have sent this response. In n8n's environment (HTTPS_PROXY), check the proxy's address, username and password. Also check that the proxy allows requests to Datadog's host.",
	});
});

it.each([401, 403])('says of a %d for a missing permission that only it is missing', (status) => {
	const body = { errors: ['Forbidden', 'Failed permission authorization checks'] };
	expect(errorForStatus({ status, headers: {}, body }, secrets)).toMatchObject({
		message: "The credential doesn't have the cases_read permission",
		description:
			'Datadog\'s message: "Forbidden; Failed permission authorization checks". The keys or token are valid. Add cases_read to the role of the application key\'s owner and, if the key or token has scopes, to those scopes. With OAuth2, reconnect the credential and allow cases_read.',
		failure: { cause: 'credential-invalid' },
	});
});

it.each([
	['cases_count', 'The name of the rate limit is "cases_count". '],
	['test-api-key', 'The name of the rate limit is "[hidden]". '],
	['x'.repeat(101), ''],
	[undefined, ''],
])('names the rate limit %j', (name, sentence) => {
	const headers = { 'x-ratelimit-name': name };
	expect(errorForStatus({ status: 429, headers, body: '' }, secrets).description).toBe(
		`Datadog's message is empty. ${sentence}${RATE_LIMIT}`,
	);
});

it('names the rate limit where it is waited for', () => {
	expect(errorForMaxWait(90_000, 60_000, 429, 'cases').description).toBe(
		`'Max Wait' is 60 seconds. The name of the rate limit is "cases". Raise 'Max Wait' in the node's options, or try again later.`,
	);
	expect(errorForRateLimit('cases', 5_000)).toMatchObject({
		description: `Every retry hit the rate limit too. The name of the rate limit is "cases". ${RATE_LIMIT}`,
		failure: { cause: 'rate-limited', retryAfterMs: 5_000 },
		isTemporary: true,
	});
});

const answered = (status: number, retryAfterMs?: number) =>
	errorForStatus({ status, headers: {}, body: '' }, [], retryAfterMs);
const lost = (code: string | undefined) => errorForLostConnection(code, '', []);

it.each([
	...[408, 500, 502, 503, 504, 520, 524].map((status) => [
		answered(status, 7),
		{ cause: 'temporarily-unavailable', retryAfterMs: 7 },
		true,
	]),
	[answered(429, 7), { cause: 'rate-limited', retryAfterMs: 7 }, true],
	[answered(429), { cause: 'rate-limited' }, true],
	[errorForMaxWait(7, 1), { cause: 'rate-limited', retryAfterMs: 7 }, true],
	[errorForMaxWait(7, 1, 503), { cause: 'temporarily-unavailable', retryAfterMs: 7 }, true],
	[errorForRateLimit(), { cause: 'rate-limited' }, true],
	...[301, 308, 400, 404, 407, 409, 413, 422, 501, 505].map((status) => [
		answered(status, 7),
		{ cause: 'configuration-invalid' },
		false,
	]),
	[answered(401), { cause: 'credential-invalid' }, false],
	[errorForUnconnectedCredential(), { cause: 'credential-invalid' }, false],
	[errorForFailedRefresh('', []), { cause: 'credential-invalid' }, false],
	...['ENOTFOUND', 'ECONNREFUSED', 'CERT_HAS_EXPIRED', 'EPROTO', 'ERR_INVALID_URL'].map((code) => [
		lost(code),
		{ cause: 'temporarily-unavailable' },
		false,
	]),
	...['ECONNABORTED', 'ECONNRESET', 'EAI_AGAIN', undefined].map((code) => [
		lost(code),
		{ cause: 'temporarily-unavailable' },
		true,
	]),
	[answered(204), undefined, false],
	[errorForInvalidResponse('data'), undefined, false],
	[toUserFacingError('a', 'b'), undefined, false],
	[new UserFacingError('a', 'b', { field: 'c' }), { cause: 'configuration-invalid' }, false],
] as Array<[UserFacingError, object | undefined, boolean]>)(
	'tells n8n why, but not in the item: %s',
	(refusal, failure, isTemporary) => {
		expect([refusal.failure, refusal.isTemporary]).toEqual([failure, isTemporary]);
		const node = { name: 'Datadog Cases', type: 'datadogCases' } as INode;
		const error = toNodeError(refusal, node, 0);
		// Older versions of n8n-workflow don't have `failure`.
		expect(error).toMatchObject('failure' in error ? { failure } : {});
		expect(errorJsonFrom(refusal, 0).details).toEqual({
			...refusal.details,
			description: refusal.description,
		});
	},
);

const loop = new Error('');
loop.cause = loop;

it.each([
	['a text', ' A. ', '"A"'],
	['nothing', undefined, 'is empty'],
	['null', null, 'is empty'],
	['a number', 5, '"5"'],
	['a symbol', Symbol('A'), '"Symbol(A)"'],
	['an object', { message: 'A' }, '"A"'],
	['an empty object', {}, 'is empty'],
	['an object with a code', { code: 'EA', error: null }, '"EA"'],
	['an error without words', new Error(''), 'is empty'],
	['several errors', new AggregateError([new Error('A'), 'B', new Error('A')], ''), '"A; B"'],
	['several errors with words', new AggregateError([new Error('A')], 'All'), '"All; A"'],
	['a cause', new Error('', { cause: new AggregateError([new Error('A')]) }), '"A"'],
	['an error that is its own cause', loop, 'is empty'],
	[
		'an object that throws',
		{
			get message() {
				throw new Error('no');
			},
		},
		'is empty',
	],
])('makes a refusal of %s', (_, thrown, words) => {
	const refusal = toUserFacingError(thrown, 'The poll failed');
	expect(refusal).toBeInstanceOf(UserFacingError);
	expect(refusal).toMatchObject({
		message: 'The poll failed',
		description: `n8n's message${words === 'is empty' ? '' : ':'} ${words}.`,
	});
});

it('keeps a refusal that was thrown, and hides what looks like a key in what n8n says', () => {
	const refusal = new UserFacingError('a', 'b');
	expect(toUserFacingError(refusal, 'c')).toBe(refusal);
	expect(toUserFacingError('No c0ffee11c0ffee22c0ffee33c0ffee44', 'c').description).toBe(
		'n8n\'s message: "No [hidden]".',
	);
});

it('makes readable words of any body', () => {
	fc.assert(
		fc.property(fc.integer(), fc.oneof(fc.string(), fc.anything()), (status, body) => {
			const { description } = errorForStatus({ status, headers: {}, body }, ['secret']);
			expect(description).not.toContain('secret');
			expect(description.length).toBeLessThan(1_000);
		}),
		{ numRuns: 1_000 },
	);
});
