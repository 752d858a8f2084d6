import { keysFor } from '../../../../support/account';
import {
	ACCESS_TOKEN,
	ACCESS_TOKEN_WITHOUT_PERMISSION,
	APPLICATION_KEY_WITHOUT_PERMISSION,
} from '../../../../datadog/accounts';
import { tested } from '../../../../support/credentialTest';
import { datadog, useDatadog } from '../../../../support/localDatadog';

useDatadog();

it.each([
	['both keys', {}, { 'dd-api-key': 'test-api-key', 'dd-application-key': 'test-application-key' }],
	[
		'an access token',
		{ authentication: 'accessToken', accessToken: ACCESS_TOKEN },
		{ authorization: 'Bearer ddpat_test_token' },
	],
])(
	'is green for %s that may read cases, after asking what the node asks',
	async (_, data, headers) => {
		expect(await tested({ ...keysFor(datadog.url), ...data })).toEqual({
			status: 'OK',
			message: 'Datadog accepted the credential',
		});
		expect(datadog.requests).toHaveLength(1);
		expect(datadog.requests[0]).toMatchObject({
			method: 'GET',
			path: '/api/v2/cases/count',
			query: { group_bys: 'status', limit: '1' },
			headers,
		});
	},
);

const account =
	"In the credential, check 'Site' and the keys or token ('Application Key' needs the key's value, not its ID). Also check the cases_read permission. Datadog's errors don't always name the actual cause, so check everything. With OAuth2, reconnect the credential and allow cases_read.";
const permission =
	"The credential doesn't have the cases_read permission. Datadog's message: \"Forbidden; Failed permission authorization checks\". The keys or token are valid. Add cases_read to the role of the application key's owner and, if the key or token has scopes, to those scopes. With OAuth2, reconnect the credential and allow cases_read.";
const address =
	"In the credential, check 'Site' or, if you use a gateway, the host and path of 'Base URL'.";

it.each([
	[
		'a wrong API key',
		{ apiKey: 'wrong' },
		`Datadog rejected the credential. Datadog's message: "Forbidden". ${account}`,
	],
	[
		'a wrong application key',
		{ appKey: 'wrong' },
		`Datadog rejected the credential. Datadog's message: "Unauthorized". ${account}`,
	],
	[
		'an application key without the permission',
		{ appKey: APPLICATION_KEY_WITHOUT_PERMISSION },
		permission,
	],
	[
		'a token without the permission',
		{ authentication: 'accessToken', accessToken: ACCESS_TOKEN_WITHOUT_PERMISSION },
		permission,
	],
	[
		'an unknown host',
		{ baseUrl: 'http://nowhere.invalid' },
		`Datadog's host wasn't found. n8n's message: "getaddrinfo ENOTFOUND nowhere.invalid". ${address}`,
	],
	[
		'a port where nobody listens',
		{ baseUrl: 'http://127.0.0.1:9' },
		`Datadog's host refused the connection. n8n's message: "connect ECONNREFUSED 127.0.0.1:9". ${address}`,
	],
	[
		'an empty key',
		{ apiKey: '' },
		"The credential's 'API Key' is empty. Correct the field in the credential. If it contains an expression, check the result for this item.",
	],
])('says what to change for %s', async (_, data, message) => {
	expect(await tested({ ...keysFor(datadog.url), ...data })).toEqual({ status: 'Error', message });
});

it.each([
	[
		'404',
		{ status: 404, body: '{"errors":["Not found"]}' },
		`Datadog's case API wasn't found at this address. Datadog's message: "Not found". ${address}`,
	],
	['429', { status: 429, body: '' }, /^Datadog's rate limit was reached\./],
	[
		'a 502 page',
		{ preset: 'html502' as const },
		/^Datadog couldn't process the request\. Datadog's message: "502 Bad Gateway/,
	],
	[
		'a redirect, which is not followed',
		{ status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' },
		`The server redirected the request to another address. Datadog's message is empty. The new address is on the host 127.0.0.1:9. ${address}`,
	],
	[
		'a login page',
		{ contentType: 'text/html', body: '<html><body>Log in</body></html>' },
		/^Datadog's response isn't in the documented format\. .*"Log in"/,
	],
	[
		'another service',
		{ body: '{"data":{"ok":true}}' },
		/^Datadog's response isn't in the documented format\. .*data\.attributes\.groups/,
	],
	['a closed connection', { close: true as const }, /^The connection to Datadog was lost\./],
])('says what to change after %s', async (_, fault, message) => {
	datadog.control({ faults: [fault] });
	const result = await tested(keysFor(datadog.url));
	expect(result.status).toBe('Error');
	expect(result.message).toEqual(
		typeof message === 'string' ? message : expect.stringMatching(message),
	);
	expect(datadog.requests).toHaveLength(1);
});

it('says what to change when nothing is stored', async () => {
	expect(await tested(undefined)).toEqual({
		status: 'Error',
		message:
			"The credential's 'Site' isn't one of Datadog's sites. Correct the field in the credential. If it contains an expression, check the result for this item.",
	});
});

it.each([
	[new Error('No proxy'), ': "No proxy"'],
	['a text', ': "a text"'],
	[undefined, ' is empty'],
])("gives n8n's words when it cannot send: %s", async (thrown, words) => {
	const request = () => {
		throw thrown;
	};
	expect(await tested(keysFor(datadog.url), { helpers: { request } })).toEqual({
		status: 'Error',
		message: `The credential couldn't be used. n8n's message${words}.`,
	});
});

it.each([
	[{}, { status: 'OK', message: 'Datadog accepted the credential' }],
	[
		{ status: 404, body: '{"errors":["Not found"]}' },
		{
			status: 'Error',
			message: `Datadog's case API wasn't found at this address. Datadog's message: "Not found". ${address}`,
		},
	],
])(
	'sends with httpRequest where n8n gives it, and follows no redirect: %j',
	async (fault, result) => {
		const sent: object[] = [];
		const httpRequest = async (options: { url: string; qs: object; headers: object }) => {
			sent.push(options);
			const { url, qs, headers } = options;
			const address = `${url}?${new URLSearchParams(qs as Record<string, string>).toString()}`;
			const response = await fetch(address, { headers: headers as Record<string, string> });
			return { statusCode: response.status, headers: {}, body: await response.json() };
		};
		datadog.control({ faults: 'status' in fault ? [fault] : [] });
		expect(await tested(keysFor(datadog.url), { helpers: { httpRequest } })).toEqual(result);
		expect(sent).toEqual([
			{
				method: 'GET',
				url: `${datadog.url}/api/v2/cases/count`,
				qs: { group_bys: 'status', limit: 1 },
				headers: { 'DD-API-KEY': 'test-api-key', 'DD-APPLICATION-KEY': 'test-application-key' },
				json: true,
				timeout: 30_000,
				abortSignal: expect.any(AbortSignal),
				encoding: 'stream',
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
			},
		]);
	},
);
