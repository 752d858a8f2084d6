import fc from 'fast-check';

import type { INode } from 'n8n-workflow';

import {
	nodeErrorFrom,
	Refusal,
	refusalForLostConnection,
	refusalForStatus,
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
		'Rate limit of 300 requests in 3600 seconds reached.',
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
	const { description } = refusalForStatus(400, body, secrets);
	expect(description).toBe(
		`Datadog's words: ${words === 'none' ? 'none' : `"${words}"`}. Check the syntax of 'Query' and the names in 'Group By': they are those of the search bar on Datadog's case list.`,
	);
});

it.each([
	[302, 'The address leads elsewhere'],
	[400, 'Datadog did not accept the request'],
	[401, 'Datadog did not accept the credential'],
	[403, 'Datadog did not accept the credential'],
	[404, 'Datadog has no case counts at this address'],
	[414, 'Datadog did not accept so long a request'],
	[422, 'Datadog did not accept the request'],
	[429, "Datadog's rate limit is used up"],
	[500, 'Datadog could not answer'],
	[599, 'Datadog could not answer'],
	[204, 'Datadog gave an answer that cannot be used'],
])('says of a %d what happened: %s', (status, message) => {
	const refusal = refusalForStatus(status, '', []);
	expect(refusal.message).toBe(message);
	expect(refusal.about).toEqual({ httpCode: String(status) });
});

it('gives one list for 401 and 403, since Datadog mixes them', () => {
	const advice =
		"Datadog's words: none. Check in the credential: the 'Site' that your organization uses, the 'API Key', the 'Application Key' (its value, not its ID) or the 'Access Token', and that it has the permission cases_read. Datadog mixes these up, so check each. With OAuth2, connect it again and allow cases_read.";
	expect(refusalForStatus(401, '', []).description).toBe(advice);
	expect(refusalForStatus(403, '', []).description).toBe(advice);
});

it('hides the keys wherever a gateway repeats them, and shows at most 500 characters', () => {
	const page = `<p>DD-API-KEY: test-api-key, TEST-application-key</p>${'x'.repeat(100_000)}`;
	const { description } = refusalForStatus(502, page, secrets);
	expect(description).toContain('Datadog\'s words: "DD-API-KEY: [hidden], [hidden] xxx');
	expect(description.length).toBeLessThan(700);
});

it.each([
	['ENOTFOUND', 'The host of Datadog was not found'],
	['ECONNREFUSED', 'The host of Datadog refused the connection'],
	['ECONNABORTED', 'Datadog gave no answer within the time allowed'],
	['ECONNRESET', 'The connection to Datadog was lost'],
	[undefined, 'The connection to Datadog was lost'],
])('says of a connection that ended with %s: %s', (code, message) => {
	const refusal = refusalForLostConnection(code, 'getaddrinfo for test-api-key', secrets);
	expect(refusal.message).toBe(message);
	expect(refusal.description).toMatch(/^n8n's words: "getaddrinfo for \[hidden\]"\. \w/);
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
			const { description } = refusalForStatus(status, body, ['secret']);
			expect(description).not.toContain('secret');
			expect(description.length).toBeLessThan(1_000);
		}),
		{ numRuns: 1_000 },
	);
});
