import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { INode } from 'n8n-workflow';
import { API_KEY, APPLICATION_KEY } from '../../datadog/accounts';
import { generateCases } from '../../datadog/cases';
import type { N8n } from '../n8n/instance';
import { type QueueStage, setQueueStage } from '../services/queueMode';
import { until } from '../../support/until';
import { runWebhookRound, type WebhookRound } from '../n8n/webhookRound';

const EXECUTIONS = 500;
const WARM_UP = 20;
/** How many executions a worker runs at once; n8n's own. */
const CONCURRENCY = 10;
/** Long enough that both workers have their hands full. */
const SLOW_MS = 400;
const KILL_AFTER_REQUESTS = 200;

/** Each case has a key of its own, so no two queries have the same answer. */
const KEYS = generateCases()
	.filter(({ attributes }) => !attributes.archived_at)
	.map(({ attributes }) => attributes.key);
const QUERIES = KEYS.slice(0, EXECUTIONS).map((key) => `key:${key}`);
const WARM_UP_QUERIES = KEYS.slice(EXECUTIONS, EXECUTIONS + WARM_UP).map((key) => `key:${key}`);

/** A node that counts the cases of the webhook's query by their keys, and the items that it then gives. */
interface Contender {
	name: string;
	node(datadogUrl: string): INode;
	itemsFor(key: string): object[];
}

const datadogCases: Contender = {
	name: 'Datadog Cases',
	node: () => ({
		id: 'datadog-cases',
		name: 'Datadog Cases',
		type: 'n8n-nodes-datadog-cases.datadogCases',
		typeVersion: 1,
		position: [0, 0],
		parameters: {
			operation: 'count',
			query: '={{ $json.body.query }}',
			groupBy: [],
			customGroupBy: 'key',
		},
		credentials: { datadogCasesApi: { id: null, name: 'Datadog Cases account' } },
	}),
	itemsFor: (key) => [{ groupBy: 'key', value: key, count: 1 }],
};

const httpRequest: Contender = {
	name: 'HTTP Request',
	node: (datadogUrl) => ({
		id: 'http-request',
		name: 'HTTP Request',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		position: [0, 0],
		parameters: {
			url: `${datadogUrl}/api/v2/cases/count`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'datadogApi',
			sendQuery: true,
			queryParameters: {
				parameters: [
					{ name: 'query_filter', value: '={{ $json.body.query }}' },
					{ name: 'group_bys', value: 'key' },
				],
			},
			options: { response: { response: { responseFormat: 'json' } } },
		},
		credentials: { datadogApi: { id: null, name: 'Datadog account' } },
	}),
	itemsFor: (key) => {
		const groups = [{ group: 'key', group_values: [{ count: 1, value: key }] }];
		return [{ data: { attributes: { groups }, id: 'count-result-001', type: 'count' } }];
	},
};

const CONTENDERS = [datadogCases, httpRequest];

/** A round as the table shows it. */
interface Row {
	node: string;
	round: string;
	started: number;
	succeeded: number;
	/** Executions whose query was asked more than once. */
	retried: number;
	failed: number;
	/** Executions that neither succeeded nor were reported as failed. */
	lost: number;
	/** With a worker killed, mostly n8n's wait for what it was running. */
	'items per second': number;
}

describe('Queue mode', () => {
	let stage: QueueStage;
	let survivor: N8n;
	let other: N8n | undefined;
	const rows: Row[] = [];

	const startWorker = () =>
		stage.startWorker(`queue-worker-${stage.workers.length + 1}`, CONCURRENCY);

	const runRound = ({ node }: Contender, queries: string[]): Promise<WebhookRound> => {
		stage.datadog.requests.length = 0;
		return runWebhookRound(stage.n8n, node(stage.datadog.url), queries);
	};

	const warmUp = async () => {
		for (const contender of CONTENDERS) await runRound(contender, WARM_UP_QUERIES);
	};

	const askedQueries = () => stage.datadog.requests.map(({ query }) => query.query_filter);

	const addRow = ({ name }: Contender, round: string, result: WebhookRound): Row => {
		const { started, succeeded, failedIds, seconds } = result;
		const asked = askedQueries();
		const row = {
			node: name,
			round,
			started,
			succeeded,
			retried: new Set(asked.filter((query, i) => asked.indexOf(query) < i)).size,
			failed: failedIds.length,
			lost: EXECUTIONS - succeeded - failedIds.length,
			'items per second': Math.round(succeeded / seconds),
		};
		rows.push(row);
		return row;
	};

	/** Every execution succeeded, with its own items, and asked once. */
	const assertAllSucceeded = (contender: Contender, round: string, result: WebhookRound) => {
		const row = addRow(contender, round, result);
		assert.deepEqual(result.answers, expectedAnswers(contender));
		assert.deepEqual(askedQueries().sort(), [...QUERIES].sort());
		const { started, succeeded, retried, failed, lost } = row;
		assert.deepEqual(
			{ started, succeeded, retried, failed, lost },
			{ started: 500, succeeded: 500, retried: 0, failed: 0, lost: 0 },
		);
	};

	const killInTheMiddle = async ({ pid }: N8n) => {
		const { datadog } = stage;
		datadog.control({ latencyMs: SLOW_MS });
		await until(() => datadog.requests.length >= KILL_AFTER_REQUESTS, 'enough requests were made');
		process.kill(pid, 'SIGKILL');
		datadog.control({ latencyMs: 0 });
	};

	before(async () => {
		stage = await setQueueStage('queue');
		await stage.n8n.saveCredential({
			name: 'Datadog account',
			type: 'datadogApi',
			data: { url: stage.datadog.url, apiKey: API_KEY, appKey: APPLICATION_KEY },
		});
	});
	after(async () => {
		console.table(rows);
		await stage?.close();
	});

	describe('with one worker', () => {
		before(async () => {
			survivor = await startWorker();
			await warmUp();
		});

		for (const contender of CONTENDERS) {
			test(`500 executions of ${contender.name} all give their own items`, async () => {
				assertAllSucceeded(contender, 'one worker', await runRound(contender, QUERIES));
			});
		}
	});

	describe('with two workers', () => {
		before(async () => {
			other = await startWorker();
			await warmUp();
		});

		for (const contender of CONTENDERS) {
			test(`500 executions of ${contender.name} all give their own items, from either worker`, async () => {
				const workers = [survivor, other!];
				const earlier = await Promise.all(workers.map(startedBy));
				assertAllSucceeded(contender, 'two workers', await runRound(contender, QUERIES));
				const now = await Promise.all(workers.map(startedBy));
				const [one, two] = now.map(({ size }, i) => size - earlier[i].size);
				assert.equal(one + two, EXECUTIONS);
				assert.ok(one > 0 && two > 0, `${one} and ${two} executions`);
			});
		}
	});

	describe('with one of two workers killed', () => {
		for (const contender of CONTENDERS) {
			test(`of 500 executions of ${contender.name} only those fail that it was running`, async () => {
				const killed = (other ??= await startWorker());
				other = undefined;
				const [result] = await Promise.all([runRound(contender, QUERIES), killInTheMiddle(killed)]);
				const row = addRow(contender, 'two workers, one killed', result);

				const { started, succeeded, retried, failed, lost } = row;
				assert.deepEqual({ started, retried, lost }, { started: 500, retried: 0, lost: 0 });
				assert.ok(failed > 0 && failed <= CONCURRENCY, `${failed} executions failed`);
				const run = await startedBy(survivor);
				assert.ok(!result.failedIds.some((id) => run.has(id)));
				const expected = expectedAnswers(contender);
				const good = [...result.answers].filter(([, answer]) => answer?.status === 200);
				assert.equal(good.length, succeeded);
				for (const [query, answer] of good) assert.deepEqual(answer, expected.get(query));
				const bad = [...result.answers.values()].filter((answer) => answer?.status !== 200);
				const refusal = { status: 500, body: { message: 'Error in workflow' } };
				assert.deepEqual(bad, Array(failed).fill(refusal));
			});
		}
	});

	test('no log of n8n main or of a worker holds a key', async () => {
		for (const { logFile } of [stage.n8n, ...stage.workers]) {
			const log = await readFile(logFile, 'utf8');
			assert.match(log, /execution \d+/);
			assert.ok(!log.includes(API_KEY) && !log.includes(APPLICATION_KEY), logFile);
		}
	});
});

/** The executions that a worker has begun, by its log. */
async function startedBy(worker: N8n): Promise<Set<string>> {
	const log = await readFile(worker.logFile, 'utf8');
	return new Set([...log.matchAll(/Worker started execution (\d+)/g)].map(([, id]) => id));
}

function expectedAnswers({ itemsFor }: Contender): WebhookRound['answers'] {
	return new Map(
		QUERIES.map((query) => [query, { status: 200, body: itemsFor(query.slice('key:'.length)) }]),
	);
}
