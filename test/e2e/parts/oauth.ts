import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import type { IDataObject, NodeApiError } from 'n8n-workflow';
import type { Browser, Page } from 'playwright-core';
import {
	API_KEY,
	APPLICATION_KEY,
	CLIENT_SECRET,
	CONFIDENTIAL_CLIENT_ID,
	PUBLIC_CLIENT_ID,
} from '../../datadog/accounts';
import type { LocalDatadog, SeenRequest } from '../../datadog/server';
import { signIn, startBrowser } from '../editor/browser';
import { editorOf, shows, visitOf } from '../editor/editorPage';
import type { Execution, N8n, Workflow } from '../n8n/instance';
import { OFTEN } from '../n8n/pollTimes';
import { setStage, type Stage } from '../n8n/stage';
import { tracesOf } from '../n8n/traces';
import { until } from '../../support/until';
import { workflowNode } from '../n8n/workflowNode';

const COUNT = '/api/v2/cases/count';
const AUTHORIZE = '/oauth2/v1/authorize';
const TOKEN = '/oauth2/v1/token';
const CASES = 'Datadog Cases';
const TRIGGER = 'Datadog Cases Trigger';
const CREDENTIAL = 'Datadog Cases account 2';

const ITEMS = [
	{ groupBy: 'status', value: 'OPEN', count: 467 },
	{ groupBy: 'status', value: 'CLOSED', count: 383 },
	{ groupBy: 'status', value: 'IN_PROGRESS', count: 267 },
];
const NOT_CONNECTED = {
	message: "The credential isn't connected to Datadog",
	description: 'Open the credential in n8n and connect your account.',
	httpCode: undefined,
};
const CONNECT_AGAIN = {
	message: 'Datadog rejected the OAuth2 token',
	description: `n8n's message: "The credential "Datadog Cases account 2" needs to be reconnected". Datadog didn't issue a new token either. Open the credential in n8n and reconnect it. If that doesn't help, check its 'Client ID', 'Client Secret' and, for a custom base URL, its 'Access Token URL'.`,
	httpCode: '401',
};
const NOT_PERMITTED = {
	message: "The credential doesn't have the cases_read permission",
	description: `Datadog's message: "Forbidden; Failed permission authorization checks". The keys or token are valid. Add cases_read to the role of the application key's owner and, if the key or token has scopes, to those scopes. With OAuth2, reconnect the credential and allow cases_read.`,
	httpCode: '403',
};
/** What is random. */
const CHALLENGE = /^[\w-]{43}$/;
const ISSUED = /^[\da-f]{64}$/;
const VERIFIER = /^[\w.~-]{43,128}$/;

describe('OAuth2, as a person uses it', () => {
	let stage: Stage;
	let n8n: N8n;
	let datadog: LocalDatadog;
	let browser: Browser;
	let page: Page;
	let workflowId: string;

	before(async () => {
		stage = await setStage('oauth', { env: { N8N_LOG_LEVEL: 'debug' } });
		({ n8n, datadog } = stage);
		browser = await startBrowser();
		page = await signIn(browser, n8n);
	});
	after(async () => {
		await browser?.close();
		await stage?.close();
	});

	const visit = visitOf(() => page, 'oauth');
	const { panel, rows, closePanel, execute, search, found, form, fields, ...editor } = editorOf(
		() => page,
	);
	const { save, closeForm, enter, choose } = editor;
	const connected = () => form().getByTestId('oauth-connect-success-banner');
	const unconnected = () => form().getByTestId('oauth-not-connected-banner');
	const openForm = () => panel().getByTestId('credential-edit-button').click();

	/** Clicks n8n's button. Resolves with the window in which Datadog asks. */
	const askDatadog = async (button: 'quick-connect-button' | 'oauth-switch-account-button') => {
		const [popup] = await Promise.all([
			page.waitForEvent('popup'),
			form().getByTestId(button).filter({ visible: true }).click(),
		]);
		await popup.waitForURL(({ pathname }) => pathname === AUTHORIZE);
		return popup;
	};
	/** n8n closes its window by itself. */
	const allow = async (popup: Page) => {
		await Promise.all([
			popup.waitForEvent('close'),
			popup.getByRole('button', { name: 'Authorize' }).click(),
		]);
	};

	/** What Datadog was asked while `act` ran. */
	const during = async (act: () => Promise<unknown>) => {
		const before = datadog.requests.length;
		await act();
		return datadog.requests.slice(before);
	};
	const requestsTo = (asked: string) => datadog.requests.filter(({ path }) => path === asked);
	const tokenRequests = () => requestsTo(TOKEN);
	/** What n8n has sent last. */
	const lastToken = () => {
		const sent = datadog.requests.map(({ headers }) => headers.authorization?.split(' ')[1]);
		return sent.filter((token) => token !== undefined).at(-1)!;
	};

	const run = async (id = workflowId) => {
		const { nodes } = await n8n.request<Workflow>('GET', `/rest/workflows/${id}`);
		return n8n.run(id, nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger')!.name);
	};

	visit('a new credential of the node offers OAuth2', async () => {
		await page.goto(`${n8n.url}/workflow/new`);
		await page.getByTestId('canvas-add-button').click();
		await search('datadog');
		await found(CASES).click();
		await page.getByText('Actions (3)').click();
		await found('Count cases').click();
		await panel().getByTestId('node-credentials-select').click();
		await page.getByTestId('node-credentials-select-item-new').click();
		await form().getByTestId('credential-mode-dropdown-trigger').click();
		await page.getByRole('menuitem', { name: 'OAuth2' }).click();

		const client = ['Client ID *', 'Client Secret', 'Allowed HTTP Request Domains'];
		await shows(fields, [...client, 'Site']);
		await choose(form(), 'site', 'Use a Custom Base URL');
		const addresses = ['Base URL', 'Authorization URL', 'Access Token URL'];
		await shows(fields, [...client, 'Site', ...addresses]);
	});

	visit("n8n's button asks Datadog, with state and PKCE, for cases_read", async () => {
		await enter(form(), 'baseUrl', datadog.url);
		await enter(form(), 'clientId', PUBLIC_CLIENT_ID);
		const popup = await askDatadog('quick-connect-button');
		assert.deepEqual(await popup.locator('label').allInnerTexts(), [' cases_read']);

		const { state, code_challenge: challenge, ...query } = requestsTo(AUTHORIZE).at(-1)!.query;
		assert.deepEqual(query, {
			client_id: PUBLIC_CLIENT_ID,
			redirect_uri: `${n8n.url}/rest/oauth2-credential/callback`,
			response_type: 'code',
			scope: 'cases_read',
			code_challenge_method: 'S256',
		});
		assert.match(challenge, CHALLENGE);
		assert.notEqual(state, '');

		await allow(popup);
		await form().waitFor({ state: 'hidden' });
		const { code, code_verifier: verifier, ...fixed } = fieldsOf(tokenRequests().at(-1));
		assert.deepEqual(fixed, {
			grant_type: 'authorization_code',
			client_id: PUBLIC_CLIENT_ID,
			redirect_uri: `${n8n.url}/rest/oauth2-credential/callback`,
		});
		assert.match(verifier, VERIFIER);
		await openForm();
		await connected().waitFor();
		await closeForm();
	});

	visit('the node counts with the token', async () => {
		await execute();
		await shows(rows, [
			['groupBy', 'value', 'count'],
			['status', 'OPEN', '467'],
			['status', 'CLOSED', '383'],
			['status', 'IN_PROGRESS', '267'],
		]);
		const { method, path, query, headers, status } = requestsTo(COUNT).at(-1)!;
		assert.deepEqual(
			{ method, path, query: { ...query }, status },
			{ method: 'GET', path: COUNT, query: { group_bys: 'status', limit: '50' }, status: 200 },
		);
		assert.match(String(headers.authorization), /^Bearer [\da-f]{64}$/);
		assert.deepEqual(
			[headers['dd-api-key'], headers['dd-application-key']],
			[undefined, undefined],
		);
		[, , workflowId] = new URL(page.url()).pathname.split('/');
	});

	visit('a token that has run out is renewed once, and the new one is kept', async () => {
		datadog.oauth.expire(lastToken());
		const asked = await during(async () => assert.deepEqual(itemsOf(await run()), ITEMS));
		const renewals = asked.filter(({ path }) => path === TOKEN);
		const { refresh_token: refreshToken, ...fixed } = fieldsOf(renewals[0]);
		assert.equal(renewals.length, 1);
		assert.deepEqual(fixed, { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT_ID });
		assert.match(refreshToken, ISSUED);

		const again = await during(async () => assert.deepEqual(itemsOf(await run()), ITEMS));
		assert.deepEqual(linesOf(again), ['GET /api/v2/cases/count 200']);
	});

	visit('a token that has run out is renewed once for forty items', async () => {
		const { id } = await n8n.saveWorkflow(workflowFor(40));
		datadog.oauth.expire(lastToken());
		const asked = await during(async () => {
			const items = itemsOf(await run(id));
			assert.deepEqual(
				items.map(({ count }) => count),
				Array(40).fill(63),
			);
		});
		assert.deepEqual(
			linesOf(asked).filter((line) => !line.endsWith(' 401')),
			['POST /oauth2/v1/token 200', ...Array(40).fill('GET /api/v2/cases/count 200')].sort(),
		);
	});

	visit('a workflow from before OAuth2 runs as it did', async () => {
		const { id } = await n8n.saveWorkflow(workflowFor(1, false));
		const asked = await during(async () => {
			assert.deepEqual(itemsOf(await run(id)), [{ count: 63 }]);
		});
		const [{ headers }, ...others] = asked;
		const names = ['dd-api-key', 'dd-application-key', 'authorization'];
		assert.deepEqual(others, []);
		assert.deepEqual(
			names.map((name) => headers[name]),
			[API_KEY, APPLICATION_KEY, undefined],
		);
	});

	visit('a revoked token stops the run, which says to connect again', async () => {
		datadog.oauth.revokeGrant(lastToken());
		const asked = await during(async () => assert.deepEqual(refusalOf(await run()), CONNECT_AGAIN));
		assert.deepEqual(
			linesOf(asked).filter((line) => !line.endsWith(' 401')),
			['POST /oauth2/v1/token 400'],
		);
	});

	visit('connected again with the button, it runs', async () => {
		await openForm();
		await allow(await askDatadog('oauth-switch-account-button'));
		await connected().waitFor();
		assert.deepEqual(itemsOf(await run()), ITEMS);
	});

	visit('a client with a secret sends it in the body', async () => {
		await enter(form(), 'clientId', CONFIDENTIAL_CLIENT_ID);
		await enter(form(), 'clientSecret', CLIENT_SECRET);
		await save();
		await unconnected().waitFor();
		await allow(await askDatadog('quick-connect-button'));
		await connected().waitFor();
		const { code, code_verifier: verifier, ...fixed } = fieldsOf(tokenRequests().at(-1));
		assert.deepEqual(fixed, {
			grant_type: 'authorization_code',
			client_id: CONFIDENTIAL_CLIENT_ID,
			client_secret: CLIENT_SECRET,
			redirect_uri: `${n8n.url}/rest/oauth2-credential/callback`,
		});
		assert.deepEqual(itemsOf(await run()), ITEMS);

		datadog.oauth.expire(lastToken());
		assert.deepEqual(itemsOf(await run()), ITEMS);
		const { refresh_token: refreshToken, ...renewal } = fieldsOf(tokenRequests().at(-1));
		assert.deepEqual(renewal, {
			grant_type: 'refresh_token',
			client_id: CONFIDENTIAL_CLIENT_ID,
			client_secret: CLIENT_SECRET,
		});
	});

	visit('the trigger polls with a token that it has renewed', async () => {
		const { id } = await n8n.saveWorkflow(TRIGGERED);
		const path = `/rest/workflows/${id}`;
		const { versionId } = await n8n.request<{ versionId: string }>('GET', path);
		const polls = () =>
			requestsTo(COUNT).filter(
				({ query, status }) => query.query_filter === 'service:polled' && status === 200,
			).length;
		await n8n.request('POST', `${path}/activate`, { versionId });
		await until(() => polls() > 0, 'a poll');

		const renewals = tokenRequests().length;
		datadog.openCases(3, { service: 'polled' });
		datadog.oauth.expire(lastToken());
		const fired = async () => {
			const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
			const { results } = await n8n.request<{ results: Array<{ id: string }> }>(
				'GET',
				`/rest/executions?filter=${filter}`,
			);
			return Promise.all(results.map((execution) => n8n.endOf(execution.id)));
		};
		await until(async () => (await fired()).length > 0, 'a crossing');
		await n8n.request('POST', `${path}/deactivate`);

		const executions = await fired();
		assert.deepEqual(
			executions.map((execution) => itemsOf(execution, TRIGGER).map(({ count }) => count)),
			[[3]],
		);
		assert.deepEqual(
			tokenRequests()
				.slice(renewals)
				.map(({ status }) => status),
			[200],
		);
	});

	visit('a person who denies leaves it unconnected, and n8n says what came back', async () => {
		await form().getByTestId('oauth-disconnect-button').click();
		const asked = page.locator('.el-message-box');
		await asked.getByRole('button', { name: 'Disconnect' }).click();
		await unconnected().waitFor();
		const popup = await askDatadog('quick-connect-button');
		await popup.getByRole('button', { name: 'Deny' }).click();
		await popup.getByText('Failed to connect. The window can be closed now.').waitFor();
		await popup.getByText('More details').click();
		await popup.getByText('"error":"access_denied"').waitFor();
		await popup.close();
		await unconnected().waitFor();
		assert.deepEqual(refusalOf(await run()), NOT_CONNECTED);
	});

	visit('an answer with a state that is not of this attempt leaves it unconnected', async () => {
		const popup = await askDatadog('quick-connect-button');
		const answer = await fetch(popup.url(), {
			method: 'POST',
			redirect: 'manual',
			body: new URLSearchParams({ allowed: 'true', granted: 'cases_read' }),
		});
		const back = new URL(answer.headers.get('location')!);
		const exchanges = tokenRequests().length;
		for (const state of [requestsTo(AUTHORIZE)[0].query.state, btoa('{"token":"made-up"}')]) {
			back.searchParams.set('state', state);
			await popup.goto(back.href);
			await popup.getByText('Error: The OAuth callback state is invalid!').waitFor();
		}
		await popup.close();
		assert.equal(tokenRequests().length, exchanges);
		await unconnected().waitFor();
		assert.deepEqual(refusalOf(await run()), NOT_CONNECTED);
	});

	visit(
		'a person who does not grant cases_read gets Datadog’s 403 and what to change',
		async () => {
			const popup = await askDatadog('quick-connect-button');
			await popup.getByLabel('cases_read').uncheck();
			await allow(popup);
			await connected().waitFor();
			const asked = await during(async () =>
				assert.deepEqual(refusalOf(await run()), NOT_PERMITTED),
			);
			assert.deepEqual(linesOf(asked), ['GET /api/v2/cases/count 403']);
			await closeForm();
			await closePanel();
		},
	);

	visit('the addresses are those of the site', async () => {
		for (const [site, address] of [
			['datadoghq.com', 'https://app.datadoghq.com/oauth2/v1/authorize'],
			['us3.datadoghq.com', 'https://app.us3.datadoghq.com/oauth2/v1/authorize'],
			['datadoghq.eu', 'https://app.datadoghq.eu/oauth2/v1/authorize'],
			['ddog-gov.com', 'https://app.ddog-gov.com/oauth2/v1/authorize'],
		]) {
			const { id } = await n8n.saveCredential({
				name: site,
				type: 'datadogCasesOAuth2Api',
				data: { site, clientId: PUBLIC_CLIENT_ID },
			});
			const page = await n8n.request<string>('GET', `/rest/oauth2-credential/auth?id=${id}`);
			assert.equal(page.split('?')[0], address);
		}
	});

	visit('no token, code, verifier or secret stands in the log or the database of n8n', async () => {
		const secrets = datadog.requests.flatMap(({ headers, body }) => {
			const { code, code_verifier, refresh_token, client_secret } = Object(body) as IDataObject;
			const bearer = headers.authorization?.split(' ')[1];
			return [bearer, code, code_verifier, refresh_token, client_secret];
		});
		const different = [...new Set(secrets)].filter((secret) => secret !== undefined);
		assert.ok(different.length > 15, `${different.length} secrets`);
		for (const secret of different) {
			assert.deepEqual(await tracesOf(String(secret), 'oauth'), []);
		}
	});
});

/** Counts the cases with P1 once for each of so many items, by equal queries that are told apart by their spaces. */
function workflowFor(items: number, isOAuth2 = true): Workflow {
	const jsCode = `return Array.from({ length: ${items} }, (_, i) => ({ json: { query: 'priority:P1' + ' '.repeat(i) } }));`;
	const to = (node: string) => [{ node, type: 'main' as const, index: 0 }];
	return {
		name: isOAuth2 ? 'Many' : 'From before OAuth2',
		nodes: [
			workflowNode('Start', 'n8n-nodes-base.manualTrigger', 1, {}),
			workflowNode('Make Items', 'n8n-nodes-base.code', 2, { jsCode }),
			{
				...workflowNode(CASES, 'n8n-nodes-datadog-cases.datadogCases', 1, {
					...(isOAuth2 && { authentication: 'oAuth2' }),
					query: '={{ $json.query }}',
					groupBy: [],
				}),
				credentials: isOAuth2
					? { datadogCasesOAuth2Api: { id: null, name: CREDENTIAL } }
					: { datadogCasesApi: { id: null, name: 'Datadog Cases account' } },
			},
		],
		connections: {
			Start: { main: [to('Make Items')] },
			'Make Items': { main: [to(CASES)] },
		},
		settings: { executionOrder: 'v1' },
	};
}

const TRIGGERED: Workflow = {
	name: 'Triggered',
	nodes: [
		{
			...workflowNode(TRIGGER, 'n8n-nodes-datadog-cases.datadogCasesTrigger', 1, {
				pollTimes: { item: OFTEN },
				authentication: 'oAuth2',
				query: 'service:polled',
				groupBy: [],
				threshold: 2,
			}),
			credentials: { datadogCasesOAuth2Api: { id: null, name: CREDENTIAL } },
		},
	],
	connections: {},
	settings: { executionOrder: 'v1' },
};

/** Of the form that a request has sent. */
const fieldsOf = (request: SeenRequest | undefined) => request!.body as Record<string, string>;

const linesOf = (requests: SeenRequest[]): string[] =>
	requests.map(({ method, path, status }) => `${method} ${path} ${status}`).sort();

const itemsOf = ({ data }: Execution, node = CASES): IDataObject[] =>
	(data.resultData.runData[node][0].data?.main[0] ?? []).map(({ json }) => json);

function refusalOf({ data }: Execution) {
	const { message, description, httpCode } = data.resultData.error as NodeApiError;
	return { message, description, httpCode };
}
