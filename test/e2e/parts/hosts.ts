import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ICredentialDataDecryptedObject, IDataObject, NodeApiError } from 'n8n-workflow';
import { connectionTo, keysFor } from '../../support/account';
import { API_KEY, APPLICATION_KEY } from '../../datadog/accounts';
import type { LocalDatadog } from '../../datadog/server';
import type { Execution, N8n, Workflow } from '../n8n/instance';
import { casesCredential, setStage, type Stage } from '../n8n/stage';
import { workflowNode } from '../n8n/workflowNode';

const COUNT = '/api/v2/cases/count?group_bys=status';
const KEYS = [API_KEY, APPLICATION_KEY];
const NAMED_HOST = 'The credential only works for its own host';
const OAUTH2 = 'datadogCasesOAuth2Api';

describe('Keys and tokens stay at the host of their credential', () => {
	let stage: Stage;
	let n8n: N8n;
	let datadog: LocalDatadog;
	/** A host that somebody would like to have the keys at, and what reached it. */
	let other: Server;
	let port: number;
	let stolen: IncomingHttpHeaders[];

	before(async () => {
		stage = await setStage('hosts', { env: { N8N_SKIP_AUTH_ON_OAUTH_CALLBACK: 'true' } });
		({ n8n, datadog } = stage);
		other = createServer(({ headers }, response) => {
			stolen.push(headers);
			response.setHeader('content-type', 'application/json').end('{"other":true}');
		});
		other.listen(0, '127.0.0.1');
		await once(other, 'listening');
		({ port } = other.address() as AddressInfo);
	});
	beforeEach(async () => {
		stolen = [];
		datadog.reset();
		await n8n.saveCredential(casesCredential(keysFor(datadog.url)));
	});
	after(async () => {
		other?.close();
		await stage?.close();
	});

	const run = async (workflow: Workflow) => {
		const { id } = await n8n.saveWorkflow(workflow);
		return n8n.run(id, 'Start');
	};
	/** n8n's HTTP Request node with a credential of ours. */
	const request = (url: string, options: object = {}, type = 'datadogCasesApi') =>
		run(
			workflowWith('n8n-nodes-base.httpRequest', 4.2, type, {
				url,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: type,
				options,
			}),
		);
	const redirectTo = (location: string) =>
		datadog.control({ faults: [{ status: 302, headers: { location }, body: '' }] });
	const keysSeen = () =>
		datadog.requests.map(({ headers }) => [headers['dd-api-key'], headers['dd-application-key']]);

	describe("n8n's HTTP Request node with the credential", () => {
		test('gets an answer from its host', async () => {
			const [{ data }] = itemsOf(await request(datadog.url + COUNT)) as Array<{ data: string }>;
			assert.match(data, /group_values/);
			assert.deepEqual(keysSeen(), [KEYS]);
		});

		for (const [name, url] of [
			['another port', () => `http://127.0.0.1:${port}/`],
			['another name of the machine', () => `http://localhost:${new URL(datadog.url).port}/`],
		] as const) {
			test(`sends nothing to ${name}, and says so`, async () => {
				const { message, description } = errorOf(await request(url()));
				assert.equal(message, NAMED_HOST);
				assert.match(description!, /^Its keys weren't sent\. /);
				assert.deepEqual([stolen, datadog.requests], [[], []]);
			});
		}

		test('takes no key along on a redirect', async () => {
			redirectTo(`http://127.0.0.1:${port}/`);
			const { message } = errorOf(await request(datadog.url + COUNT));
			assert.match(message, /302/);
			assert.deepEqual([stolen, keysSeen()], [[], [KEYS]]);
		});

		test('reaches the hosts that the credential lists, and no other by a redirect', async () => {
			const listed = { allowedHttpRequestDomains: 'domains', allowedDomains: 'localhost' };
			await n8n.saveCredential(casesCredential({ ...keysFor(datadog.url), ...listed }));
			assert.deepEqual(itemsOf(await request(`http://localhost:${port}/`)), [{ other: true }]);
			assert.deepEqual(
				stolen.map((headers) => headers['dd-api-key']),
				[API_KEY],
			);

			const unlisted = errorOf(await request(`http://127.0.0.1:${port}/`));
			assert.equal(unlisted.message, NAMED_HOST);
			redirectTo(`http://127.0.0.1:${port}/`);
			const local = datadog.url.replace('127.0.0.1', 'localhost');
			const { message } = errorOf(await request(local + COUNT));
			assert.match(message, /Domain not allowed/);
			assert.equal(stolen.length, 1);
			assert.deepEqual(keysSeen(), [KEYS]);

			const counted = workflowWith('n8n-nodes-datadog-cases.datadogCases', 1, 'datadogCasesApi', {
				groupBy: [],
			});
			assert.deepEqual(itemsOf(await run(counted)), [{ count: 1117 }]);
		});
	});

	describe('A connected OAuth2 credential', () => {
		const save = (changes: object) => {
			const { oauthTokenData: _, ...data } = connectionTo(datadog.url, {});
			return n8n.saveCredential({
				name: 'Connected',
				type: OAUTH2,
				data: { ...data, ...changes } as ICredentialDataDecryptedObject,
			});
		};
		/** What n8n's button and the person at Datadog's page do. */
		const connect = async (id: string) => {
			const page = await n8n.request<string>('GET', `/rest/oauth2-credential/auth?id=${id}`);
			const answer = await fetch(page, {
				method: 'POST',
				redirect: 'manual',
				body: new URLSearchParams({ allowed: 'true', granted: 'cases_read' }),
			});
			const back = await fetch(answer.headers.get('location')!);
			assert.match(await back.text(), /success/i);
		};
		const count = () =>
			run(
				workflowWith('n8n-nodes-datadog-cases.datadogCases', 1, OAUTH2, {
					authentication: 'oAuth2',
					groupBy: [],
				}),
			);

		test('is refused at another site until it is connected again', async () => {
			const { id } = await save({});
			await connect(id);
			assert.deepEqual(itemsOf(await count()), [{ count: 1117 }]);

			datadog.reset();
			const elsewhere = `http://localhost:${port}`;
			for (const changes of [
				{ baseUrl: elsewhere },
				{ site: 'datadoghq.eu' },
				{ site: 'datadoghq.com' },
			]) {
				await save(changes);
				const { message, description } = errorOf(await count());
				assert.equal(message, 'The credential is connected to another site');
				assert.match(description!, /Reconnect the credential/);
			}
			assert.deepEqual([stolen, datadog.requests], [[], []]);

			await save({});
			await connect(id);
			assert.deepEqual(itemsOf(await count()), [{ count: 1117 }]);
		});

		test("is not for n8n's HTTP Request node", async () => {
			await connect((await save({})).id);
			const before = datadog.requests.length;
			for (const url of [datadog.url, `http://127.0.0.1:${port}/`]) {
				const { message } = errorOf(await request(url, {}, OAUTH2));
				assert.match(message, /configured to prevent use within an HTTP Request/);
			}
			assert.deepEqual([stolen, datadog.requests.slice(before)], [[], []]);
		});

		for (const address of [
			'http://gateway.example.com/authorize',
			'javascript:alert(1)',
			`https://gateway.example.com/${'x'.repeat(2_000)}`,
		]) {
			test(`opens no page at ${address.slice(0, 40)}`, async () => {
				for (const field of ['authorizationUrl', 'tokenUrl', 'baseUrl']) {
					const { id } = await save({ [field]: address });
					await assert.rejects(
						n8n.request('GET', `/rest/oauth2-credential/auth?id=${id}`),
						/with 400: .*OAuth url is not a valid URL\./,
					);
				}
			});
		}
	});
});

/** A node with a credential of ours, run by hand. */
function workflowWith(
	nodeType: string,
	version: number,
	credentialType: string,
	parameters: object,
): Workflow {
	const name = credentialType === OAUTH2 ? 'Connected' : 'Datadog Cases account';
	return {
		name: 'Hosts',
		nodes: [
			workflowNode('Start', 'n8n-nodes-base.manualTrigger', 1, {}),
			{
				...workflowNode('Asked', nodeType, version, parameters),
				credentials: { [credentialType]: { id: null, name } },
			},
		],
		connections: { Start: { main: [[{ node: 'Asked', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

const itemsOf = ({ data }: Execution): IDataObject[] => {
	assert.equal(data.resultData.error?.message, undefined);
	return data.resultData.runData.Asked[0].data!.main[0]!.map(({ json }) => json);
};

/** n8n keeps the members of an error, not its class. */
const errorOf = ({ data }: Execution) => data.resultData.error as NodeApiError;
