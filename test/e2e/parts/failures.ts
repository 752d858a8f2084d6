import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test, type TestContext } from 'node:test';
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	NodeApiError,
} from 'n8n-workflow';
import { keysFor } from '../../support/account';
import { API_KEY, APPLICATION_KEY } from '../../datadog/accounts';
import { generateCases } from '../../datadog/cases';
import { type LocalDatadog, type SeenRequest, startDatadog } from '../../datadog/server';
import { WORK } from '../n8n/app';
import type { Execution, Workflow } from '../n8n/instance';
import { casesCredential, setStage, type Stage } from '../n8n/stage';
import { tracesOf } from '../n8n/traces';
import { until } from '../../support/until';
import { residentMegabytes, watchResponses } from '../n8n/watch';
import { workflowNode } from '../n8n/workflowNode';

/** Two are answered; between them Datadog refuses one, and one is refused before it is sent: it has no query. */
const ANSWERED = { id: 'answered', query: 'service:billing priority:P1' };
const REFUSED = { id: 'refused', query: 'status:open AND' };
const UNSENT = { id: 'unsent' };
const ALSO_ANSWERED = { id: 'also answered', query: 'project:PAY status:open' };

const REFUSAL = {
	error: 'Datadog rejected the request',
	details: {
		httpCode: '400',
		description: `Datadog's message: "Bad Request: "AND" must stand between two terms". Check the syntax of 'Query' and the field names in 'Group By'. To test the query, paste it into the search bar of Datadog's case list.`,
	},
};
const UNSENT_REFUSAL = {
	error: "'Query' must be text, or an empty string to leave it out [item 2]",
	details: {
		field: 'Query',
		description: "Check the value or expression in 'Query'. The node received nothing.",
	},
};

/** Each asks for its own case by key, grouped by key, so that an answer names the item that it belongs to. */
const CASE_KEYS = generateCases()
	.filter(({ attributes }) => !attributes.archived_at)
	.slice(0, 200)
	.map(({ attributes }) => attributes.key);
const CASE_ITEMS = CASE_KEYS.map((key) => ({ id: key, query: `key:${key}` }));

describe('Failure in a workflow', () => {
	let stage: Stage;
	before(async () => {
		stage = await setStage('failures', { env: { N8N_LOG_LEVEL: 'debug' } });
	});
	beforeEach(() => stage.datadog.reset());
	after(() => stage?.close());

	async function begin(workflow: Workflow): Promise<string> {
		const { id } = await stage.n8n.saveWorkflow(workflow);
		return stage.n8n.begin(id, 'Start');
	}
	async function run(workflow: Workflow): Promise<Execution> {
		return stage.n8n.endOf(await begin(workflow));
	}
	const asked = () => queriesOf(stage.datadog.requests);

	describe('On Error', () => {
		test('stops the workflow at the item that Datadog refuses', async () => {
			const execution = await run(workflowFor([ANSWERED, REFUSED, ALSO_ANSWERED]));
			assert.equal(execution.status, 'error');
			const { name, message, description, context, httpCode } = errorOf(execution);
			assert.equal(name, 'NodeApiError');
			assert.equal(message, REFUSAL.error);
			assert.equal(description, REFUSAL.details.description);
			assert.deepEqual(context, { itemIndex: 1 });
			assert.equal(httpCode, '400');
			assert.deepEqual(nodesRun(execution), ['Start', 'Make Items', 'Datadog Cases']);
		});

		test('stops the workflow before anything is sent, when a parameter of an item cannot be used', async () => {
			const execution = await run(workflowFor([ANSWERED, REFUSED, UNSENT, ALSO_ANSWERED]));
			assert.equal(execution.status, 'error');
			const { name, message, description, context } = errorOf(execution);
			assert.equal(name, 'NodeOperationError');
			assert.equal(message, UNSENT_REFUSAL.error);
			assert.equal(description, UNSENT_REFUSAL.details.description);
			assert.deepEqual(context, { itemIndex: 2 });
			assert.deepEqual(nodesRun(execution), ['Start', 'Make Items', 'Datadog Cases']);
			assert.deepEqual(asked(), []);
		});

		test('goes on with an item that says why, in the place of the refused one', async () => {
			const execution = await run(
				workflowFor([ANSWERED, REFUSED, UNSENT, ALSO_ANSWERED], {
					onError: 'continueRegularOutput',
				}),
			);
			assert.equal(execution.status, 'success');
			assert.deepEqual(outputOf(execution, 'Datadog Cases'), [
				[
					item({ groupBy: 'status', value: 'CLOSED', count: 3 }, 0),
					item({ groupBy: 'status', value: 'IN_PROGRESS', count: 2 }, 0),
					item(REFUSAL, 1),
					item(UNSENT_REFUSAL, 2),
					item({ groupBy: 'status', value: 'OPEN', count: 90 }, 3),
				],
			]);
			assert.deepEqual(outputOf(execution, 'Success'), [
				[
					item({ groupBy: 'status', value: 'CLOSED', count: 3, from: 'answered' }, 0),
					item({ groupBy: 'status', value: 'IN_PROGRESS', count: 2, from: 'answered' }, 1),
					item({ ...REFUSAL, from: 'refused' }, 2),
					item({ ...UNSENT_REFUSAL, from: 'unsent' }, 3),
					item({ groupBy: 'status', value: 'OPEN', count: 90, from: 'also answered' }, 4),
				],
			]);
			assert.deepEqual(asked(), [ANSWERED.query, REFUSED.query, ALSO_ANSWERED.query]);
		});

		test('sends the refused items to the error output, with their own fields', async () => {
			const execution = await run(
				workflowFor([ANSWERED, REFUSED, UNSENT, ALSO_ANSWERED], { onError: 'continueErrorOutput' }),
			);
			assert.equal(execution.status, 'success');
			assert.deepEqual(outputOf(execution, 'Datadog Cases'), [
				[
					item({ groupBy: 'status', value: 'CLOSED', count: 3 }, 0),
					item({ groupBy: 'status', value: 'IN_PROGRESS', count: 2 }, 0),
					item({ groupBy: 'status', value: 'OPEN', count: 90 }, 3),
				],
				[item({ ...REFUSED, ...REFUSAL }, 1), item({ ...UNSENT, ...UNSENT_REFUSAL }, 2)],
			]);
			assert.deepEqual(outputOf(execution, 'Success'), [
				[
					item({ groupBy: 'status', value: 'CLOSED', count: 3, from: 'answered' }, 0),
					item({ groupBy: 'status', value: 'IN_PROGRESS', count: 2, from: 'answered' }, 1),
					item({ groupBy: 'status', value: 'OPEN', count: 90, from: 'also answered' }, 2),
				],
			]);
			assert.deepEqual(outputOf(execution, 'Error'), [
				[
					item({ ...REFUSED, ...REFUSAL, from: 'refused' }, 0),
					item({ ...UNSENT, ...UNSENT_REFUSAL, from: 'unsent' }, 1),
				],
			]);
		});
	});

	describe('Retry On Fail', () => {
		const retried = { retryOnFail: true, maxTries: 4, waitBetweenTries: 1 };
		const once = { options: { maxRetries: 0 } };

		test('runs the node again, and its second try succeeds', async () => {
			stage.datadog.control({ faults: ['closed'] });
			const execution = await run(workflowFor([ANSWERED], retried, once));
			assert.equal(execution.status, 'success');
			assert.deepEqual(outputOf(execution, 'Success'), [
				[
					item({ groupBy: 'status', value: 'CLOSED', count: 3, from: 'answered' }, 0),
					item({ groupBy: 'status', value: 'IN_PROGRESS', count: 2, from: 'answered' }, 1),
				],
			]);
			assert.deepEqual(statuses(stage.datadog), [0, 200]);
		});

		test('ends after as many tries as it was told', async () => {
			stage.datadog.control({ faults: [{ status: 503, times: Infinity }] });
			const execution = await run(workflowFor([ANSWERED], retried, once));
			assert.equal(execution.status, 'error');
			assert.equal(errorOf(execution).message, "Datadog couldn't process the request");
			assert.deepEqual(nodesRun(execution), ['Start', 'Make Items', 'Datadog Cases']);
			assert.deepEqual(statuses(stage.datadog), [503, 503, 503, 503]);
		});

		test('also works where the workflow continues: n8n reads that the first item was refused', async () => {
			stage.datadog.control({ faults: [{ status: 503, times: 2 }] });
			const execution = await run(
				workflowFor([ANSWERED], { ...retried, onError: 'continueErrorOutput' }, once),
			);
			assert.equal(execution.status, 'success');
			assert.deepEqual(outputOf(execution, 'Datadog Cases'), [
				[
					item({ groupBy: 'status', value: 'CLOSED', count: 3 }, 0),
					item({ groupBy: 'status', value: 'IN_PROGRESS', count: 2 }, 0),
				],
				[],
			]);
			assert.deepEqual(statuses(stage.datadog), [503, 503, 200]);
		});
	});

	describe('A stopped execution', () => {
		const usedUp = (seconds: number) => ({
			times: Infinity,
			headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(seconds) },
		});
		/** Stops the execution while its second item waits. Resolves when the node has ended, with how long it took. */
		async function stopWaiting(settings: Partial<INode>): Promise<number> {
			const id = await begin(workflowFor([ANSWERED, ALSO_ANSWERED], settings));
			await until(() => stage.datadog.requests[0]?.status === 200, 'the first answer');
			const ended = (await endsOfNode()) + 1;
			const stopped = Date.now();
			await stage.n8n.request('POST', `/rest/executions/${id}/stop`);
			await until(async () => (await endsOfNode()) >= ended, 'the end of the node');
			const ms = Date.now() - stopped;
			assert.equal((await stage.n8n.endOf(id)).status, 'canceled');
			return ms;
		}
		/** n8n calls an execution canceled whatever its node does; that the node has ended stands in the log only. */
		async function endsOfNode(): Promise<number> {
			const log = await readFile(join(WORK, 'failures.log'), 'utf8');
			return log.split('Running node "Datadog Cases" finished').length - 1;
		}

		test('ends within a second while the node waits for the rate limit', async () => {
			stage.datadog.control({ faults: [usedUp(50)] });
			const ms = await stopWaiting({});
			assert.ok(ms < 1_000, `It took ${ms} ms.`);
			assert.deepEqual(asked(), [ANSWERED.query]);
		});

		for (const settings of [{}, { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 }]) {
			test(`sends nothing any more, ${settings.retryOnFail ? 'also with Retry On Fail' : 'not even after the reset'}`, async () => {
				stage.datadog.control({ faults: [usedUp(2)] });
				await stopWaiting(settings);
				// The next execution waits for a reset itself, so it ends after that of the stopped one.
				const next = await run(
					workflowFor([REFUSED, ALSO_ANSWERED], { onError: 'continueErrorOutput' }),
				);
				assert.equal(next.status, 'success');
				assert.deepEqual(asked(), [ANSWERED.query, REFUSED.query, ALSO_ANSWERED.query]);
			});
		}
	});

	describe('Datadog goes away in the middle of 200 items', () => {
		const goesAway = { faults: [{ times: 100 }, { close: true as const, times: Infinity }] };
		const byKey = (maxRetries: number) => ({
			groupBy: [],
			customGroupBy: 'key',
			options: { maxRetries },
		});

		test('stops: nothing comes out, and the rest is not asked', async () => {
			stage.datadog.control(goesAway);
			const execution = await run(workflowFor(CASE_ITEMS, {}, byKey(0)));
			assert.equal(execution.status, 'error');
			const { message, context } = errorOf(execution);
			assert.equal(message, 'The connection to Datadog was lost');
			// 100 are answered, 25 are under way, and a few may leave before the first refusal is read.
			const { length } = stage.datadog.requests;
			assert.ok(length < 150, `${length} requests`);
			const { query } = CASE_ITEMS[Number(context.itemIndex)];
			assert.deepEqual(
				stage.datadog.requests
					.filter((request) => request.query.query_filter === query)
					.map(({ status }) => status),
				[0],
			);
			assert.deepEqual(nodesRun(execution), ['Start', 'Make Items', 'Datadog Cases']);
		});

		test('continues: 100 answers and 100 refusals in one branch, in the order of the items', async () => {
			stage.datadog.control(goesAway);
			const execution = await run(
				workflowFor(CASE_ITEMS, { onError: 'continueRegularOutput' }, byKey(0)),
			);
			const [branch] = outputOf(execution, 'Success');
			assert.deepEqual(
				branch.map(({ json }) => json.from),
				CASE_KEYS,
			);
			const answered = branch.filter(({ json }) => json.error === undefined);
			const refused = branch.filter(({ json }) => json.error !== undefined);
			assert.equal(answered.length, 100);
			assertAnswered(answered);
			for (const { json } of refused) assertLost(json, {}, asked());
			assertSendingEnded(stage.datadog.requests);
		});

		test('continues with the error output: 100 in each branch, each item in one of them', async () => {
			stage.datadog.control(goesAway);
			const execution = await run(
				workflowFor(CASE_ITEMS, { onError: 'continueErrorOutput' }, byKey(0)),
			);
			const [answered, refused] = branchesOf(execution);
			assert.equal(answered.length, 100);
			assert.equal(refused.length, 100);
			assertAnswered(answered);
			for (const { json } of refused) {
				const { from } = json;
				assertLost(json, { id: from, query: `key:${String(from)}` }, asked());
			}
			assertEachOnce(answered, refused);
			assertSendingEnded(stage.datadog.requests);
		});

		test('comes back within the retries: all 200 are answered, the lost ones asked a second time', async () => {
			// The delay lets 25 be under way before the first is lost, so at most two of the 28 are probes.
			stage.datadog.control({
				faults: [{ times: 100 }, { close: true, delayMs: 500, times: 28 }],
			});
			const execution = await run(
				workflowFor(CASE_ITEMS, { onError: 'continueErrorOutput' }, byKey(3)),
			);
			const [answered, refused] = branchesOf(execution);
			assert.deepEqual(refused, []);
			assertAnswered(answered);
			assertEachOnce(answered, refused);
			assert.equal(stage.datadog.requests.length, 228);
			const lost = stage.datadog.requests.filter(({ status }) => status === 0);
			assert.deepEqual(repeated(asked()), queriesOf(lost).sort());
		});

		describe('for real: its process closes its port', () => {
			/** Runs the items against a Datadog of their own, and calls `meanwhile` when it has seen 60 requests. */
			async function runAndClose(
				t: TestContext,
				maxRetries: number,
				comeBack: (port: number) => Promise<LocalDatadog | undefined>,
			) {
				const first = await startDatadog();
				t.after(() => first.close());
				first.control({ latencyMs: 100 });
				const credential = { ...casesCredential(keysFor(first.url)), name: 'Datadog that closes' };
				await stage.n8n.saveCredential(credential);
				const id = await begin(
					workflowFor(
						CASE_ITEMS,
						{
							onError: 'continueErrorOutput',
							credentials: { datadogCasesApi: { id: null, name: credential.name } },
						},
						byKey(maxRetries),
					),
				);
				await until(() => first.requests.length >= 60, '60 requests');
				await first.close();
				const second = await comeBack(Number(new URL(first.url).port));
				t.after(() => second?.close());
				const execution = await stage.n8n.endOf(id);
				const [answered, refused] = branchesOf(execution);
				return { answered, refused, first: first.requests, second: second?.requests ?? [] };
			}

			test('and stays away: each item is answered or refused', async (t) => {
				const { answered, refused, first } = await runAndClose(t, 0, async () => undefined);
				assertAnswered(answered);
				assertEachOnce(answered, refused);
				assert.ok(answered.length > 0 && refused.length > 0);
				const answers = first.filter(({ status }) => status === 200);
				const got = answered.map(({ json }) => `key:${String(json.from)}`);
				assert.deepEqual(
					got.filter((query) => !queriesOf(answers).includes(query)),
					[],
				);
				assert.deepEqual(repeated(queriesOf(first)), []);
				assert.deepEqual([...new Set(refused.map(({ json }) => json.error))].sort(), [
					"Datadog's host refused the connection",
					'The connection to Datadog was lost',
				]);
			});

			test('and comes back within the retries: all 200 are answered', async (t) => {
				const { answered, refused, first, second } = await runAndClose(t, 3, (port) =>
					startDatadog({ port }),
				);
				assert.deepEqual(refused, []);
				assertAnswered(answered);
				assertEachOnce(answered, refused);
				assert.deepEqual(repeated(queriesOf(second)), []);
				assert.ok(first.length >= 60 && first.length + second.length <= 225);
			});
		});
	});

	describe('An outage with 2,000 items', () => {
		const ITEMS = Array.from({ length: 2_000 }, (_, i) => ({ id: i, query: `-case${i}` }));

		/** A port that nobody listens at. */
		async function freePort(): Promise<number> {
			const { url, close } = await startDatadog();
			await close();
			return Number(new URL(url).port);
		}

		/** Runs the items against that port and watches how n8n bears it. */
		async function runWatched(t: TestContext, port: number) {
			const name = `Datadog at port ${port}`;
			await stage.n8n.saveCredential({
				...casesCredential(keysFor(`http://127.0.0.1:${port}`)),
				name,
			});
			const before = await residentMegabytes(stage.n8n.pid);
			const id = await begin(
				withNothingBehind(
					workflowFor(ITEMS, {
						onError: 'continueErrorOutput',
						credentials: { datadogCasesApi: { id: null, name } },
					}),
				),
			);
			const watch = watchResponses(stage.n8n.url);
			const execution = await stage.n8n.endOf(id);
			const slowestMs = await watch.end();
			const grown = (await residentMegabytes(stage.n8n.pid)) - before;
			const seconds = execution.data.resultData.runData['Datadog Cases'][0].executionTime / 1_000;
			t.diagnostic(
				`The node took ${seconds} s; n8n answered within ${slowestMs} ms at all times; its memory grew by ${grown} MB`,
			);
			assert.ok(slowestMs < 1_000, `n8n took ${slowestMs} ms to answer`);
			return { branches: outputOf(execution, 'Datadog Cases'), seconds };
		}

		test('ends each item with the reason when Datadog stays away, within 30 seconds', async (t) => {
			const { branches, seconds } = await runWatched(t, await freePort());
			const [answered, refused] = branches;
			assert.deepEqual(answered, []);
			assert.deepEqual(
				refused.map(({ json }) => [json.id, json.error]),
				ITEMS.map(({ id }) => [id, "Datadog's host refused the connection"]),
			);
			assert.ok(seconds < 30, `took ${seconds} s`);
		});

		test('answers each item when Datadog comes back after two seconds', async (t) => {
			const port = await freePort();
			const back = new Promise<LocalDatadog>((resolve, reject) => {
				setTimeout(() => startDatadog({ port }).then(resolve, reject), 2_000);
			});
			t.after(async () => await (await back).close());
			const { branches } = await runWatched(t, port);
			const [answered, refused] = branches;
			assert.deepEqual(refused, []);
			assert.deepEqual(
				[...new Set(answered.map(pairedIndexOf))],
				ITEMS.map(({ id }) => id),
			);
			assert.deepEqual(
				queriesOf((await back).requests).sort(),
				ITEMS.map(({ query }) => query).sort(),
			);
		});
	});

	test('has left no key in what n8n wrote: log, executions, items', async () => {
		assert.notDeepEqual(await tracesOf(`key:${CASE_KEYS[0]}`, 'failures'), []);
		assert.deepEqual(await tracesOf(API_KEY, 'failures'), []);
		assert.deepEqual(await tracesOf(APPLICATION_KEY, 'failures'), []);
	});
});

/** Items, the node, and behind each of its outputs one that adds which item `.item` leads back to. */
function workflowFor(
	items: object[],
	settings: Partial<INode> = {},
	parameters: INodeParameters = {},
): Workflow {
	const from = {
		id: 'from',
		name: 'from',
		type: 'string',
		value: "={{ $('Make Items').item.json.id }}",
	};
	const addOrigin = { includeOtherFields: true, assignments: { assignments: [from] } };
	const jsCode = `return ${JSON.stringify(items.map((json) => ({ json })))};`;
	const to = (name: string) => [{ node: name, type: 'main' as const, index: 0 }];
	return {
		name: 'Failure',
		nodes: [
			workflowNode('Start', 'n8n-nodes-base.manualTrigger', 1, {}),
			workflowNode('Make Items', 'n8n-nodes-base.code', 2, { jsCode }),
			{
				...workflowNode('Datadog Cases', 'n8n-nodes-datadog-cases.datadogCases', 1, {
					operation: 'count',
					query: '={{ $json.query }}',
					groupBy: ['status'],
					...parameters,
				}),
				credentials: { datadogCasesApi: { id: null, name: 'Datadog Cases account' } },
				...settings,
			},
			workflowNode('Success', 'n8n-nodes-base.set', 3.4, addOrigin),
			workflowNode('Error', 'n8n-nodes-base.set', 3.4, addOrigin),
		],
		connections: {
			Start: { main: [to('Make Items')] },
			'Make Items': { main: [to('Datadog Cases')] },
			'Datadog Cases': { main: [to('Success'), to('Error')] },
		},
		settings: { executionOrder: 'v1' },
	};
}

/** n8n's Edit Fields answers nobody for seconds while it looks up where 2,000 items come from. */
function withNothingBehind({ nodes, connections, ...workflow }: Workflow): Workflow {
	const { Start, 'Make Items': makeItems } = connections;
	return {
		...workflow,
		nodes: nodes.filter(({ name }) => !['Success', 'Error'].includes(name)),
		connections: { Start, 'Make Items': makeItems },
	};
}

const item = (json: INodeExecutionData['json'], paired: number): INodeExecutionData => ({
	json,
	pairedItem: { item: paired },
});

const pairedIndexOf = ({ pairedItem }: INodeExecutionData) => (pairedItem as { item: number }).item;

/** The items of each output of a node. */
function outputOf({ data }: Execution, name: string): INodeExecutionData[][] {
	const branches = data.resultData.runData[name][0].data!.main;
	return branches.map((items) => items ?? []);
}

/** What came behind the success output, and behind the error output. */
function branchesOf(execution: Execution): INodeExecutionData[][] {
	return ['Success', 'Error'].map((name) =>
		nodesRun(execution).includes(name) ? outputOf(execution, name)[0] : [],
	);
}

const nodesRun = ({ data }: Execution): string[] => Object.keys(data.resultData.runData);

/** n8n keeps the members of an error, not its class. */
const errorOf = ({ data }: Execution): NodeApiError => data.resultData.error as NodeApiError;

const queriesOf = (requests: SeenRequest[]): string[] =>
	requests.map(({ query }) => query.query_filter);

const statuses = ({ requests }: LocalDatadog): number[] => requests.map(({ status }) => status);

const repeated = (queries: string[]): string[] =>
	queries.filter((query, i) => queries.indexOf(query) !== i).sort();

/** Each answer is about the case that its input item asked for. */
function assertAnswered(items: INodeExecutionData[]): void {
	for (const { json } of items) {
		assert.deepEqual(json, { groupBy: 'key', value: json.from, count: 1, from: json.from });
	}
}

/**
 * Node.js has more than one name for a connection that ends; `own` are the fields of the input item. Those that were not
 * sent are refused with the reason of another.
 */
function assertLost(json: IDataObject, own: IDataObject, asked: string[]): void {
	const { details, ...rest } = json;
	assert.deepEqual(rest, { ...own, error: 'The connection to Datadog was lost', from: json.from });
	const { description } = details as { description: string };
	const prefix = 'Other requests failed too, and so did every retry. ';
	const wasSent = asked.includes(`key:${String(json.from)}`);
	assert.equal(description.startsWith(prefix), !wasSent);
	assert.match(
		wasSent ? description : description.slice(prefix.length),
		/^n8n's message: "(socket hang up|read ECONNRESET|write EPIPE)"\. In the credential, check 'Site' or, if you use a gateway, the host and path of 'Base URL'\. A proxy or firewall between n8n and Datadog can also be the cause\.$/,
	);
}

/**
 * 100 are answered, 25 are under way when the first is lost, one probes, and nothing is sent twice. As long as answers
 * from before are still read between the losses, no outage is seen, and each loss lets another request go.
 */
function assertSendingEnded(requests: SeenRequest[]): void {
	assert.deepEqual(repeated(queriesOf(requests)), []);
	assert.ok(requests.length > 100 && requests.length < 150, `${requests.length} requests`);
}

/** Nothing is lost and nothing comes twice. */
function assertEachOnce(...branches: INodeExecutionData[][]): void {
	const keys = branches.flat().map(({ json }) => String(json.from));
	assert.deepEqual(keys.sort(), [...CASE_KEYS].sort());
}
