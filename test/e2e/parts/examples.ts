import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { INode, INodeExecutionData } from 'n8n-workflow';
import type { Browser, Page } from 'playwright-core';
import {
	API_KEY,
	APPLICATION_KEY,
	OTHER_API_KEY,
	OTHER_APPLICATION_KEY,
} from '../../datadog/accounts';
import { WORK } from '../n8n/app';
import { signIn, startBrowser, takePicture } from '../editor/browser';
import { importFromFile, nodesWithIssues } from '../editor/canvas';
import type { Execution, Workflow } from '../n8n/instance';
import {
	type OtherServices,
	type ServiceRequest,
	startOtherServices,
} from '../services/otherServices';
import { casesCredential, setStage, type Stage } from '../n8n/stage';
import { workflowNode } from '../n8n/workflowNode';
import { until } from '../../support/until';

const EXAMPLES = resolve(__dirname, '../../../examples');
const FILES = readdirSync(EXAMPLES).filter((file) => file.endsWith('.json'));

/** An example's own tests, by file. */
const TESTS: Record<string, () => void> = {
	'csv-of-open-cases-with-their-age.json': exportTests,
	'daily-digest-of-open-cases-in-slack.json': digestTests,
	'one-jira-ticket-per-service.json': ticketTests,
	'open-cases-by-status-and-by-priority.json': countTests,
	'page-and-resolve-with-pagerduty.json': pagerDutyTests,
	'page-when-open-p1-cases-exceed-a-number.json': pageTests,
	'trend-of-cases-by-status.json': trendTests,
};

/** What a user of US1 has: the proxy answers for Datadog, too. */
const KEYS = {
	site: 'datadoghq.com',
	baseUrl: '',
	authentication: 'keys',
	apiKey: API_KEY,
	appKey: APPLICATION_KEY,
};
const DAY_MS = 86_400_000;
const PASSING_TIME = join(__dirname, '../n8n/passingTime.cjs');

let stage: Stage;
let services: OtherServices;
let browser: Browser;
let page: Page;
/** The imported examples' ids, by name. */
const ids = new Map<string, string>();

describe('Example workflows', () => {
	before(async () => {
		services = await startOtherServices(join(WORK, 'examples-ca.pem'));
		stage = await setStage('examples', {
			env: {
				...services.env,
				GENERIC_TIMEZONE: 'UTC',
				NODE_OPTIONS: `--require "${PASSING_TIME}"`,
			},
		});
		const { n8n, datadog } = stage;
		await services.redirect('api.datadoghq.com', datadog.url);
		await n8n.saveCredential(casesCredential(KEYS));
		await n8n.saveCredential({
			name: 'PagerDuty integration key',
			type: 'httpCustomAuth',
			data: { json: '{ "body": { "routing_key": "test-pagerduty-token" } }' },
		});
		await n8n.saveCredential({
			name: 'Slack account',
			type: 'slackApi',
			data: { accessToken: 'test-slack-token', signatureSecret: '' },
		});
		await n8n.saveCredential({
			name: 'Jira account',
			type: 'jiraSoftwareCloudApi',
			data: {
				domain: 'https://example.atlassian.net',
				email: 'ops@example.com',
				apiToken: 'test-jira-token',
			},
		});
		await n8n.saveCredential({
			name: 'Gotify account',
			type: 'gotifyApi',
			data: {
				url: 'https://gotify.example.com',
				appApiToken: 'test-gotify-token',
				clientApiToken: '',
				ignoreSSLIssues: false,
			},
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
		Object.assign(services, { requests: [], openTickets: [], outages: 0 });
	});

	for (const file of FILES) {
		describe(basename(file, '.json'), () => {
			test('has tests of its own', () => assert.ok(file in TESTS, `${file} has none`));
			test('is imported in the editor as it is, with nothing to mend', () => importExample(file));
			TESTS[file]?.();
		});
	}

	test('nothing was sent to another host, and nothing can be', async () => {
		assert.deepEqual(services.refused, []);
		const { n8n } = stage;
		const { id } = await n8n.saveWorkflow({
			name: 'A stranger',
			nodes: [
				workflowNode('Run it', 'n8n-nodes-base.manualTrigger', 1, {}),
				workflowNode('Ask', 'n8n-nodes-base.httpRequest', 4.2, { url: 'https://example.com/' }),
			],
			connections: { 'Run it': { main: [[{ node: 'Ask', type: 'main', index: 0 }]] } },
			settings: { executionOrder: 'v1' },
		});

		assert.equal((await n8n.run(id, 'Run it')).status, 'error');

		assert.deepEqual(services.refused, ['https://example.com/']);
	});

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
function itemsOf({ data }: Execution, node: string): INodeExecutionData[] {
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

/** The pages of a search are requested in parallel. */
const inPageOrder = (requests: ReturnType<typeof asked>) =>
	[...requests].sort(
		(one, other) => Number(one.query['page[number]']) - Number(other.query['page[number]']),
	);

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
		const url = 'https://app.datadoghq.com/cases?query=-status%3Aclosed';
		const group = (groupBy: string, value: string, count: number) => ({
			json: { groupBy, value, count, url: `${url}%20${groupBy}%3A${value}` },
			pairedItem: { item: 0 },
		});
		assert.deepEqual(itemsOf(execution, 'Count cases'), [
			group('status', 'OPEN', 467),
			group('status', 'IN_PROGRESS', 267),
			group('priority', 'P3', 223),
			group('priority', 'P4', 152),
			group('priority', 'P5', 110),
			group('priority', 'P2', 108),
			group('priority', 'NOT_DEFINED', 98),
			group('priority', 'P1', 43),
		]);
	});
}

function pageTests() {
	const name = 'Page when open P1 cases exceed a number';
	const casesUrl = 'https://app.datadoghq.com/cases?query=status%3Aopen%20priority%3AP1';
	const runIt = () => run(name, 'Every 15 minutes');
	const pageOf = (count: number) => ({
		method: 'POST',
		url: 'https://gotify.example.com/message',
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
		const { n8n } = stage;
		t.after(() => n8n.saveCredential(casesCredential(KEYS)));
		await n8n.saveCredential(
			casesCredential({ ...KEYS, apiKey: OTHER_API_KEY, appKey: OTHER_APPLICATION_KEY }),
		);

		const execution = await runIt();

		assert.equal(execution.status, 'success');
		assert.deepEqual(itemsOf(execution, 'Count open P1 cases'), [
			{ json: { count: 4, url: casesUrl }, pairedItem: { item: 0 } },
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
		assert.deepEqual(
			[yes, no],
			[[], [{ json: { count: 0, url: casesUrl }, pairedItem: { item: 0 } }]],
		);
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
		services.outages = 1;

		assert.equal((await runIt()).status, 'success');

		assert.deepEqual(services.requests, [pageOf(28), pageOf(28)]);
	});
}

function pagerDutyTests() {
	const name = 'Page and resolve with PagerDuty';
	/** Closes the open P1 cases and opens others, numbered on from 1201. */
	const openCases = (count: number) => {
		stage.datadog.changeCases('status:open priority:P1', { status: 'CLOSED' });
		stage.datadog.openCases(count, { title: 'Checkout is down', priority: 'P1' });
	};
	const eventOf = (
		action: string,
		count: number,
		{ dedupKey, since, cases }: { dedupKey: string; since: string; cases: number[] },
	) => ({
		method: 'POST',
		url: 'https://events.pagerduty.com/v2/enqueue',
		credential: undefined,
		body: {
			event_action: action,
			dedup_key: dedupKey,
			payload: {
				summary: `${count} open P1 cases`,
				source: 'Datadog',
				severity: 'critical',
				custom_details: {
					query: 'status:open priority:P1',
					since,
					cases: cases.map((number) => ({
						key: `DATA-${number}`,
						title: 'Checkout is down',
						status: 'OPEN',
						priority: 'P1',
					})),
				},
			},
			links: [
				{
					href: 'https://app.datadoghq.com/cases?query=status%3Aopen%20priority%3AP1',
					text: 'Open the cases in Datadog',
				},
			],
			routing_key: 'test-pagerduty-token',
		},
	});
	/** What no test can know beforehand. */
	const crossingOf = ({ body }: ServiceRequest) => {
		const { dedup_key: dedupKey, payload } = body as PagerDutyEvent;
		const { since } = payload.custom_details;
		assert.match(dedupKey, /^[\w-]{1,255}$/);
		assert.equal(new Date(since).toISOString(), since);
		return { dedupKey, since };
	};

	test('opens an alert for a crossing, reminds of it every hour and resolves it', async () => {
		await page.goto('about:blank');
		const { n8n } = stage;
		// Five are not more than five.
		for (const count of [5, 6, 7]) {
			openCases(count);
			await pollNow(name);
		}
		process.kill(n8n.pid, 'SIGUSR2');
		await pollNow(name);
		// Four are not yet three, and not again more than five.
		for (const count of [4, 3, 4]) {
			openCases(count);
			await pollNow(name);
		}

		const crossing = crossingOf(services.requests[0]);
		assert.deepEqual(services.requests, [
			eventOf('trigger', 6, { ...crossing, cases: [1211, 1210, 1209, 1208, 1207] }),
			eventOf('trigger', 7, { ...crossing, cases: [1218, 1217, 1216, 1215, 1214] }),
			eventOf('resolve', 3, { ...crossing, cases: [1225, 1224, 1223] }),
		]);
		const whole = { query_filter: 'status:open priority:P1', group_bys: 'status', limit: '1000' };
		const newest = {
			filter: 'status:open priority:P1',
			'page[size]': '5',
			'page[number]': '1',
			'sort[field]': 'created_at',
			'sort[asc]': 'false',
		};
		const [, counted, searched] = asked();
		assert.deepEqual(
			[counted, searched].map(({ path, query }) => [path, query]),
			[
				['/api/v2/cases/count', whole],
				['/api/v2/cases', newest],
			],
		);

		services.requests = [];
		openCases(6);
		await pollNow(name);
		const next = crossingOf(services.requests[0]);
		assert.notEqual(next.dedupKey, crossing.dedupKey);
		openCases(0);
		await pollNow(name);
		assert.deepEqual(services.requests, [
			eventOf('trigger', 6, { ...next, cases: [1235, 1234, 1233, 1232, 1231] }),
			eventOf('resolve', 0, { ...next, cases: [] }),
		]);
	});

	test('pages without the cases when their search fails', async () => {
		stage.datadog.control({ faults: [{ path: '/api/v2/cases', status: 500, times: Infinity }] });
		for (const count of [6, 0]) {
			openCases(count);
			await pollNow(name);
		}

		const crossing = crossingOf(services.requests[0]);
		assert.deepEqual(services.requests, [
			eventOf('trigger', 6, { ...crossing, cases: [] }),
			eventOf('resolve', 0, { ...crossing, cases: [] }),
		]);
	});

	test('run by hand, pages with the present count, and again when PagerDuty was out', async () => {
		openCases(7);
		services.outages = 1;

		const { status } = await run(name, 'More than five P1 cases');

		assert.equal(status, 'success');
		const crossing = crossingOf(services.requests[0]);
		const event = eventOf('trigger', 7, { ...crossing, cases: [1207, 1206, 1205, 1204, 1203] });
		assert.deepEqual(services.requests, [event, event]);
	});
}

interface PagerDutyEvent {
	dedup_key: string;
	payload: { custom_details: { since: string } };
}

function digestTests() {
	const name = 'Daily digest of open cases in Slack';
	const runIt = () => run(name, 'Every morning');
	const casesUrl = 'https://app.datadoghq.com/cases?query=-status%3Aclosed%20priority%3A';
	const postOf = (total: number, counts: Record<string, number>) => ({
		method: 'POST',
		url: 'https://slack.com/api/chat.postMessage',
		credential: 'Bearer test-slack-token',
		body: {
			channel: '#on-call',
			text: [
				`*${total} open Datadog cases*`,
				`• <${casesUrl}P1|P1>: ${counts.P1}`,
				`• <${casesUrl}P2|P2>: ${counts.P2}`,
				`• <${casesUrl}P3|P3>: ${counts.P3}`,
				`• <${casesUrl}P4|P4>: ${counts.P4}`,
				`• <${casesUrl}P5|P5>: ${counts.P5}`,
				`• <${casesUrl}NOT_DEFINED|Without priority>: ${counts.none}`,
			].join('\n'),
			// n8n's Slack node sends its own option along.
			includeLinkToWorkflow: false,
			unfurl_links: false,
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
			postOf(734, { P1: 43, P2: 108, P3: 223, P4: 152, P5: 110, none: 98 }),
		]);
	});

	test('posts also when no case is open', async () => {
		answerCountWith('priority', []);

		assert.equal((await runIt()).status, 'success');

		assert.deepEqual(services.requests, [
			postOf(0, { P1: 0, P2: 0, P3: 0, P4: 0, P5: 0, none: 0 }),
		]);
	});
}

function ticketTests() {
	const name = 'One Jira ticket per service';
	const runIt = () => run(name, 'Every morning');
	const credential = 'Basic b3BzQGV4YW1wbGUuY29tOnRlc3QtamlyYS10b2tlbg==';
	const search = {
		method: 'POST',
		url: 'https://example.atlassian.net/rest/api/2/search/jql',
		credential,
		body: {
			jql: 'labels = datadog-cases AND statusCategory != Done',
			fields: ['summary'],
			maxResults: 100,
		},
	};
	const ticketOf = ([service, cases]: string[]) => ({
		method: 'POST',
		url: 'https://example.atlassian.net/rest/api/2/issue',
		credential,
		body: {
			fields: {
				project: { id: '00000' },
				issuetype: { id: '00000' },
				summary: `Open Datadog cases for ${service}`,
				description: `${cases}\n\nOpen them in Datadog: https://app.datadoghq.com/cases?query=-status%3Aclosed%20service%3A${service}`,
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
			['checkout', '82 open cases, 11.2% of all 734.'],
			['web-store', '77 open cases, 10.5% of all 734.'],
			['mobile-gateway', '76 open cases, 10.4% of all 734.'],
			['kube-scheduler', '75 open cases, 10.2% of all 734.'],
			['ledger', '71 open cases, 9.7% of all 734.'],
			['search', '69 open cases, 9.4% of all 734.'],
			['auth-api', '68 open cases, 9.3% of all 734.'],
			['case-api', '68 open cases, 9.3% of all 734.'],
			['cdn-edge', '68 open cases, 9.3% of all 734.'],
			['web-api', '68 open cases, 9.3% of all 734.'],
			['ingest', '67 open cases, 9.1% of all 734.'],
			['mailer', '65 open cases, 8.9% of all 734.'],
			['reports', '64 open cases, 8.7% of all 734.'],
			['billing', '58 open cases, 7.9% of all 734.'],
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
		services.outages = 1;

		assert.equal((await runIt()).status, 'error');

		assert.deepEqual(posts(), [search]);
	});
}

function exportTests() {
	const name = 'CSV of open cases with their age';
	const exportNow = async () => {
		const execution = await run(name, 'Run it');
		assert.equal(execution.status, 'success');
		const [{ binary }] = itemsOf(execution, 'Make a CSV file');
		const { fileName, mimeType, id } = binary!.data;
		assert.match(fileName!, /^open-cases-\d{4}-\d\d-\d\d\.csv$/);
		assert.equal(mimeType, 'text/csv');
		const address = `${stage.n8n.url}/rest/binary-data?action=download&id=${id}`;
		return (await page.context().request.get(address)).text();
	};
	const HEAD = '\ufeffCase,Title,Priority,Status,Assignee,Opened,Age in days';

	test('exports all open cases, the oldest first', async () => {
		const [head, ...rows] = (await exportNow()).split('\n');

		assert.deepEqual(
			inPageOrder(asked()),
			['1', '2', '3', '4', '5', '6', '7', '8'].map((number) => ({
				method: 'GET',
				path: '/api/v2/cases',
				query: {
					filter: '-status:closed',
					'page[size]': '100',
					'page[number]': number,
					'sort[field]': 'created_at',
					'sort[asc]': 'true',
				},
				apiKey: 'test-api-key',
				body: undefined,
				status: 200,
			})),
		);
		assert.equal(head, HEAD);
		assert.equal(new Set(rows.map((row) => row.split(',')[0])).size, 734);
		assert.equal(rows.length, 734);
		assert.deepEqual(
			rows.slice(0, 3).map((row) => row.replace(/,\d+$/, '')),
			[
				'DATA-24,Error rate above threshold in mobile-gateway,P5,Open,,2026-01-01',
				'SEC-232,Burst of failed logins in auth-api,P4,Open,Pager Bot,2026-01-01',
				// A user who left the organization, of whom Datadog tells no more than the id.
				'PAY-42,Paiement refusé à Zürich 💳 in search,,Open,9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b04,2026-01-02',
			],
		);
	});

	test('tells the age in days, and no spreadsheet takes a title for a formula', async () => {
		const { datadog } = stage;
		datadog.changeCases('-status:closed -key:DATA-24', { status: 'CLOSED' });
		datadog.openCases(1, {
			title: '=HYPERLINK("https://example.com", "Log in")',
			priority: 'P1',
			assignee: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b01',
		});
		const opened = new Date();

		const [head, oldest, newest] = (await exportNow()).split('\n');

		assert.equal(head, HEAD);
		const age = Math.floor((opened.getTime() - Date.parse('2026-01-01T05:29:58.853Z')) / DAY_MS);
		const oldestOf = (days: number) =>
			`DATA-24,Error rate above threshold in mobile-gateway,P5,Open,,2026-01-01,${days}`;
		// The test may run when another day of it is over.
		assert.ok([oldestOf(age), oldestOf(age + 1)].includes(oldest), oldest);
		const today = opened.toISOString().slice(0, 10);
		assert.equal(
			newest,
			`DATA-1201,"'=HYPERLINK(""https://example.com"", ""Log in"")",P1,Open,Ada Moreau,${today},0`,
		);
	});

	test('makes no file when no case is open', async () => {
		stage.datadog.changeCases('-status:closed', { status: 'CLOSED' });

		const { status, data } = await run(name, 'Run it');

		assert.equal(status, 'success');
		assert.equal(data.resultData.lastNodeExecuted, 'Get all open cases');
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
