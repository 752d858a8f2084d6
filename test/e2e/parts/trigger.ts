import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { IDataObject, INodeExecutionData, INodeParameters, NodeApiError } from 'n8n-workflow';
import { keysFor } from '../../support/account';
import {
	API_KEY,
	APPLICATION_KEY,
	APPLICATION_KEY_WITHOUT_PERMISSION,
} from '../../datadog/accounts';
import type { LocalDatadog } from '../../datadog/server';
import { WORK } from '../n8n/app';
import { type Execution, N8n, type Workflow } from '../n8n/instance';
import { OFTEN } from '../n8n/pollTimes';
import { casesCredential, setStage, type Stage } from '../n8n/stage';
import { tracesOf } from '../n8n/traces';
import { until } from '../../support/until';

const TRIGGER = 'Datadog Cases Trigger';
const BEHIND = 'Behind it';

const EVERY_MINUTE = [{ mode: 'everyMinute' }];
const TWO_MINUTES_MS = 120_000;
const TEN_MINUTES_MS = 600_000;

/** n8n's own, on everything that a trigger hands on. */
const pairedItem = { item: 0 };

/** A workflow that its trigger has started, or has failed to start. */
interface Run {
	status: string;
	/** The nodes that have run. */
	nodes: string[];
	/** What the trigger handed on. */
	items: INodeExecutionData[];
}

/** Where n8n says how publishing a workflow has ended. */
interface Publication {
	status: 'in_progress' | 'published' | 'failed';
	triggers: Array<{ nodeId: string; status: string; errorMessage: string | null }>;
}

describe('Datadog Cases Trigger', () => {
	let stage: Stage;
	let datadog: LocalDatadog;
	let n8n: N8n;

	before(async () => {
		stage = await setStage('trigger');
		({ datadog, n8n } = stage);
		const { apiKey, baseUrl, ...keys } = keysFor(datadog.url);
		await n8n.saveCredential({
			...casesCredential({
				...keys,
				baseUrl,
				apiKey,
				appKey: APPLICATION_KEY_WITHOUT_PERMISSION,
			}),
			name: 'Without permission',
		});
	});
	after(async () => {
		await n8n?.stop();
		await stage?.close();
	});

	describe('in a published workflow', { concurrency: true }, () => {
		test('polled every minute, starts the workflow with what has crossed the threshold', async () => {
			const id = await publish('minute', {
				pollTimes: { item: EVERY_MINUTE },
				groupBy: 'status',
				threshold: 2,
			});
			datadog.openCases(3, { service: 'minute', status: 'IN_PROGRESS' });

			await until(async () => (await runsOf(id)).length > 0, 'a crossing', TWO_MINUTES_MS);

			const runs = await runsOf(id);
			const json = {
				event: 'thresholdCrossed',
				groupBy: 'status',
				value: 'IN_PROGRESS',
				count: 3,
				previousCount: 0,
				change: 3,
				threshold: 2,
				query: 'service:minute -status:closed',
				...crossingOf(runs[0]),
			};
			assert.deepEqual(runs, [
				{ status: 'success', nodes: [TRIGGER, BEHIND], items: [{ json, pairedItem }] },
			]);
			assert.equal(pollsOf('minute').length, 2);
		});

		test('shows a poll that fails as a failed execution, and goes on with the next', async () => {
			const id = await publish('failing', {
				event: 'countChanged',
				groupBy: '',
				minimumChange: 2,
				options: { maxRetries: 0 },
			});
			datadog.control({ faults: [{ match: 'service:failing', status: 503 }] });
			datadog.openCases(2, { service: 'failing' });

			await polled('failing', 3);

			const [failed, ...others] = await executionsOf(id);
			const { name, message, description } = failed.data.resultData.error as NodeApiError;
			assert.equal(failed.status, 'error');
			assert.deepEqual(
				{ name, message, description },
				{
					name: 'NodeApiError',
					message: "Datadog couldn't process the request",
					description: `Datadog's message: "Service Unavailable". Try again later, or raise 'Max Retries' in the node's options. See https://status.datadoghq.com.`,
				},
			);
			const json = {
				event: 'countChanged',
				count: 2,
				previousCount: 0,
				change: 2,
				query: 'service:failing -status:closed',
			};
			assert.deepEqual(others.map(runOf), [
				{ status: 'success', nodes: [TRIGGER, BEHIND], items: [{ json, pairedItem }] },
			]);
		});

		test('run by hand, shows present counts; a first poll then fires when it may', async () => {
			datadog.openCases(2, { service: 'sampled', priority: 'P1' });
			const parameters = { groupBy: 'priority', threshold: 1, triggerIfAlreadyCrossed: true };
			const { id } = await n8n.saveWorkflow(workflowFor('sampled', parameters));

			const sample = runOf(await n8n.run(id, TRIGGER));

			const json = {
				event: 'thresholdCrossed',
				groupBy: 'priority',
				value: 'P1',
				count: 2,
				threshold: 1,
				query: 'service:sampled -status:closed',
			};
			const present = {
				...json,
				previousCount: 2,
				change: 0,
				...crossingOf(sample),
				sample: true,
			};
			assert.deepEqual(sample, {
				status: 'success',
				nodes: [TRIGGER, BEHIND],
				items: [{ json: present, pairedItem }],
			});

			await publish('sampled', parameters);
			await polled('sampled', 2);
			const [, ...fired] = await runsOf(id);
			assert.deepEqual(fired, [
				{
					status: 'success',
					nodes: [TRIGGER, BEHIND],
					items: [{ json: { ...json, ...crossingOf(fired[0]) }, pairedItem }],
				},
			]);
		});

		const refused = [
			{
				when: 'it watches two fields',
				service: 'two-fields',
				parameters: { groupBy: 'priority', options: { customGroupBy: 'status' } },
				credential: 'Datadog Cases account',
				sentence: `There was a problem activating the workflow: "'Group By' takes at most one field"`,
			},
			{
				when: 'its credential may not read cases',
				service: 'without-permission',
				parameters: {},
				credential: 'Without permission',
				sentence:
					'There was a problem activating the workflow: "The credential doesn\'t have the cases_read permission"',
			},
		];
		for (const { when, service, parameters, credential, sentence } of refused) {
			test(`cannot be published when ${when}, and says so`, async () => {
				const { id } = await n8n.saveWorkflow(workflowFor(service, parameters, credential));
				assert.deepEqual(await publicationOf(id), {
					status: 'failed',
					triggers: [{ nodeId: `${service} trigger`, status: 'failed', errorMessage: sentence }],
				});
				const polls = pollsOf(service).length;
				await polled('sampled', 2);
				assert.equal(pollsOf(service).length, polls);
				assert.deepEqual(await runsOf(id), []);
			});
		}
	});

	test('fires once for a crossing when a poll from before it is answered after it', async () => {
		const id = await publish('slow', { groupBy: '', threshold: 2 });
		const attributes = { groups: [{ group: 'status', group_values: [] }] };
		const body = JSON.stringify({ data: { attributes, id: 'count-result-001', type: 'count' } });
		datadog.control({ faults: [{ match: 'service:slow', delayMs: 7_000, body }] });
		datadog.openCases(3, { service: 'slow' });

		await polled('slow', 5);

		const runs = await runsOf(id);
		assert.deepEqual(
			runs.map(({ items }) => items.map(({ json }) => json.count)),
			[[3]],
		);
	});

	test('fires once for a crossing and once for its end, with a restart of n8n between them', async () => {
		const id = await publish('urgent', {
			groupBy: 'priority',
			threshold: 2,
			options: { recovery: 1 },
			notifyRecovery: true,
		});
		datadog.openCases(2, { service: 'urgent', priority: 'P1' });
		datadog.openCases(2, { service: 'urgent', priority: 'P1', status: 'IN_PROGRESS' });
		datadog.openCases(2, { service: 'urgent', priority: 'P2' });
		await polled('urgent', 3);

		const runs = await runsOf(id);
		const watched = {
			groupBy: 'priority',
			value: 'P1',
			threshold: 2,
			query: 'service:urgent -status:closed',
			...crossingOf(runs[0]),
		};
		const crossed = {
			event: 'thresholdCrossed',
			count: 4,
			previousCount: 0,
			change: 4,
			...watched,
		};
		const start = { status: 'success', nodes: [TRIGGER, BEHIND] };
		assert.deepEqual(runs, [{ ...start, items: [{ json: crossed, pairedItem }] }]);

		await restart();
		await polled('urgent', 3);
		assert.equal((await runsOf(id)).length, 1);

		// The threshold itself: not yet beyond Recovery.
		datadog.changeCases('service:urgent priority:P1 status:open', { status: 'CLOSED' });
		await polled('urgent', 3);
		assert.equal((await runsOf(id)).length, 1);

		datadog.changeCases('service:urgent priority:P1', { status: 'CLOSED' });
		await polled('urgent', 3);
		const recovered = { event: 'recovered', count: 0, previousCount: 2, change: -2, ...watched };
		assert.deepEqual(await runsOf(id), [
			{ ...start, items: [{ json: crossed, pairedItem }] },
			{ ...start, items: [{ json: recovered, pairedItem }] },
		]);
	});

	test('reminds of a crossing that lasts, with its cases, over a restart and without a search', async () => {
		const id = await publish('lasting', {
			groupBy: 'priority',
			threshold: 2,
			options: { consecutivePolls: 2, repeatEvery: 1, attachCases: 2 },
		});
		datadog.openCases(3, { service: 'lasting', priority: 'P1', title: 'It lasts' });
		await until(async () => (await runsOf(id)).length > 1, 'a crossing');
		await restart();
		await until(async () => (await runsOf(id)).length > 2, 'a reminder', TWO_MINUTES_MS);
		const search = { path: '/api/v2/cases', match: 'service:lasting', times: Infinity };
		datadog.control({ faults: [{ ...search, status: 403 }] });
		await until(async () => (await runsOf(id)).length > 3, 'another reminder', TWO_MINUTES_MS);
		await n8n.request('POST', `/rest/workflows/${id}/deactivate`);
		datadog.control({ faults: [] });

		const runs = await runsOf(id);
		const watched = {
			groupBy: 'priority',
			value: 'P1',
			count: 3,
			previousCount: 3,
			change: 0,
			threshold: 2,
			query: 'service:lasting -status:closed',
			...crossingOf(runs[1]),
		};
		const crossed = { event: 'thresholdCrossed', ...watched };
		const reminder = { event: 'stillCrossed', ...watched };
		const [{ json }] = runs[1].items;
		const keys = (json.cases as Array<{ key: string }>).map(({ key }) => key);
		const [newest, next] = keys.map((key) => Number(/^DATA-(\d+)$/.exec(key)![1]));
		assert.equal(next, newest - 1);
		const cases = keys.map((key) => ({
			key,
			title: 'It lasts',
			status: 'OPEN',
			priority: 'P1',
		}));
		const start = { status: 'success', nodes: [TRIGGER, BEHIND] };
		assert.deepEqual(runs, [
			// An empty start, behind which nothing runs, makes n8n store the first poll of the row.
			{ status: 'success', nodes: [TRIGGER], items: [] },
			{ ...start, items: [{ json: { ...crossed, cases }, pairedItem }] },
			{ ...start, items: [{ json: { ...reminder, cases }, pairedItem }] },
			{ ...start, items: [{ json: reminder, pairedItem }] },
		]);
		assert.deepEqual(await warningsOf(id), [
			`Workflow "lasting" (${id}), node "${TRIGGER}": Couldn't attach cases to 1 of 1 items. Datadog rejected the credential`,
		]);
	});

	test('does not miss a crossing after a restart, when the one before ended unnoticed', async () => {
		const id = await publish('again', { groupBy: '', threshold: 2 });
		datadog.openCases(3, { service: 'again' });
		await polled('again', 2);
		datadog.changeCases('service:again', { status: 'CLOSED' });
		await polled('again', 2);
		await restart();
		datadog.openCases(4, { service: 'again' });
		await polled('again', 3);

		const runs = await runsOf(id);
		const watched = { threshold: 2, query: 'service:again -status:closed' };
		const start = { status: 'success', nodes: [TRIGGER, BEHIND] };
		const crossed = (count: number, run: Run) => ({
			event: 'thresholdCrossed',
			count,
			previousCount: 0,
			change: count,
			...watched,
			...crossingOf(run),
		});
		assert.deepEqual(runs, [
			{ ...start, items: [{ json: crossed(3, runs[0]), pairedItem }] },
			// An empty start, behind which nothing runs, makes n8n store that the crossing is over.
			{ status: 'success', nodes: [TRIGGER], items: [] },
			{ ...start, items: [{ json: crossed(4, runs[2]), pairedItem }] },
		]);
	});

	test('is not left switched off when Datadog cannot answer while n8n starts', async () => {
		const id = await publish('early', { groupBy: '', threshold: 2, options: { maxRetries: 0 } });
		const faults = [{ match: 'service:early', status: 503, times: Infinity }];
		datadog.control({ faults });
		await restart();

		await until(async () => (await runsOf(id)).length > 0, 'a failed execution');
		datadog.control({ faults: [] });
		datadog.openCases(3, { service: 'early' });
		await polled('early', 3);

		const runs = await runsOf(id);
		const failed = { status: 'error', nodes: [TRIGGER], items: [] };
		const fired = runs[runs.length - 1];
		const json = {
			event: 'thresholdCrossed',
			count: 3,
			previousCount: 0,
			change: 3,
			threshold: 2,
			query: 'service:early -status:closed',
			...crossingOf(fired),
		};
		assert.deepEqual(runs, [
			...runs.slice(0, -1).map(() => failed),
			{ status: 'success', nodes: [TRIGGER, BEHIND], items: [{ json, pairedItem }] },
		]);
	});

	test('is published while Datadog answers 429, says so in the log, and fires later', async () => {
		datadog.control({ faults: [{ match: 'service:limited', status: 429 }] });
		const id = await publish('limited', { groupBy: '', threshold: 2, options: { maxRetries: 0 } });
		assert.deepEqual(
			pollsOf('limited').map(({ status }) => status),
			[429],
		);
		assert.deepEqual(await warningsOf(id), [
			`Workflow "limited" (${id}), node "${TRIGGER}": Datadog's rate limit was reached`,
		]);

		// The first poll without a group asks for the total too.
		await polled('limited', 2);
		datadog.openCases(3, { service: 'limited' });
		await polled('limited', 3);

		const runs = await runsOf(id);
		const json = {
			event: 'thresholdCrossed',
			count: 3,
			previousCount: 0,
			change: 3,
			threshold: 2,
			query: 'service:limited -status:closed',
			...crossingOf(runs[1]),
		};
		assert.deepEqual(runs, [
			// An empty start, behind which nothing runs, makes n8n store the first counts.
			{ status: 'success', nodes: [TRIGGER], items: [] },
			{ status: 'success', nodes: [TRIGGER, BEHIND], items: [{ json, pairedItem }] },
		]);
	});

	test('fires once for what was crossed before, when it is published again with Trigger If Already Crossed', async () => {
		datadog.openCases(3, { service: 'later' });
		const parameters = { groupBy: '', threshold: 2 };
		const id = await publish('later', { ...parameters, triggerIfAlreadyCrossed: false });
		await polled('later', 2);
		assert.deepEqual(await runsOf(id), []);

		await publish('later', { ...parameters, triggerIfAlreadyCrossed: true });
		await polled('later', 3);

		const runs = await runsOf(id);
		const json = {
			event: 'thresholdCrossed',
			count: 3,
			threshold: 2,
			query: 'service:later -status:closed',
			...crossingOf(runs[0]),
		};
		assert.deepEqual(runs, [
			{ status: 'success', nodes: [TRIGGER, BEHIND], items: [{ json, pairedItem }] },
		]);
	});

	test('begins anew in a copy of its workflow, whatever that brings along', async () => {
		const original = await publish('copied', { groupBy: '', threshold: 2, notifyRecovery: true });
		datadog.openCases(3, { service: 'copied' });
		await until(async () => (await runsOf(original)).length > 0, 'a crossing');
		const copy = await duplicate(original, 'Copy of copied');
		datadog.changeCases('service:copied', { status: 'CLOSED' });
		await polled('copied', 2);

		assert.equal((await publicationOf(copy)).status, 'published');
		await polled('copied', 4);
		assert.deepEqual(await runsOf(copy), []);
		datadog.openCases(4, { service: 'copied' });
		await polled('copied', 4);

		const crossed = (count: number, run: Run) => ({
			event: 'thresholdCrossed',
			count,
			previousCount: 0,
			change: count,
			threshold: 2,
			query: 'service:copied -status:closed',
			...crossingOf(run),
		});
		const start = { status: 'success', nodes: [TRIGGER, BEHIND] };
		const runs = await runsOf(original);
		const recovered = { ...crossed(0, runs[0]), event: 'recovered', previousCount: 3, change: -3 };
		assert.deepEqual(runs, [
			{ ...start, items: [{ json: crossed(3, runs[0]), pairedItem }] },
			{ ...start, items: [{ json: recovered, pairedItem }] },
			{ ...start, items: [{ json: crossed(4, runs[2]), pairedItem }] },
		]);
		const [run, ...others] = await runsOf(copy);
		assert.deepEqual(
			[run, ...others],
			[{ ...start, items: [{ json: crossed(4, run), pairedItem }] }],
		);
	});

	test('writes no key into the log or the database of n8n', async () => {
		for (const key of [API_KEY, APPLICATION_KEY]) {
			assert.deepEqual(await tracesOf(key, 'trigger'), []);
		}
	});

	/** Saves a workflow and publishes it: n8n has then polled once. Resolves with its id. */
	async function publish(service: string, parameters: INodeParameters): Promise<string> {
		const { id } = await n8n.saveWorkflow(workflowFor(service, parameters));
		assert.equal((await publicationOf(id)).status, 'published');
		return id;
	}

	/** Publishes a workflow, which n8n does in the background. Resolves with how it has ended. */
	async function publicationOf(id: string): Promise<Pick<Publication, 'status' | 'triggers'>> {
		const path = `/rest/workflows/${id}`;
		const { versionId } = await n8n.request<{ versionId: string }>('GET', path);
		await n8n.request('POST', `${path}/activate`, { versionId });
		let publication: Publication;
		await until(async () => {
			publication = await n8n.request<Publication>('GET', `${path}/publication-status`);
			return publication.status !== 'in_progress';
		}, 'a published workflow');
		const { status, triggers } = publication!;
		return { status, triggers };
	}

	const pollsOf = (service: string) =>
		datadog.requests.filter(({ query }) => query.query_filter?.includes(`service:${service} `));

	/** Resolves when so many polls that begin now have been answered. */
	async function polled(service: string, times: number): Promise<void> {
		const before = pollsOf(service).length;
		const answered = () =>
			pollsOf(service)
				.slice(before)
				.filter(({ status }) => status).length;
		await until(() => answered() >= times, `${times} polls of ${service}`);
	}

	/** The workflow's executions, oldest first. */
	async function executionsOf(workflowId: string): Promise<Execution[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const { results } = await n8n.request<{ results: Array<{ id: string }> }>(
			'GET',
			`/rest/executions?filter=${filter}`,
		);
		return Promise.all(results.reverse().map(({ id }) => n8n.endOf(id)));
	}

	const runsOf = async (workflowId: string) => (await executionsOf(workflowId)).map(runOf);

	/** What the trigger of the workflow has written into n8n's log. */
	async function warningsOf(workflowId: string): Promise<string[]> {
		const log = stripVTControlCharacters(await readFile(n8n.logFile, 'utf8'));
		return log.match(new RegExp(`Workflow "[^"]*" \\(${workflowId}\\), .*?(?= \\{|$)`, 'gm')) ?? [];
	}

	/**
	 * Copies a workflow with what its nodes remember, by n8n's public interface: the editor leaves that out. Resolves with
	 * the copy's id.
	 */
	async function duplicate(workflowId: string, name: string): Promise<string> {
		const { rawApiKey } = await n8n.request<{ rawApiKey: string }>('POST', '/rest/api-keys', {
			label: name,
			scopes: ['workflow:create', 'workflow:read'],
			expiresAt: null,
		});
		const ask = async (path: string, body?: object) => {
			const response = await fetch(`${n8n.url}/api/v1${path}`, {
				method: body ? 'POST' : 'GET',
				headers: { 'x-n8n-api-key': rawApiKey, 'content-type': 'application/json' },
				body: body && JSON.stringify(body),
			});
			const answer = await response.text();
			assert.ok(response.ok, answer);
			return JSON.parse(answer) as Workflow & { id: string; staticData: IDataObject };
		};
		const { nodes, connections, staticData } = await ask(`/workflows/${workflowId}`);
		const settings = { executionOrder: 'v1' };
		const { id } = await ask('/workflows', { name, nodes, connections, settings, staticData });
		const copied = await ask(`/workflows/${id}`);
		assert.ok(staticData[`node:${TRIGGER}`]);
		assert.deepEqual(copied.staticData, staticData);
		assert.deepEqual(copied.nodes, nodes);
		return id;
	}

	async function restart(): Promise<void> {
		await n8n.stop();
		const userFolder = join(WORK, 'trigger');
		const logFile = join(userFolder, `restarted-${Date.now()}.log`);
		n8n = await N8n.start(stage.app, { userFolder, logFile });
		await n8n.signIn();
	}
});

function workflowFor(
	service: string,
	parameters: INodeParameters,
	credential = 'Datadog Cases account',
): Workflow {
	return {
		name: service,
		nodes: [
			{
				id: `${service} trigger`,
				name: TRIGGER,
				type: 'n8n-nodes-datadog-cases.datadogCasesTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {
					pollTimes: { item: OFTEN },
					query: `service:${service} -status:closed`,
					...parameters,
				},
				credentials: { datadogCasesApi: { id: null, name: credential } },
			},
			{
				id: `${service} behind`,
				name: BEHIND,
				type: 'n8n-nodes-base.noOp',
				typeVersion: 1,
				position: [220, 0],
				parameters: {},
			},
		],
		connections: { [TRIGGER]: { main: [[{ node: BEHIND, type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

function runOf({ status, data }: Execution): Run {
	const { runData } = data.resultData;
	return {
		status,
		nodes: Object.keys(runData),
		items: runData[TRIGGER][0].data?.main[0] ?? [],
	};
}

/** What tells the crossing from all others: its time, which is one of this run, and its key. */
function crossingOf({ items }: Run): { since: string; dedupKey: string } {
	const { since, dedupKey } = items[0].json as { since: string; dedupKey: string };
	assert.equal(since, new Date(since).toISOString());
	const ageMs = Date.now() - Date.parse(since);
	assert.ok(ageMs >= 0 && ageMs < TEN_MINUTES_MS, `${since} is a time of this run`);
	assert.match(dedupKey, /^[0-9a-f]{64}$/);
	return { since, dedupKey };
}
