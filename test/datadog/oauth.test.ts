import { generators, Issuer, type TokenSet } from 'openid-client';
import { CLIENT_SECRET, CONFIDENTIAL_CLIENT_ID, PUBLIC_CLIENT_ID } from './accounts';
import { type LocalDatadog, startDatadog } from './server';

const AUTHORIZE = '/oauth2/v1/authorize';
const TOKEN = '/oauth2/v1/token';
const REVOKE = '/oauth2/v1/revoke';
const REDIRECT_URI = 'http://localhost:5678/rest/oauth2-credential/callback';
/** The example of RFC 7636, appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const ASKED = {
	client_id: PUBLIC_CLIENT_ID,
	redirect_uri: REDIRECT_URI,
	response_type: 'code',
	scope: 'cases_read',
	state: 'a-state',
	code_challenge: CHALLENGE,
	code_challenge_method: 'S256',
};
const TEXT = expect.stringMatching(/^[\da-f]{64}$/);
const UNAUTHORIZED = [401, { errors: ['Unauthorized'] }];
const FORBIDDEN = [403, { errors: ['Forbidden', 'Failed permission authorization checks'] }];

let time = Date.UTC(2026, 10, 22, 12);
let datadog: LocalDatadog;
beforeAll(async () => {
	datadog = await startDatadog({ now: () => time });
});
afterEach(() => datadog.reset());
afterAll(() => datadog.close());

/** An OAuth2 client that judges what the local Datadog answers. */
function clientFor(clientId = PUBLIC_CLIENT_ID, clientSecret?: string) {
	const issuer = new Issuer({
		issuer: datadog.url,
		authorization_endpoint: datadog.url + AUTHORIZE,
		token_endpoint: datadog.url + TOKEN,
		revocation_endpoint: datadog.url + REVOKE,
	});
	return new issuer.Client({
		client_id: clientId,
		client_secret: clientSecret,
		token_endpoint_auth_method: clientSecret ? 'client_secret_post' : 'none',
	});
}

/** The consent page's address; undefined leaves a parameter out. */
function pageFor(changes: Record<string, string | undefined> = {}): string {
	const asked = new URLSearchParams();
	for (const [name, value] of Object.entries({ ...ASKED, ...changes })) {
		if (value !== undefined) asked.set(name, value);
	}
	return `${datadog.url}${AUTHORIZE}?${asked}`;
}

/** Clicks a button of the consent page. Resolves with what the client is called back with. */
async function choose(
	choice: Record<string, string> = { allowed: 'true', granted: 'cases_read' },
	changes: Record<string, string | undefined> = {},
): Promise<Record<string, string>> {
	const answer = await fetch(pageFor(changes), {
		method: 'POST',
		redirect: 'manual',
		body: new URLSearchParams(choice),
	});
	expect(answer.status).toBe(302);
	const { origin, pathname, searchParams } = new URL(answer.headers.get('location')!);
	expect(origin + pathname).toBe(changes.redirect_uri ?? REDIRECT_URI);
	return Object.fromEntries(searchParams);
}

/** Consents as a person does. */
async function connect(client = clientFor(), scopes = 'cases_read'): Promise<TokenSet> {
	const verifier = generators.codeVerifier();
	const state = generators.state();
	const called = await choose(
		{ allowed: 'true', granted: scopes },
		{
			client_id: client.metadata.client_id,
			state,
			code_challenge: generators.codeChallenge(verifier),
		},
	);
	return client.oauthCallback(REDIRECT_URI, called, {
		state,
		code_verifier: verifier,
		response_type: 'code',
	});
}

async function jsonOf(asked: Promise<Response>): Promise<unknown[]> {
	const answer = await asked;
	return [answer.status, await answer.json()];
}

/** Status and JSON of a form that is sent to one of the two endpoints for clients. */
function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
	return jsonOf(
		fetch(datadog.url + path, { method: 'POST', headers, body: new URLSearchParams(form) }),
	);
}

/** Status and JSON of the case endpoint, without counts. */
async function count(token: string | undefined) {
	const [status, json] = await jsonOf(
		fetch(`${datadog.url}/api/v2/cases/count`, { headers: { authorization: `Bearer ${token}` } }),
	);
	return status === 200 ? status : [status, json];
}

const refusal = (status: number, error: string, description: string) => [
	status,
	{ error, error_description: description },
];

describe('connecting', () => {
	test('asks the person on a page, and gives the client a token that counts cases', async () => {
		const client = clientFor();
		const page = await fetch(
			client.authorizationUrl({
				redirect_uri: REDIRECT_URI,
				scope: 'cases_read cases_write',
				state: 'a-state',
				code_challenge: CHALLENGE,
				code_challenge_method: 'S256',
			}),
		);
		expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
		const html = await page.text();
		expect(html.match(/name="\w+" value="\w+"( checked)?/g)).toEqual([
			'name="granted" value="cases_read" checked',
			'name="granted" value="cases_write" checked',
			'name="allowed" value="true"',
			'name="allowed" value="false"',
		]);

		const called = await choose();
		const { host } = new URL(datadog.url);
		expect(called).toEqual({ code: TEXT, state: 'a-state', domain: host, site: datadog.url });
		const token = await client.oauthCallback(REDIRECT_URI, called, {
			state: 'a-state',
			code_verifier: VERIFIER,
			response_type: 'code',
		});

		expect(token).toEqual({
			access_token: TEXT,
			refresh_token: TEXT,
			token_type: 'Bearer',
			expires_at: expect.any(Number),
			scope: 'cases_read',
		});
		expect(await count(token.access_token)).toBe(200);
		expect(datadog.requests).toMatchObject([
			{ method: 'GET', path: AUTHORIZE, query: { ...ASKED, scope: 'cases_read cases_write' } },
			{
				method: 'POST',
				path: AUTHORIZE,
				query: ASKED,
				body: { allowed: 'true', granted: 'cases_read' },
				status: 302,
			},
			{
				method: 'POST',
				path: TOKEN,
				query: {},
				body: {
					grant_type: 'authorization_code',
					code: called.code,
					redirect_uri: REDIRECT_URI,
					code_verifier: VERIFIER,
					client_id: PUBLIC_CLIENT_ID,
				},
				status: 200,
			},
			{ path: '/api/v2/cases/count', status: 200 },
		]);
	});

	test('gives a client with a secret a token too, with and without PKCE', async () => {
		const client = clientFor(CONFIDENTIAL_CLIENT_ID, CLIENT_SECRET);
		const token = await connect(client);
		expect(await count(token.access_token)).toBe(200);

		const called = await choose(undefined, {
			client_id: CONFIDENTIAL_CLIENT_ID,
			code_challenge: undefined,
			code_challenge_method: undefined,
		});
		const other = await client.oauthCallback(REDIRECT_URI, called, {
			state: 'a-state',
			response_type: 'code',
		});
		expect(await count(other.access_token)).toBe(200);
	});

	test.each(['http://localhost:1/rest/oauth2-credential/callback', REDIRECT_URI])(
		'calls back on any port of this machine: %s',
		async (redirectUri) => {
			const called = await choose(undefined, { redirect_uri: redirectUri });
			expect(called.code).toEqual(TEXT);
		},
	);

	test('grants no scope that the person has unticked', async () => {
		const { scope, access_token: token } = await connect(clientFor(), 'cases_write');
		expect(scope).toBe('');
		expect(await count(token)).toEqual(FORBIDDEN);
	});

	test('tells the client of a person who denies', async () => {
		expect(await choose({ allowed: 'false', granted: 'cases_read' })).toEqual({
			error: 'access_denied',
			error_description: 'Access denied: user denied access to application',
			state: 'a-state',
		});
	});

	test.each([
		['no client', { client_id: undefined }, 400, 'Missing parameter: `client_id`'],
		[
			'an unknown client',
			{ client_id: 'nobody' },
			400,
			'Invalid client: client credentials are invalid',
		],
		['no redirect URI', { redirect_uri: undefined }, 400, 'Missing parameter: `redirect_uri`'],
		...[
			'http://evil.example/rest/oauth2-credential/callback',
			'http://localhost:5678/rest/oauth2-credential/other',
			'https://localhost:5678/rest/oauth2-credential/callback',
			`${REDIRECT_URI}?more=1`,
		].map((uri): [string, Record<string, string>, number, string] => [
			uri,
			{ redirect_uri: uri },
			400,
			'Invalid client: `redirect_uri` does not match client value',
		]),
	])('is refused on a page with %s', async (_, changes, status, words) => {
		for (const method of ['GET', 'POST']) {
			const answer = await fetch(pageFor(changes), {
				method,
				redirect: 'manual',
				...(method === 'POST' && { body: new URLSearchParams({ allowed: 'true' }) }),
			});
			expect([answer.status, await answer.text()]).toEqual([status, words]);
		}
	});

	test.each([
		['no response type', { response_type: undefined }, 'invalid_request'],
		['another response type', { response_type: 'token' }, 'unsupported_response_type'],
		['no state', { state: undefined }, 'invalid_request'],
		['no scope', { scope: undefined }, 'invalid_scope'],
		['an unknown scope', { scope: 'cases_read cases_delete' }, 'invalid_scope'],
		['no challenge', { code_challenge: undefined }, 'invalid_request'],
		['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
		['an unknown method', { code_challenge_method: 'S512' }, 'invalid_request'],
	])('is refused to the client with %s', async (_, changes, error) => {
		const called = await choose(undefined, changes);
		expect(called).toEqual({
			error,
			error_description: expect.any(String),
			...('state' in changes ? {} : { state: 'a-state' }),
		});
		const answer = await fetch(pageFor(changes), { redirect: 'manual' });
		expect(answer.status).toBe(302);
		expect(Object.fromEntries(new URL(answer.headers.get('location')!).searchParams)).toEqual(
			called,
		);
	});
});

describe('a code', () => {
	const exchange = (code: string, changes: Record<string, string> = {}) =>
		post(TOKEN, {
			grant_type: 'authorization_code',
			client_id: PUBLIC_CLIENT_ID,
			redirect_uri: REDIRECT_URI,
			code,
			code_verifier: VERIFIER,
			...changes,
		});
	const issued = {
		access_token: TEXT,
		refresh_token: TEXT,
		token_type: 'Bearer',
		expires_in: 60,
		scope: 'cases_read',
	};

	test('is good once', async () => {
		const { code } = await choose();
		expect(await exchange(code)).toEqual([200, issued]);
		const used = refusal(400, 'invalid_grant', 'Invalid grant: authorization code is invalid');
		expect(await exchange(code)).toEqual(used);
	});

	test('is good for five minutes', async () => {
		const [early, late] = [await choose(), await choose()];
		time += 299_999;
		expect(await exchange(early.code)).toEqual([200, issued]);
		time += 1;
		const expired = refusal(400, 'invalid_grant', 'Invalid grant: authorization code is invalid');
		expect(await exchange(late.code)).toEqual(expired);
	});

	test.each([
		['another code', { code: 'other' }, 400, 'invalid_grant'],
		['no code', { code: '' }, 400, 'invalid_request'],
		['another verifier', { code_verifier: VERIFIER.replace('d', 'e') }, 400, 'invalid_grant'],
		['no verifier', { code_verifier: '' }, 400, 'invalid_grant'],
		[
			'another address',
			{ redirect_uri: REDIRECT_URI.replace('5678', '1') },
			400,
			'invalid_request',
		],
		['an unknown client', { client_id: 'nobody' }, 400, 'invalid_client'],
		['a secret that it has not', { client_secret: 'x' }, 401, 'invalid_client'],
		[
			'another client',
			{ client_id: CONFIDENTIAL_CLIENT_ID, client_secret: CLIENT_SECRET },
			400,
			'invalid_grant',
		],
		['another grant type', { grant_type: 'password' }, 400, 'invalid_client'],
	])('is refused with %s', async (_, changes, status, error) => {
		const { code } = await choose();
		expect(await exchange(code, changes)).toEqual(refusal(status, error, expect.any(String)));
	});

	test.each([
		['no secret', {}, 401, 'invalid_client'],
		['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
		[
			'a wrong verifier',
			{ client_secret: CLIENT_SECRET, code_verifier: VERIFIER.replace('d', 'e') },
			400,
			'invalid_grant',
		],
	])('of a client with a secret is refused with %s', async (_, changes, status, error) => {
		const { code } = await choose(undefined, { client_id: CONFIDENTIAL_CLIENT_ID });
		expect(await exchange(code, { client_id: CONFIDENTIAL_CLIENT_ID, ...changes })).toEqual(
			refusal(status, error, expect.any(String)),
		);
	});

	test('is refused with the secret in a header, which Datadog does not document', async () => {
		const { code } = await choose(undefined, { client_id: CONFIDENTIAL_CLIENT_ID });
		const authorization = `Basic ${btoa(`${CONFIDENTIAL_CLIENT_ID}:${CLIENT_SECRET}`)}`;
		const form = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI, code };
		expect(await post(TOKEN, { ...form, code_verifier: VERIFIER }, { authorization })).toEqual(
			refusal(400, 'invalid_request', 'Invalid request: client credentials belong in the body'),
		);
	});

	test.each([
		['JSON', 'application/json', '{"grant_type":"authorization_code"}', 400],
		['a text', 'text/plain', 'grant_type=authorization_code', 400],
		['a repeated field', 'application/x-www-form-urlencoded', 'client_id=a&client_id=b', 400],
	])('is refused in %s', async (_, type, body, status) => {
		const headers = { 'content-type': type };
		expect(await jsonOf(fetch(datadog.url + TOKEN, { method: 'POST', headers, body }))).toEqual([
			status,
			{ error: expect.any(String), error_description: expect.any(String) },
		]);
	});
});

describe('a token', () => {
	test('lasts sixty seconds, and is then renewed with the refresh token, which is good once', async () => {
		const client = clientFor();
		const first = await connect(client);
		time += 59_999;
		expect(await count(first.access_token)).toBe(200);
		time += 1;
		expect(await count(first.access_token)).toEqual(UNAUTHORIZED);

		const second = await client.refresh(first);
		expect(second.scope).toBe('cases_read');
		expect(second.access_token).not.toBe(first.access_token);
		expect(await count(second.access_token)).toBe(200);
		expect(await count(first.access_token)).toEqual(UNAUTHORIZED);
		await expect(client.refresh(first)).rejects.toMatchObject({
			error: 'invalid_grant',
			error_description: 'Invalid grant: refresh token is invalid',
		});
		expect(await count((await client.refresh(second)).access_token)).toBe(200);
	});

	test('lasts as long as is said, over HTTP too', async () => {
		datadog.control({ tokenLifetimeSeconds: 5 });
		const { access_token: token } = await connect();
		time += 5_000;
		expect(await count(token)).toEqual(UNAUTHORIZED);
		await fetch(`${datadog.url}/control`, {
			method: 'PUT',
			headers: { 'content-type': 'application/json' },
			body: '{"tokenLifetimeSeconds":6}',
		});
		const { access_token: other } = await connect();
		time += 5_000;
		expect(await count(other)).toBe(200);
	});

	test('is issued without a person, and expires when it is told to', async () => {
		const token = datadog.oauth.issue();
		expect(token).toEqual({
			access_token: expect.any(String),
			token_type: 'Bearer',
			expires_in: 60,
			refresh_token: expect.any(String),
			scope: 'cases_read',
		});
		expect(await count(token.access_token)).toBe(200);
		datadog.oauth.expire(token.access_token);
		expect(await count(token.access_token)).toEqual(UNAUTHORIZED);
		const { access_token: renewed } = await clientFor().refresh(token.refresh_token);
		expect(await count(renewed)).toBe(200);

		const other = datadog.oauth.issue({ scope: 'cases_write', lifetimeSeconds: 1 });
		expect(await count(other.access_token)).toEqual(FORBIDDEN);
		time += 1_000;
		expect(await count(other.access_token)).toEqual(UNAUTHORIZED);
	});

	test('is renewed for its own client only, and with no more scopes', async () => {
		const { refresh_token: token } = datadog.oauth.issue({ clientId: CONFIDENTIAL_CLIENT_ID });
		const form = { grant_type: 'refresh_token', refresh_token: token };
		const confidential = { ...form, client_id: CONFIDENTIAL_CLIENT_ID };
		expect(await post(TOKEN, confidential)).toEqual(
			refusal(401, 'invalid_client', 'Invalid client: client secret is invalid'),
		);
		expect(await post(TOKEN, { ...form, client_id: PUBLIC_CLIENT_ID })).toEqual(
			refusal(400, 'invalid_grant', 'Invalid grant: refresh token was issued to another client'),
		);
		const client_secret = CLIENT_SECRET;
		expect(await post(TOKEN, { ...confidential, client_secret })).toMatchObject([200, {}]);

		const { refresh_token: narrow } = datadog.oauth.issue();
		const more = { ...form, refresh_token: narrow, client_id: PUBLIC_CLIENT_ID };
		expect(await post(TOKEN, { ...more, scope: 'cases_read cases_write' })).toEqual(
			refusal(400, 'invalid_scope', 'Invalid scope: Unable to add extra scopes'),
		);
	});

	test('is good as a bearer only, with other keys beside it or not', async () => {
		const { access_token: token } = datadog.oauth.issue();
		const asKey = { 'dd-application-key': token };
		const answer = await fetch(`${datadog.url}/api/v2/cases/count`, { headers: asKey });
		expect(answer.status).toBe(403);
	});

	test('is forgotten by a reset', async () => {
		const { access_token: token, refresh_token: refreshToken } = datadog.oauth.issue();
		datadog.reset();
		expect(await count(token)).toEqual(UNAUTHORIZED);
		await expect(clientFor().refresh(refreshToken)).rejects.toMatchObject({
			error: 'invalid_grant',
		});
		expect(() => datadog.oauth.expire(token)).toThrow('There is no such access token.');
		expect(() => datadog.oauth.revokeGrant(token)).toThrow('There is no such token.');
	});
});

describe('revoking', () => {
	test('an access token leaves the refresh token', async () => {
		const client = clientFor();
		const token = await connect(client);
		await client.revoke(token.access_token!, 'access_token');
		expect(await count(token.access_token)).toEqual(UNAUTHORIZED);
		expect(await count((await client.refresh(token)).access_token)).toBe(200);
	});

	test('a refresh token ends the grant, with all its tokens and no other', async () => {
		const client = clientFor();
		const first = await connect(client);
		const second = await client.refresh(first);
		const other = await connect(client);
		await client.revoke(second.refresh_token!);
		expect(await count(first.access_token)).toEqual(UNAUTHORIZED);
		expect(await count(second.access_token)).toEqual(UNAUTHORIZED);
		await expect(client.refresh(second)).rejects.toMatchObject({ error: 'invalid_grant' });
		expect(await count(other.access_token)).toBe(200);
		expect(await count((await client.refresh(other)).access_token)).toBe(200);
	});

	test.each(['access_token', 'refresh_token'] as const)(
		'is what a person does, told by the %s',
		async (told) => {
			const token = datadog.oauth.issue();
			datadog.oauth.revokeGrant(token[told]);
			expect(await count(token.access_token)).toEqual(UNAUTHORIZED);
			await expect(clientFor().refresh(token.refresh_token)).rejects.toMatchObject({
				error: 'invalid_grant',
			});
		},
	);

	test('is refused to another client, and without a client, a secret or a token', async () => {
		const token = datadog.oauth.issue().refresh_token;
		const client_id = CONFIDENTIAL_CLIENT_ID;
		expect(await post(REVOKE, { token, client_id, client_secret: CLIENT_SECRET })).toEqual(
			refusal(400, 'invalid_grant', 'Invalid grant: token was issued to another client'),
		);
		expect(await post(REVOKE, { token, client_id })).toEqual(
			refusal(401, 'invalid_client', 'Invalid client: client secret is invalid'),
		);
		expect(await post(REVOKE, { token })).toEqual(
			refusal(400, 'invalid_client', 'Invalid client: client is invalid'),
		);
		expect(await post(REVOKE, { client_id: PUBLIC_CLIENT_ID })).toEqual(
			refusal(400, 'invalid_request', 'Missing parameter: `token`'),
		);
		expect(await clientFor().refresh(token)).toMatchObject({ scope: 'cases_read' });
	});

	test('an unknown token is no mistake', async () => {
		expect(await post(REVOKE, { token: 'x', client_id: PUBLIC_CLIENT_ID })).toEqual([200, {}]);
	});
});
