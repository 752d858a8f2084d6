import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { clock } from '../../../../../nodes/DatadogCases/transport/clock';
import { connectionTo } from '../../../../support/account';
import { CLIENT_SECRET, CONFIDENTIAL_CLIENT_ID } from '../../../../datadog/accounts';
import { counted, okItem } from '../../../../support/counted';
import { CredentialStore, runNode } from '../../../../support/engine';
import { datadog, time, useDatadogOnVirtualTime } from '../../../../support/localDatadog';
import { activate } from '../../../../support/poll';

useDatadogOnVirtualTime();
beforeEach(() => jest.spyOn(clock, 'timeout').mockImplementation(time.timeout));

const totalOf = (total: number) => JSON.stringify({ data: { attributes: { groups: [], total } } });
const UNPERMITTED =
	"The keys or token are valid. Add cases_read to the role of the application key's owner and, if the key or token has scopes, to those scopes. With OAuth2, reconnect the credential and allow cases_read.";
const RECONNECT =
	"Datadog didn't issue a new token either. Open the credential in n8n and reconnect it. If that doesn't help, check its 'Client ID', 'Client Secret' and, for a custom base URL, its 'Access Token URL'.";

/** A store with a connected credential. */
const connected = (issued: object = datadog.oauth.issue(), changes: object = {}) =>
	new CredentialStore({ ...connectionTo(datadog.url, issued), ...changes });

const run = async (
	credential: CredentialStore,
	queries: string[] = ['status:open'],
	more: object = {},
) =>
	await runNode({
		parameters: { authentication: 'oAuth2', query: '={{ $json.q }}', ...more },
		input: queries.map((q) => ({ q })),
		credential,
	});
const asked = () => datadog.requests.map(({ path, status }) => [path, status]);
const COUNT = '/api/v2/cases/count';
const TOKEN = '/oauth2/v1/token';

it('sends the token as a bearer, and no key', async () => {
	datadog.control({ faults: [{ body: counted() }] });
	const issued = datadog.oauth.issue();
	const { items, error } = await run(connected(issued));
	expect(error).toBeUndefined();
	expect(items).toEqual([okItem(0)]);
	expect(datadog.requests).toHaveLength(1);
	const [{ method, path, query, headers }] = datadog.requests;
	expect([method, path, query]).toEqual([
		'GET',
		'/api/v2/cases/count',
		{ query_filter: 'status:open', group_bys: 'status', limit: '50' },
	]);
	expect(headers.authorization).toBe(`Bearer ${issued.access_token}`);
	expect(Object.keys(headers).filter((name) => name.startsWith('dd-'))).toEqual([]);
});

it('sends no token of another site, neither to the API nor for a new one', async () => {
	const issued = { ...datadog.oauth.issue(), callbackQueryString: { domain: 'datadoghq.eu' } };
	const { items, error } = await run(connected(issued));
	expect([items, error?.message]).toEqual([[], 'The credential is connected to another site']);
	expect(datadog.requests).toEqual([]);
});

it('renews a token that has run out, and stores the new one for the next run', async () => {
	const issued = datadog.oauth.issue();
	const store = connected(issued);
	datadog.oauth.expire(issued.access_token);
	datadog.control({ tokenLifetimeSeconds: 60 });

	const first = await run(store, ['project:PAY'], { groupBy: [] });
	expect(first.error).toBeUndefined();
	expect(asked()).toEqual([
		[COUNT, 401],
		[COUNT, 401],
		[TOKEN, 200],
		[COUNT, 200],
	]);
	// n8n 1.85 sends the empty secret too.
	expect({ client_secret: '', ...(datadog.requests[2].body as object) }).toEqual({
		client_id: 'test-public-client',
		client_secret: '',
		grant_type: 'refresh_token',
		refresh_token: issued.refresh_token,
	});
	expect(datadog.requests[3].query).toEqual(datadog.requests[0].query);
	expect(datadog.requests[3].headers.authorization).toBe(`Bearer ${store.tokens?.access_token}`);

	const second = await run(store, ['project:PAY'], { groupBy: [] });
	expect(asked().slice(4)).toEqual([[COUNT, 200]]);
	expect(second.items).toEqual(first.items);
});

it('sends the secret of a confidential client, and only of one', async () => {
	const issued = datadog.oauth.issue({ clientId: CONFIDENTIAL_CLIENT_ID });
	datadog.oauth.expire(issued.access_token);
	const client = { clientId: CONFIDENTIAL_CLIENT_ID, clientSecret: CLIENT_SECRET };
	const { error } = await run(connected(issued, client));
	expect(error).toBeUndefined();
	expect(datadog.requests[2].body).toEqual({
		client_id: 'test-confidential-client',
		client_secret: 'test-client-secret',
		grant_type: 'refresh_token',
		refresh_token: issued.refresh_token,
	});
});

it('renews once for all items whose token runs out while they are asked', async () => {
	const issued = datadog.oauth.issue();
	const store = connected(issued);
	const queries = Array.from({ length: 40 }, (_, i) => `case-${i}.`);
	const answers = queries.map((match, count) => ({ match, body: totalOf(count) }));
	datadog.control({ faults: answers });
	// After the first response, all other requests are sent at once.
	const answered = datadog.requests;
	jest.spyOn(store, 'getDecrypted').mockImplementation(async (...given) => {
		if (answered.length > 0) datadog.oauth.expire(issued.access_token);
		return await CredentialStore.prototype.getDecrypted.apply(store, given);
	});
	const { items, error } = await run(store, queries, { groupBy: [] });
	expect(error).toBeUndefined();
	expect(asked().filter(([path]) => path === TOKEN)).toEqual([[TOKEN, 200]]);
	// The requests in flight, and the one with which n8n refreshes the token.
	expect(asked().filter(([, status]) => status === 401)).toHaveLength(25 + 1);
	expect(items).toEqual(
		queries.map((_, item) => ({ json: { count: item }, pairedItem: { item } })),
	);
});

describe('when no new token is given', () => {
	it('says to connect the credential again, and asks no more', async () => {
		const issued = datadog.oauth.issue();
		datadog.oauth.revokeGrant(issued.refresh_token);
		const queries = Array.from({ length: 30 }, (_, i) => `case ${i}`);
		const { items, errorItems } = await runNode({
			parameters: {
				authentication: 'oAuth2',
				query: '={{ $json.q }}',
				options: { maxConcurrency: 1 },
			},
			input: queries.map((q) => ({ q })),
			credential: connected(issued),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(items).toEqual([]);
		expect(asked()).toEqual([
			[COUNT, 401],
			[COUNT, 401],
			[TOKEN, 400],
			[COUNT, 401],
		]);
		expect(errorItems).toHaveLength(30);
		for (const [item, { json, pairedItem }] of errorItems.entries()) {
			expect(pairedItem).toEqual({ item });
			expect(json).toEqual({
				q: `case ${item}`,
				error: 'Datadog rejected the OAuth2 token',
				details: { httpCode: '401', description: expect.stringContaining(RECONNECT) as string },
			});
		}
	});

	it('says so without a refresh token too', async () => {
		const { refresh_token: _, ...issued } = datadog.oauth.issue();
		datadog.oauth.expire(issued.access_token);
		const { error } = await run(connected(issued));
		expect(error?.message).toBe('Datadog rejected the OAuth2 token');
	});

	it("says so, with Datadog's words, when the secret is wrong", async () => {
		const issued = datadog.oauth.issue({ clientId: CONFIDENTIAL_CLIENT_ID });
		datadog.oauth.expire(issued.access_token);
		const client = { clientId: CONFIDENTIAL_CLIENT_ID, clientSecret: 'wrong' };
		const { error } = await run(connected(issued, client));
		expect(asked().filter(([path]) => path === TOKEN)).toEqual([[TOKEN, 401]]);
		expect(error?.message).toBe('Datadog rejected the OAuth2 token');
		expect(error?.description).toContain('Client authentication failed');
		expect(error?.description).toContain(RECONNECT);
	});

	it('says so when the address of the token answers with a page', async () => {
		const issued = datadog.oauth.issue();
		datadog.oauth.expire(issued.access_token);
		datadog.control({ faults: [{ contentType: 'text/html', body: '<p>Log in</p>' }] });
		const { error } = await run(connected(issued));
		expect(asked().filter(([path]) => path === TOKEN)).toEqual([[TOKEN, 200]]);
		expect(error?.message).toBe('Datadog rejected the OAuth2 token');
	});

	it('says so when the address of the token is wrong', async () => {
		const issued = datadog.oauth.issue();
		datadog.oauth.expire(issued.access_token);
		const tokenUrl = `${datadog.url}/oauth2/v1/nowhere`;
		const { error } = await run(connected(issued, { tokenUrl }), ['x'], {
			options: { maxRetries: 0 },
		});
		expect(datadog.requests.map(({ path }) => path)).toContain('/oauth2/v1/nowhere');
		expect(error?.message).toBe('Datadog rejected the OAuth2 token');
	});

	it.each([
		[503, [401, 401]],
		[429, [401, 401, 401]],
	])('tries again after a %d for the new token', async (status, again) => {
		const issued = datadog.oauth.issue();
		datadog.oauth.expire(issued.access_token);
		datadog.control({
			faults: [
				{ status, body: '' },
				{ match: 'open', body: counted() },
			],
		});
		const { items } = await run(connected(issued));
		expect(items).toEqual([okItem(0)]);
		expect(asked()).toEqual([
			[COUNT, 401],
			[COUNT, 401],
			[TOKEN, status],
			...again.map((unauthorized) => [COUNT, unauthorized]),
			[TOKEN, 200],
			[COUNT, 200],
		]);
	});

	it('tries again when the host of the token is not reached, once for all items', async () => {
		const issued = datadog.oauth.issue();
		datadog.oauth.expire(issued.access_token);
		const { items } = await runNode({
			parameters: { authentication: 'oAuth2', query: '={{ $json.q }}', options: { maxRetries: 2 } },
			input: Array.from({ length: 40 }, (_, i) => ({ q: `case ${i}` })),
			credential: connected(issued, { tokenUrl: 'http://127.0.0.1:1/token' }),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(items).toHaveLength(40);
		expect(items[39]).toEqual({
			json: {
				error: "Datadog's host refused the connection",
				details: {
					description: `Other requests failed too, and so did every retry. n8n's message: "refreshing the token: connect ECONNREFUSED 127.0.0.1:1". In the credential, check 'Site' or, if you use a gateway, the host and path of 'Base URL'.`,
				},
			},
			pairedItem: { item: 39 },
		});
		// Each of its three attempts sends at most one request, plus one that refreshes the token.
		expect(datadog.requests.length).toBeLessThan(40 * 3 * 2 + 1);
	});

	it('tells all that wait for a new token at once that its host is not reached', async () => {
		datadog.control({
			latencyMs: 60,
			faults: [
				{ match: 'case 0', body: counted() },
				{ status: 401, body: '', times: Infinity },
			],
		});
		const { items } = await runNode({
			parameters: { authentication: 'oAuth2', query: '={{ $json.q }}', options: { maxRetries: 0 } },
			input: Array.from({ length: 26 }, (_, i) => ({ q: `case ${i}.` })),
			credential: connected(datadog.oauth.issue(), { tokenUrl: 'http://127.0.0.1:1/token' }),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(items[0]).toEqual(okItem(0));
		expect(items.slice(1).map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual(
			Array.from({ length: 25 }, (_, i) => [
				"Datadog's host refused the connection",
				{ item: i + 1 },
			]),
		);
		// The first request, 25 in parallel, and two more by n8n, which refreshes the token once for all of them.
		expect(datadog.requests.length).toBeLessThanOrEqual(1 + 25 + 2);
	});

	describe('by an address that does not answer', () => {
		let silent: Server;
		let credential: CredentialStore;
		beforeEach(async () => {
			silent = createServer(() => {}).listen(0, '127.0.0.1');
			await once(silent, 'listening');
			const issued = datadog.oauth.issue();
			datadog.oauth.expire(issued.access_token);
			const { port } = silent.address() as AddressInfo;
			credential = connected(issued, { tokenUrl: `http://127.0.0.1:${port}/token` });
		});
		afterEach(() => {
			silent.closeAllConnections();
			silent.close();
		});

		it('waits no longer than Timeout for each try', async () => {
			const timeout = jest
				.spyOn(clock, 'timeout')
				.mockImplementationOnce(time.timeout)
				.mockImplementationOnce(async () => void (await once(silent, 'request')))
				.mockImplementationOnce(time.timeout)
				.mockResolvedValueOnce();
			const options = { timeout: 7, maxRetries: 1 };
			const { error } = await run(credential, ['x'], { options });
			expect(timeout.mock.calls.map(([ms]) => ms)).toEqual([7_000, 7_000, 7_000, 7_000]);
			expect(time.waits.map((ms) => Math.floor(ms / 1_000))).toEqual([1]);
			expect(error).toMatchObject({
				message: "Datadog didn't respond in time",
				description: `n8n's message: "refreshing the token: no response within 7000 ms". Raise 'Timeout' in the node's options, or narrow 'Query'.`,
			});
		});

		it('stops waiting when the execution is stopped', async () => {
			let cancel!: () => void;
			silent.once('request', () => cancel());
			const { run: ended } = await runNode({
				parameters: { authentication: 'oAuth2' },
				credential,
				onStart: (cancelExecution) => (cancel = cancelExecution),
			});
			expect(ended.status).toBe('canceled');
		});
	});
});

it.each([
	['no tokens', undefined],
	['empty tokens', {}],
])('asks nothing with %s: the credential is not connected', async (_, tokens) => {
	const { error } = await run(new CredentialStore(connectionTo(datadog.url, tokens as object)));
	expect(error).toMatchObject({
		message: "The credential isn't connected to Datadog",
		description: 'Open the credential in n8n and connect your account.',
		context: { itemIndex: 0 },
	});
	expect(datadog.requests).toEqual([]);
});

it('says what a token without cases_read lacks, and does not renew it', async () => {
	const { error } = await run(connected(datadog.oauth.issue({ scope: 'cases_write' })));
	expect(asked()).toEqual([[COUNT, 403]]);
	expect(error).toMatchObject({
		message: "The credential doesn't have the cases_read permission",
		description: `Datadog's message: "Forbidden; Failed permission authorization checks". ${UNPERMITTED}`,
		httpCode: '403',
	});
});

describe('a 403 in place of a 401', () => {
	const forbidden = { match: 'open', status: 403, body: '{"errors":["Forbidden"]}' };

	it('renews a token whose time is over by what n8n noted', async () => {
		datadog.control({
			faults: [
				{ ...forbidden, times: 2 },
				{ match: 'open', body: counted() },
			],
		});
		const issued = { ...datadog.oauth.issue(), n8n_expires_at: String(time.now()) };
		const { items } = await run(connected(issued));
		expect(asked()).toEqual([
			[COUNT, 403],
			[COUNT, 403],
			[TOKEN, 200],
			[COUNT, 200],
		]);
		expect(items).toEqual([okItem(0)]);
	});

	it('renews it only once', async () => {
		datadog.control({ faults: [{ ...forbidden, times: Infinity }] });
		const issued = { ...datadog.oauth.issue(), n8n_expires_at: String(time.now()) };
		const { errorItems } = await runNode({
			parameters: { authentication: 'oAuth2', query: '={{ $json.q }}' },
			input: [{ q: 'open a' }, { q: 'open b' }],
			credential: connected(issued),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(asked().filter(([path]) => path === TOKEN)).toHaveLength(1);
		expect(errorItems.map(({ json }) => json.error)).toEqual([
			'Datadog rejected the credential',
			'Datadog rejected the credential',
		]);
	});
});

it('renews a token that a 403 and then a 401 answer', async () => {
	datadog.control({
		faults: [
			{ match: 'open', status: 403, body: '' },
			{ match: 'open', status: 401, body: '', times: 3 },
			{ match: 'open', body: counted() },
		],
	});
	const issued = { ...datadog.oauth.issue(), n8n_expires_at: String(time.now()) };
	const { items } = await run(connected(issued));
	expect(items).toEqual([okItem(0)]);
	expect(asked().filter(([path]) => path === TOKEN)).toEqual([[TOKEN, 200]]);
});

it('does not renew a token whose time is not over for a 403', async () => {
	datadog.control({ faults: [{ status: 403, body: '' }] });
	const issued = { ...datadog.oauth.issue(), n8n_expires_at: String(time.now() + 1) };
	await run(connected(issued));
	expect(asked()).toEqual([[COUNT, 403]]);
});

it('does not renew a token that Datadog takes, whatever n8n noted of its time', async () => {
	datadog.control({ faults: [{ body: counted() }] });
	const issued = { ...datadog.oauth.issue(), n8n_expires_at: String(time.now() - 1) };
	const { items } = await run(connected(issued));
	expect(items).toEqual([okItem(0)]);
	expect(asked()).toEqual([[COUNT, 200]]);
});

it('waits out the rate limit that it meets after renewing', async () => {
	const issued = datadog.oauth.issue();
	const limited = { match: 'open', status: 429, headers: { 'X-RateLimit-Reset': '7' }, body: '' };
	datadog.control({
		faults: [
			{ match: 'open', status: 401, body: '', times: 2 },
			{ ...limited, times: 2 },
			{ match: 'open', body: counted() },
		],
	});
	const { items } = await run(connected(issued));
	expect(items).toEqual([okItem(0)]);
	expect(time.waits).toEqual([7_000]);
	expect(asked()).toEqual([
		[COUNT, 401],
		[COUNT, 401],
		[TOKEN, 200],
		[COUNT, 429],
		[COUNT, 429],
		[COUNT, 200],
	]);
});

it('hides every token that Datadog repeats, one that was renewed too', async () => {
	const issued = datadog.oauth.issue();
	const store = connected(issued, { clientSecret: '' });
	datadog.oauth.expire(issued.access_token);
	await run(store);
	const { access_token: access, refresh_token: refresh } = store.tokens!;
	expect(access).not.toBe(issued.access_token);
	datadog.control({
		faults: [{ status: 400, body: `{"errors":["got ${access} and ${refresh}"]}` }],
	});
	const { error, run: stored } = await run(store);
	expect(error?.description).toMatch(/^Datadog's message: "got \[hidden\] and \[hidden\]"\. /);
	const all = JSON.stringify([error, stored]);
	for (const secret of [access, refresh, issued.access_token, issued.refresh_token]) {
		expect(all).not.toContain(secret);
	}
});

it('hides a token that was renewed in this run, and since then by another', async () => {
	const store = connected();
	datadog.oauth.expire(store.tokens!.access_token);
	let renewed: string | undefined;
	jest.spyOn(store, 'getDecrypted').mockImplementation(async (...given) => {
		const isAnswered = datadog.requests.length === 4;
		if (isAnswered && renewed === undefined) {
			renewed = store.tokens!.access_token;
			const body = JSON.stringify({ errors: [`got ${renewed}`] });
			datadog.control({ faults: [{ match: 'second', status: 400, body }] });
		} else if (datadog.requests.length === 5) {
			const oauthTokenData = datadog.oauth.issue() as never;
			await store.updateCredentials({} as never, '', { oauthTokenData });
		}
		return await CredentialStore.prototype.getDecrypted.apply(store, given);
	});
	const { error } = await run(store, ['first', 'second'], { options: { maxConcurrency: 1 } });
	expect(store.tokens!.access_token).not.toBe(renewed);
	expect(error?.description).toMatch(/^Datadog's message: "got \[hidden\]"\. /);
});

it("tells n8n's words when the credential goes before the request is sent", async () => {
	const store = connected();
	const { getDecrypted } = CredentialStore.prototype;
	jest
		.spyOn(store, 'getDecrypted')
		.mockImplementationOnce(async (...given) => await getDecrypted.apply(store, given))
		.mockRejectedValue(new Error('Credential with ID "1" does not exist.'));
	const { error } = await run(store);
	expect(datadog.requests).toEqual([]);
	expect(error?.description).toContain('n8n\'s message: "Credential with ID "1" does not exist"');
});

it('tells what Datadog said when the credential is gone since', async () => {
	const store = connected();
	jest.spyOn(store, 'getDecrypted').mockImplementation(async (...given) => {
		if (datadog.requests.length > 0) throw new Error('Credential with ID "1" does not exist.');
		return await CredentialStore.prototype.getDecrypted.apply(store, given);
	});
	datadog.control({ faults: [{ status: 400, body: '{"errors":["no"]}' }] });
	const { error } = await run(store);
	expect(error?.message).toBe('Datadog rejected the request');
});

it('names the field of the credential that cannot be used', async () => {
	const { error } = await run(connected(undefined, { baseUrl: 'nowhere' }));
	expect(error?.message).toBe(
		"The credential's 'Base URL' must look like https://host or https://host/path, without a username, query or fragment [item 0]",
	);
});

it('polls with a token that was renewed', async () => {
	const issued = datadog.oauth.issue();
	const trigger = activate({
		parameters: {
			authentication: 'oAuth2',
			groupBy: [],
			threshold: 0,
			triggerIfAlreadyCrossed: true,
		},
		credential: connectionTo(datadog.url, issued),
	});
	datadog.oauth.expire(issued.access_token);
	const fired = await trigger.poll();
	expect(fired?.map(({ event, query }) => [event, query])).toEqual([['thresholdCrossed', '']]);
	expect(asked()).toEqual([
		[COUNT, 401],
		[COUNT, 401],
		[TOKEN, 200],
		[COUNT, 200],
	]);
});
