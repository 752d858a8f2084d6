import fc from 'fast-check';

import type { INode } from 'n8n-workflow';

import {
	nodeErrorFrom,
	Refusal,
	refusalForAnswer,
	refusalForLostConnection,
	refusalForRateLimit,
	refusalForRenewal,
	refusalForStatus,
	refusalForWait,
} from '../../../nodes/DatadogCases/errors';

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
		'400: Bad Request: got type "x"; Generic Error',
	],
	['entries of other types', { errors: [null, 7, ['a'], 'b'] }, '; ; a; b'],
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
	['nothing', '', 'none'],
	['null', null, 'none'],
	['a number', 5, 'none'],
	['an empty list', { errors: [] }, 'none'],
])("shows Datadog's words from %s", (_, body, words) => {
	const { description } = refusalForStatus({ status: 400, headers: {}, body }, secrets);
	expect(description).toBe(
		`Datadog's words: ${words === 'none' ? 'none' : `"${words}"`}. Check the syntax of 'Query' and the names in 'Group By': they are those of the search bar on Datadog's case list.`,
	);
});

const ADDRESS =
	"Check the 'Site' of the credential, or the host and path of its 'Base URL' when you use a gateway.";
const QUERY =
	"Check the syntax of 'Query' and the names in 'Group By': they are those of the search bar on Datadog's case list.";
const OUTAGE =
	"Try again later, or raise 'Max Retries' in the node's options. See https://status.datadoghq.com.";
const RATE_LIMIT =
	"Ask less often or for less, or raise 'Max Retries' and 'Max Wait' in the node's options. Datadog can raise the limit on request.";
const CREDENTIAL =
	"Check in the credential: the 'Site' that your organization uses, the 'API Key', the 'Application Key' (its value, not its ID) or the 'Access Token', and that it has the permission cases_read. Datadog mixes these up, so check each. With OAuth2, connect it again and allow cases_read.";

// One list for 401 and 403, since Datadog mixes them.
it.each([
	[302, 'The address leads elsewhere', ADDRESS],
	[400, 'Datadog did not accept the request', QUERY],
	[401, 'Datadog did not accept the credential', CREDENTIAL],
	[403, 'Datadog did not accept the credential', CREDENTIAL],
	[404, 'Datadog has no case counts at this address', ADDRESS],
	[413, 'Datadog did not accept so long a request', "Shorten 'Query'."],
	[414, 'Datadog did not accept so long a request', "Shorten 'Query'."],
	[422, 'Datadog did not accept the request', ADDRESS],
	[429, "Datadog's rate limit is used up", RATE_LIMIT],
	[431, 'Datadog did not accept so long a request', "Shorten 'Query'."],
	[500, 'Datadog could not answer', OUTAGE],
	[599, 'Datadog could not answer', OUTAGE],
	[204, 'Datadog gave an answer that cannot be used', ADDRESS],
])('says of a %d what happened and what to change: %s', (status, message, advice) => {
	const refusal = refusalForStatus({ status, headers: {}, body: '' }, []);
	expect(refusal.message).toBe(message);
	expect(refusal.description).toBe(`Datadog's words: none. ${advice}`);
	expect(refusal.about).toEqual({ httpCode: String(status) });
});

it('names what an answer of status 200 lacks, with its words where they may tell why', () => {
	const lacking = refusalForAnswer('data', '<p>Log in, test-api-key</p>', secrets);
	expect(lacking).toMatchObject({
		message: "Datadog's answer does not have the documented form",
		description: `Missing or of another type: data. Datadog's words: "Log in, [hidden]". ${ADDRESS}`,
		about: { httpCode: '200' },
	});
	expect(refusalForAnswer('data.attributes').description).toBe(
		`Missing or of another type: data.attributes. ${ADDRESS}`,
	);
});

it('names a wait that is too long in whole seconds', () => {
	expect(refusalForWait(90_001, 500)).toMatchObject({
		message: "Datadog can be asked again in 91 seconds, longer than 'Max Wait' allows",
		description: `'Max Wait' is 0.5 seconds. ${RATE_LIMIT}`,
		about: { httpCode: '429' },
	});
	expect(refusalForWait(90_000, 60_000, 503)).toMatchObject({
		message: "Datadog can be asked again in 90 seconds, longer than 'Max Wait' allows",
		description: `'Max Wait' is 60 seconds. ${OUTAGE}`,
		about: { httpCode: '503' },
	});
});

it('says why a request is not sent any more', () => {
	expect(refusalForRateLimit()).toMatchObject({
		message: "Datadog's rate limit is used up",
		description: `Datadog refused again after every wait. ${RATE_LIMIT}`,
		about: { httpCode: '429' },
	});
});

it.each([
	['a slash in base64url', '???', 'Pz8_'],
	['letters of several bytes', 'pässword', 'p%C3%A4ssword'],
])('hides a secret with %s', (_, secret, words) => {
	expect(refusalForStatus({ status: 400, headers: {}, body: words }, [secret]).description).toMatch(
		/^Datadog's words: "\[hidden\]"\. /,
	);
});

it('hides the keys wherever a gateway repeats them, and shows at most 500 characters', () => {
	const page = `<p>DD-API-KEY: test-api-key, TEST-application-key</p>${'x'.repeat(100_000)}`;
	const { description } = refusalForStatus({ status: 502, headers: {}, body: page }, secrets);
	expect(description).toContain('Datadog\'s words: "DD-API-KEY: [hidden], [hidden] xxx');
	expect(description.length).toBeLessThan(700);
});

it.each([
	['base64', 'a2V5Pz8+Pit+Jw==', '[hidden]=='],
	['base64url', 'a2V5Pz8-Pit-Jw', '[hidden]'],
	['an address', "key%3F%3F%3E%3E%2B~%27, key??%3e%3E+%7E'", '[hidden], [hidden]'],
])('hides a key that a gateway repeats in %s', (_, words, shown) => {
	const { description } = refusalForStatus(
		{ status: 502, headers: {}, body: { errors: [words] } },
		["key??>>+~'"],
	);
	expect(description).toContain(`Datadog's words: "${shown}". Try again later`);
});

it.each([
	[500, `Datadog's words: "${'x'.repeat(500)}". `],
	[501, `Datadog's words: "${'x'.repeat(500)}…". `],
])('shows 500 of %d characters', (length, words) => {
	expect(
		refusalForStatus({ status: 500, headers: {}, body: 'x'.repeat(length) }, []).description,
	).toBe(`${words}${OUTAGE}`);
});

it('reads the first 10,000 characters, after the keys are hidden', () => {
	const body = `${' '.repeat(9_989)}test-api-key`;
	expect(
		refusalForStatus({ status: 500, headers: {}, body: `${body}ab` }, secrets).description,
	).toBe(`Datadog's words: "[hidden]ab". ${OUTAGE}`);
	expect(
		refusalForStatus({ status: 500, headers: {}, body: `${body}abcde` }, secrets).description,
	).toBe(`Datadog's words: "[hidden]abc". ${OUTAGE}`);
});

it('hides a key with any characters, and nothing that only looks like it', () => {
	const { description } = refusalForStatus(
		{ status: 500, headers: {}, body: 'a+b.c$ a+bxc$ aab.c$' },
		['a+b.c$'],
	);
	expect(description).toBe(`Datadog's words: "[hidden] a+bxc$ aab.c$". ${OUTAGE}`);
});

it.each([
	['ENOTFOUND', 'The host of Datadog was not found', ADDRESS],
	['ECONNREFUSED', 'The host of Datadog refused the connection', ADDRESS],
	[
		'ECONNABORTED',
		'Datadog gave no answer within the time allowed',
		"Raise 'Timeout' in the node's options, or narrow 'Query'.",
	],
	[
		'ECONNRESET',
		'The connection to Datadog was lost',
		`${ADDRESS} A proxy or a firewall between n8n and Datadog can be in the way too.`,
	],
	[
		undefined,
		'The connection to Datadog was lost',
		`${ADDRESS} A proxy or a firewall between n8n and Datadog can be in the way too.`,
	],
])('says of a connection that ended with %s: %s', (code, message, advice) => {
	const refusal = refusalForLostConnection(code, 'getaddrinfo for test-api-key', secrets);
	expect(refusal.message).toBe(message);
	expect(refusal.description).toBe(`n8n's words: "getaddrinfo for [hidden]". ${advice}`);
	expect(refusal.about).toEqual({});
});

it('hides what may be a token in what n8n says of a renewal', () => {
	const words = `400 - {"access_token":"a.b~c+d/e=f-g_h0123456789", "hint":"abcdefghijklmnopqrstuvw"} test-api-key`;
	expect(refusalForRenewal(words, secrets)).toMatchObject({
		message: 'The credential has to be connected to Datadog again',
		description:
			'n8n\'s words: "400 - {"access_token":"[hidden]", "hint":"abcdefghijklmnopqrstuvw"} [hidden]". Open the credential in n8n and connect it again: Datadog accepts its token no more and gave no new one. When that does not help, check its \'Client ID\', \'Client Secret\' and, for a custom base URL, its \'Access Token URL\'.',
		about: { httpCode: '401' },
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
		['of Datadog', new Refusal('Not accepted', description, { httpCode: '400' }), 'Not accepted'],
		[
			'before it',
			new Refusal("'Query' must be text", description, { field: 'Query' }),
			"'Query' must be text [item 2]",
		],
	])(
		'has its advice in the description, and for an agent in the message too: %s',
		(_, refusal, message) => {
			expect(nodeErrorFrom(refusal, nodeOf('datadogCases'), 2)).toMatchObject({
				message,
				description,
			});
			expect(nodeErrorFrom(refusal, nodeOf('datadogCasesTool'), 2)).toMatchObject({
				message: `${message}. ${description}`,
				description,
			});
		},
	);
});

it('makes readable words of any body', () => {
	fc.assert(
		fc.property(fc.integer(), fc.oneof(fc.string(), fc.anything()), (status, body) => {
			const { description } = refusalForStatus({ status, headers: {}, body }, ['secret']);
			expect(description).not.toContain('secret');
			expect(description.length).toBeLessThan(1_000);
		}),
		{ numRuns: 1_000 },
	);
});
