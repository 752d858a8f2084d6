import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { INode } from 'n8n-workflow';
import type { Browser, Page } from 'playwright-core';
import { keysFor } from '../../support/account';
import { OTHER_API_KEY, OTHER_APPLICATION_KEY } from '../../datadog/accounts';
import { WORK } from '../n8n/app';
import { signIn, startBrowser, takePicture } from '../editor/browser';
import { importFromFile, nodesWithIssues } from '../editor/canvas';
import type { Execution, Workflow } from '../n8n/instance';
import { type OtherServices, startOtherServices } from '../services/otherServices';
import { casesCredential, setStage, type Stage } from '../n8n/stage';
import { until } from '../../support/until';

const EXAMPLES = resolve(__dirname, '../../../examples');
const FILES = readdirSync(EXAMPLES).filter((file) => file.endsWith('.json'));

/** An example's own tests, by file. */
const TESTS: Record<string, () => void> = {
	'daily-digest-of-open-cases.json': digestTests,
	'one-ticket-per-service-with-its-open-cases.json': ticketTests,
	'open-cases-by-status-and-by-priority.json': countTests,
	'page-and-resolve-when-open-p1-cases-cross-a-number.json': pageAndResolveTests,
	'page-when-open-p1-cases-exceed-a-number.json': pageTests,
	'trend-of-cases-by-status.json': trendTests,
};

let stage: Stage;
let services: OtherServices;
let browser: Browser;
let page: Page;
/** The imported examples' ids, by name. */
const ids = new Map<string, string>();

describe('Example workflows', () => {
	before(async () => {
		services = await startOtherServices();
		stage = await setStage('examples');
		const { n8n } = stage;
		const { url } = services;
		await n8n.saveCredential({
			name: 'Gotify account',
			type: 'gotifyApi',
			data: { url, appApiToken: 'test-gotify-token', clientApiToken: '', ignoreSSLIssues: false },
		});
		await n8n.saveCredential({
			name: 'Mattermost account',
			type: 'mattermostApi',
			data: { baseUrl: url, accessToken: 'test-mattermost-token', allowUnauthorizedCerts: false },
		});
		await n8n.saveCredential({
			name: 'Jira account',
			type: 'jiraSoftwareCloudApi',
			data: { domain: url, email: 'ops@example.com', apiToken: 'test-jira-token' },
		});
		browser = await startBrowser();
		page = await signIn(browser, n8n);
	});
	after(async () => {
		await browser?.close();
		await stage?.close();
		await services?.close();
	});
	beforeEach(() => {
		stage.datadog.reset();
		Object.assign(services, { requests: [], openTickets: [], refusals: 0 });
	});

	for (const file of FILES) {
		describe(basename(file, '.json'), () => {
			test('has tests of its own', () => assert.ok(file in TESTS, `${file} has none`));
			test('is imported in the editor as it is, with nothing to mend', () => importExample(file));
			TESTS[file]?.();
		});
	}

	test('no key or token is in the log of n8n', async () => {
		const log = await readFile(join(WORK, 'examples.log'), 'utf8');
		assert.doesNotMatch(log, /test-(api|application)-key|test-\w+-token/);
	});
});

async function importExample(file: string): Promise<void> {
	const path = join(EXAMPLES, file);
	const { name, nodes, connections } = JSON.parse(await readFile(path, 'utf8')) as Workflow;
	await importFromFile(page, stage.n8n, path);
	assert.deepEqual(await nodesWithIssues(page), []);
	await takePicture(page, basename(file, '.json'));

	const saved = await savedWorkflow(name);
	ids.set(name, saved.id);
	assert.deepEqual(saved.nodes.map(kindOf), nodes.map(kindOf));
	assert.deepEqual(saved.connections, connections);
	const credentials = saved.nodes.flatMap((node) => Object.values(node.credentials ?? {}));
	assert.ok(
		credentials.every(({ id }) => id),
		'n8n finds the credentials by name',
	);
}

/** The editor saves by itself, a moment after a change. */
async function savedWorkflow(name: string): Promise<Workflow & { id: string; versionId: string }> {
	let found: { id: string } | undefined;
	await until(async () => {
		const known = await stage.n8n.request<Array<{ id: string; name: string }>>(
			'GET',
			'/rest/workflows',
		);
		found = known.find((workflow) => workflow.name === name);
		return found !== undefined;
	}, `the editor has saved "${name}"`);
	return stage.n8n.request('GET', `/rest/workflows/${found!.id}`);
}

/** n8n gives ids of its own, moves all nodes to where there is room, and leaves out what has its default. */
const kindOf = ({
	name,
	type,
	typeVersion,
	retryOnFail,
	alwaysOutputData,
	executeOnce,
}: INode) => ({
	name,
	type,
	typeVersion,
	retryOnFail,
	alwaysOutputData,
	executeOnce,
});

/** Runs an imported example from its trigger. */
async function run(name: string, trigger: string): Promise<Execution> {
	const id = ids.get(name);
	assert.ok(id, `"${name}" was not imported`);
	return stage.n8n.run(id, trigger);
}

/** Publishes an imported example, which n8n refuses when a node has an issue, and takes it back. */
async function publish(name: string): Promise<void> {
	await page.goto('about:blank');
	const { id, versionId } = await savedWorkflow(name);
	const path = `/rest/workflows/${id}`;
	await stage.n8n.request('POST', `${path}/activate`, { versionId });
	await stage.n8n.request('POST', `${path}/deactivate`);
}

/** Publishes an imported example anew, at which n8n polls its trigger once, and waits for what that starts. */
async function pollNow(name: string): Promise<void> {
	const { n8n } = stage;
	const { id, versionId } = await savedWorkflow(name);
	const path = `/rest/workflows/${id}`;
	const stands = async (wanted: string) =>
		(await n8n.request<{ status: string }>('GET', `${path}/publication-status`)).status === wanted;
	await n8n.request('POST', `${path}/deactivate`);
	await until(() => stands('not_published'), `${name} taken back`);
	await n8n.request('POST', `${path}/activate`, { versionId });
	await until(() => stands('published'), `${name} published`);
	const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
	await until(async () => {
		const { results } = await n8n.request<{ results: Array<{ status: string }> }>(
			'GET',
			`/rest/executions?filter=${filter}`,
		);
		return results.every(({ status }) => status === 'success');
	}, `the end of what ${name} started`);
}

/** What came out of the node. */
function itemsOf({ data }: Execution, node: string): unknown[] {
	return data.resultData.runData[node][0].data!.main[0]!;
}

/** What the local Datadog was asked. */
const asked = () =>
	stage.datadog.requests.map(({ method, path, query, headers, body, status }) => ({
		method,
		path,
		query: { ...query },
		apiKey: headers['dd-api-key'],
		body,
		status,
	}));

/** From now on every answer to Count has these values. */
function answerCountWith(field: string, values: Array<{ value: string; count: number }>): void {
	const attributes = { groups: [{ group: field, group_values: values }] };
	const body = JSON.stringify({ data: { attributes, id: 'count-result-001', type: 'count' } });
	stage.datadog.control({ faults: [{ status: 200, body, times: Infinity }] });
}

function countTests() {
	test('counts by status and by priority', async () => {
		const execution = await run('Open cases by status and by priority', 'Run it');

		assert.equal(execution.status, 'success');
		assert.deepEqual(asked(), [
			{
				method: 'GET',
				path: '/api/v2/cases/count',
				query: { query_filter: '-status:closed', group_bys: 'status,priority', limit: '50' },
				apiKey: 'test-api-key',
				body: undefined,
				status: 200,
			},
		]);
		const pairedItem = { item: 0 };
		assert.deepEqual(itemsOf(execution, 'Count cases'), [
			{ json: { groupBy: 'status', value: 'OPEN', count: 467 }, pairedItem },
			{ json: { groupBy: 'status', value: 'IN_PROGRESS', count: 267 }, pairedItem },
			{ json: { groupBy: 'priority', value: 'P3', count: 223 }, pairedItem },
			{ json: { groupBy: 'priority', value: 'P4', count: 152 }, pairedItem },
			{ json: { groupBy: 'priority', value: 'P5', count: 110 }, pairedItem },
			{ json: { groupBy: 'priority', value: 'P2', count: 108 }, pairedItem },
			{ json: { groupBy: 'priority', value: 'NOT_DEFINED', count: 98 }, pairedItem },
			{ json: { groupBy: 'priority', value: 'P1', count: 43 }, pairedItem },
		]);
	});
}

function pageTests() {
	const name = 'Page when open P1 cases exceed a number';
	const runIt = () => run(name, 'Every 15 minutes');
	const pageOf = (count: number) => ({
		method: 'POST',
		path: '/message',
		credential: 'test-gotify-token',
		body: {
			title: `${count} open P1 cases`,
			message: 'They match status:open priority:P1 in Datadog.',
			priority: 10,
		},
	});

	test('can be published', () => publish(name));

	test('sends one page while there are more than five', async () => {
		const { status } = await runIt();

		assert.equal(status, 'success');
		assert.deepEqual(asked(), [
			{
				method: 'GET',
				path: '/api/v2/cases/count',
				query: { query_filter: 'status:open priority:P1', group_bys: 'status', limit: '50' },
				apiKey: 'test-api-key',
				body: undefined,
				status: 200,
			},
		]);
		assert.deepEqual(services.requests, [pageOf(28)]);
	});

	test('sends none to the owner of a project with four', async (t) => {
		const { n8n, datadog } = stage;
		const keys = keysFor(datadog.url);
		t.after(() => n8n.saveCredential(casesCredential(keys)));
		await n8n.saveCredential(
			casesCredential({ ...keys, apiKey: OTHER_API_KEY, appKey: OTHER_APPLICATION_KEY }),
		);

		const execution = await runIt();

		assert.equal(execution.status, 'success');
		assert.deepEqual(itemsOf(execution, 'Count open P1 cases'), [
			{ json: { count: 4 }, pairedItem: { item: 0 } },
		]);
		assert.deepEqual(services.requests, []);
	});

	test('pages for six, not for five', async () => {
		answerCountWith('status', [{ value: 'OPEN', count: 5 }]);
		assert.equal((await runIt()).status, 'success');
		assert.deepEqual(services.requests, []);

		answerCountWith('status', [{ value: 'OPEN', count: 6 }]);
		assert.equal((await runIt()).status, 'success');
		assert.deepEqual(services.requests, [pageOf(6)]);
	});

	test('compares also when there is no open case', async () => {
		answerCountWith('status', []);

		const { status, data } = await runIt();

		assert.equal(status, 'success');
		const [[yes, no]] = data.resultData.runData['More than five?'].map((r) => r.data!.main);
		assert.deepEqual([yes, no], [[], [{ json: { count: 0 }, pairedItem: { item: 0 } }]]);
		assert.deepEqual(services.requests, []);
	});

	const failures = [
		{ when: 'Datadog refuses', fault: { status: 403 } },
		{ when: 'a login page answers', fault: { status: 200, body: '<html>Log in</html>' } },
		{ when: 'the answer has no groups', fault: { status: 200, body: '{"data":{}}' } },
	];
	for (const { when, fault } of failures) {
		test(`fails when ${when}, instead of paging nobody`, async () => {
			stage.datadog.control({ faults: [{ ...fault, times: Infinity }] });

			const { status, data } = await runIt();

			assert.equal(status, 'error');
			assert.equal(data.resultData.lastNodeExecuted, 'Count open P1 cases');
			assert.deepEqual(services.requests, []);
		});
	}

	test('sends a page again that was refused', async () => {
		services.refusals = 1;

		assert.equal((await runIt()).status, 'success');

		assert.deepEqual(services.requests, [pageOf(28), pageOf(28)]);
	});
}

function pageAndResolveTests() {
	const name = 'Page and resolve when open P1 cases cross a number';
	const trigger = 'P1 cases cross five';
	const messageOf = (body: { title: string; message: unknown; priority: number }) => ({
		method: 'POST',
		path: '/message',
		credential: 'test-gotify-token',
		body,
	});
	const pageOf = (count: number) =>
		messageOf({
			title: `${count} open P1 cases`,
			message: 'They match status:open priority:P1 in Datadog.',
			priority: 10,
		});

	test('pages once for a crossing, and says once that it is over', async () => {
		await page.goto('about:blank');
		// Five and four are not more than five; four is not yet three.
		for (const count of [5, 6, 7, 4, 6, 3, 4]) {
			answerCountWith('status', [{ value: 'OPEN', count }]);
			await pollNow(name);
		}

		const [, resolved] = services.requests;
		const { message } = resolved.body as { message: string };
		assert.match(message, /^There were more than 5 since \d\d:\d\d\.$/);
		assert.deepEqual(services.requests, [
			pageOf(6),
			messageOf({ title: 'Resolved: 3 open P1 cases', message, priority: 2 }),
		]);
		const { query } = stage.datadog.requests[0];
		const whole = { query_filter: 'status:open priority:P1', group_bys: 'status', limit: '1000' };
		assert.deepEqual({ ...query }, whole);
	});

	test('run by hand, pages with the present count', async () => {
		const execution = await run(name, trigger);

		assert.equal(execution.status, 'success');
		assert.deepEqual(services.requests, [pageOf(28)]);
	});

	test('sends a page again that was refused', async () => {
		services.refusals = 1;

		assert.equal((await run(name, trigger)).status, 'success');

		assert.deepEqual(services.requests, [pageOf(28), pageOf(28)]);
	});
}

function digestTests() {
	const name = 'Daily digest of open cases';
	const runIt = () => run(name, 'Every morning');
	const postOf = (lines: string[]) => ({
		method: 'POST',
		path: '/api/v4/posts',
		credential: 'Bearer test-mattermost-token',
		body: {
			channel_id: 'your-channel-id',
			message: lines.join('\n'),
			props: { attachments: [] },
		},
	});

	test('can be published', () => publish(name));

	test('posts one message with every priority in order', async () => {
		const { status } = await runIt();

		assert.equal(status, 'success');
		assert.deepEqual(asked(), [
			{
				method: 'GET',
				path: '/api/v2/cases/count',
				query: { query_filter: '-status:closed', group_bys: 'priority', limit: '50' },
				apiKey: 'test-api-key',
				body: undefined,
				status: 200,
			},
		]);
		assert.deepEqual(services.requests, [
			postOf([
				'#### 734 open Datadog cases',
				'',
				'| Priority | Cases |',
				'| :--- | ---: |',
				'| P1 | 43 |',
				'| P2 | 108 |',
				'| P3 | 223 |',
				'| P4 | 152 |',
				'| P5 | 110 |',
				'| Without priority | 98 |',
			]),
		]);
	});

	test('posts also when no case is open', async () => {
		answerCountWith('priority', []);

		assert.equal((await runIt()).status, 'success');

		assert.deepEqual(services.requests, [
			postOf([
				'#### 0 open Datadog cases',
				'',
				'| Priority | Cases |',
				'| :--- | ---: |',
				'| P1 | 0 |',
				'| P2 | 0 |',
				'| P3 | 0 |',
				'| P4 | 0 |',
				'| P5 | 0 |',
				'| Without priority | 0 |',
			]),
		]);
	});
}

function ticketTests() {
	const name = 'One ticket per service with its open cases';
	const runIt = () => run(name, 'Every morning');
	const credential = 'Basic b3BzQGV4YW1wbGUuY29tOnRlc3QtamlyYS10b2tlbg==';
	const search = {
		method: 'POST',
		path: '/rest/api/2/search/jql',
		credential,
		body: {
			jql: 'labels = datadog-cases AND statusCategory != Done',
			fields: ['summary'],
			maxResults: 100,
		},
	};
	const ticketOf = ([service, cases]: string[]) => ({
		method: 'POST',
		path: '/rest/api/2/issue',
		credential,
		body: {
			fields: {
				project: { id: '00000' },
				issuetype: { id: '00000' },
				summary: `Open Datadog cases of ${service}`,
				description: `${cases}\n\nTo see them, search Datadog's cases for: service:${service} -status:closed`,
				labels: ['datadog-cases'],
			},
		},
	});
	/** Before each ticket n8n's Jira node reads the types of issues. */
	const posts = () => services.requests.filter(({ method }) => method === 'POST');

	test('can be published', () => publish(name));

	test('makes a ticket for each service, and no second one while it is open', async () => {
		assert.equal((await runIt()).status, 'success');
		assert.deepEqual(asked(), [
			{
				method: 'POST',
				path: '/api/v2/cases/aggregate',
				query: {},
				apiKey: 'test-api-key',
				body: {
					data: {
						type: 'aggregate',
						attributes: {
							query_filter: '-status:closed',
							group_by: { groups: ['service'], limit: 1000 },
						},
					},
				},
				status: 200,
			},
		]);
		const tickets = [
			['checkout', '82 open cases, 11.2 % of all 734.'],
			['web-store', '77 open cases, 10.5 % of all 734.'],
			['mobile-gateway', '76 open cases, 10.4 % of all 734.'],
			['kube-scheduler', '75 open cases, 10.2 % of all 734.'],
			['ledger', '71 open cases, 9.7 % of all 734.'],
			['search', '69 open cases, 9.4 % of all 734.'],
			['auth-api', '68 open cases, 9.3 % of all 734.'],
			['case-api', '68 open cases, 9.3 % of all 734.'],
			['cdn-edge', '68 open cases, 9.3 % of all 734.'],
			['web-api', '68 open cases, 9.3 % of all 734.'],
			['ingest', '67 open cases, 9.1 % of all 734.'],
			['mailer', '65 open cases, 8.9 % of all 734.'],
			['reports', '64 open cases, 8.7 % of all 734.'],
			['billing', '58 open cases, 7.9 % of all 734.'],
		];
		assert.deepEqual(posts(), [search, ...tickets.map(ticketOf)]);

		services.requests = [];
		assert.equal((await runIt()).status, 'success');
		assert.deepEqual(posts(), [search]);
		assert.equal(stage.datadog.requests.length, 2);

		services.requests = [];
		services.openTickets = services.openTickets.filter((summary) => !summary.endsWith('checkout'));
		assert.equal((await runIt()).status, 'success');
		assert.deepEqual(posts(), [search, ticketOf(tickets[0])]);
	});

	test('makes no ticket when Jira cannot say which are open', async () => {
		services.refusals = 1;

		assert.equal((await runIt()).status, 'error');

		assert.deepEqual(posts(), [search]);
	});
}

function trendTests() {
	const name = 'Trend of cases by status';
	const runIt = () => run(name, 'Every hour');
	/** When the trigger of this run went off. */
	const timeOf = ({ data }: Execution) => {
		const [item] = data.resultData.runData['Every hour'][0].data!.main[0]!;
		return new Date(item.json.timestamp as string).toISOString();
	};
	const readTables = async () => {
		const { n8n } = stage;
		const { id: project } = await n8n.request<{ id: string }>('GET', '/rest/projects/personal');
		const path = `/rest/projects/${project}/data-tables`;
		const { data: tables } = await n8n.request<{ data: Table[] }>('GET', path);
		return Promise.all(
			tables.map(async ({ id, name, columns }) => {
				const { data: rows } = await n8n.request<{ data: Row[] }>('GET', `${path}/${id}/rows`);
				return {
					name,
					columns: Object.fromEntries(
						columns.map((column) => [column.name, column.type]),
					) as object,
					rows: rows.map(({ time, status, count }) => [time, status, count]),
				};
			}),
		);
	};

	test('can be published', () => publish(name));

	test('makes its table once, and adds a row for each status, also for one without a case', async () => {
		const first = await runIt();
		assert.equal(first.status, 'success');
		assert.deepEqual(asked(), [
			{
				method: 'GET',
				path: '/api/v2/cases/count',
				query: { group_bys: 'status', limit: '50' },
				apiKey: 'test-api-key',
				body: undefined,
				status: 200,
			},
		]);
		answerCountWith('status', [
			{ value: 'OPEN', count: 12 },
			{ value: 'CLOSED', count: 900 },
		]);
		const second = await runIt();
		assert.equal(second.status, 'success');

		assert.deepEqual(await readTables(), [
			{
				name: 'Datadog cases by status',
				columns: { time: 'date', status: 'string', count: 'number' },
				rows: [
					[timeOf(first), 'OPEN', 467],
					[timeOf(first), 'CLOSED', 383],
					[timeOf(first), 'IN_PROGRESS', 267],
					[timeOf(second), 'OPEN', 12],
					[timeOf(second), 'CLOSED', 900],
					[timeOf(second), 'IN_PROGRESS', 0],
				],
			},
		]);
	});
}

interface Table {
	id: string;
	name: string;
	columns: Array<{ name: string; type: string }>;
}

type Row = Record<'time' | 'status' | 'count', unknown>;
