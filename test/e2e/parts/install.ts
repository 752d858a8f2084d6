import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { INodeTypeDescription } from 'n8n-workflow';
import { version } from '../../../package.json';
import { keysFor } from '../../support/account';
import { API_KEY, APPLICATION_KEY } from '../../datadog/accounts';
import { type LocalDatadog, startDatadog } from '../../datadog/server';
import { type App, installApp, WORK } from '../n8n/app';
import { N8n, type Workflow } from '../n8n/instance';
import { type Outside, startOutside } from '../services/outside';
import { run } from '../../support/processes';
import { type Registry, startRegistry } from '../services/registry';
import { casesCredential, packOnce } from '../n8n/stage';

/** The package as n8n lists it. */
interface Installed {
	packageName: string;
	installedVersion: string;
	installedNodes: Array<{ name: string; type: string }>;
	updateAvailable?: string;
	failedLoading?: boolean;
}

/** n8n takes another registry only with a licence, but npm itself takes one for a scope. */
const NAME = '@local/n8n-nodes-datadog-cases';
const NODE = `${NAME}.datadogCases`;
const NEXT_VERSION = '99.0.0';

const HOME = join(WORK, 'install');
const USER_FOLDER = join(HOME, 'n8n');
const NODES = join(USER_FOLDER, '.n8n/nodes');
const INSTALLED = join(NODES, 'node_modules', NAME);
const LOGS = [join(HOME, 'n8n.log'), join(HOME, 'n8n-restarted.log')];

const ONLY_THE_PACKAGE = [
	'node_modules',
	'node_modules/@local',
	'node_modules/@local/n8n-nodes-datadog-cases',
	'node_modules/@local/n8n-nodes-datadog-cases/LICENSE.md',
	'node_modules/@local/n8n-nodes-datadog-cases/README.md',
	'node_modules/@local/n8n-nodes-datadog-cases/dist',
	'node_modules/@local/n8n-nodes-datadog-cases/dist/credentials',
	'node_modules/@local/n8n-nodes-datadog-cases/dist/nodes',
	'node_modules/@local/n8n-nodes-datadog-cases/package.json',
	'package.json',
];

const workflow: Workflow = {
	name: 'Urgent cases by status',
	nodes: [
		{
			id: 'start',
			name: 'Start',
			type: 'n8n-nodes-base.manualTrigger',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
		},
		{
			id: 'cases',
			name: 'Datadog Cases',
			type: NODE,
			typeVersion: 1,
			position: [220, 0],
			parameters: { operation: 'count', query: 'priority:P1', groupBy: ['status'] },
			credentials: { datadogCasesApi: { id: null, name: 'Datadog Cases account' } },
		},
	],
	connections: { Start: { main: [[{ node: 'Datadog Cases', type: 'main', index: 0 }]] } },
	settings: { executionOrder: 'v1' },
};

describe('Installed from a registry, through the calls behind Settings > Community Nodes', () => {
	let app: App;
	let datadog: LocalDatadog;
	let outside: Outside;
	let registry: Registry;
	let n8n: N8n;
	let workflowId: string;

	const startN8n = async (logFile: string) => {
		const env = { ...outside.env, ...registry.env, N8N_LOG_LEVEL: 'debug' };
		n8n = await N8n.start(app, { userFolder: USER_FOLDER, logFile, env });
		await n8n.signIn();
	};
	const listed = () => n8n.request<Installed[]>('GET', '/rest/community-packages');
	const descriptions = () =>
		n8n.request<INodeTypeDescription[]>('POST', '/rest/node-types', {
			nodeInfos: [{ name: NODE, version: 1 }],
		});
	const items = async () => {
		const { data } = await n8n.run(workflowId, 'Start');
		return data.resultData.runData['Datadog Cases'][0].data?.main[0];
	};

	before(async () => {
		await rm(HOME, { recursive: true, force: true });
		app = await installApp();
		datadog = await startDatadog();
		outside = await startOutside();
		registry = await startRegistry(app, join(HOME, 'registry'));
		await registry.publish(await copyPackage('first', version));
		await startN8n(LOGS[0]);
	});
	after(async () => {
		await n8n?.stop();
		await registry?.close();
		outside?.close();
		await datadog?.close();
	});

	test('it is installed, and nothing but itself is fetched', async () => {
		assert.deepEqual(await listed(), []);
		outside.hosts.length = 0;
		const installed = await n8n.request<Installed>('POST', '/rest/community-packages', {
			name: NAME,
		});
		assert.equal(installed.installedVersion, version);
		// n8n asks twice whether the package is banned, and once whether the version exists; npm asks for nothing there.
		assert.deepEqual(outside.hosts, ['api.n8n.io:443', 'api.n8n.io:443', 'registry.npmjs.org:443']);

		const [listing, ...others] = await listed();
		assert.deepEqual(others, []);
		assert.equal(listing.packageName, '@local/n8n-nodes-datadog-cases');
		assert.equal(listing.installedVersion, version);
		assert.equal(listing.failedLoading, false);
		assert.equal(listing.updateAvailable, undefined);
		assert.deepEqual(listing.installedNodes, [
			{
				name: 'Datadog Cases',
				type: '@local/n8n-nodes-datadog-cases.datadogCases',
				latestVersion: 1,
			},
			{
				name: 'Datadog Cases Trigger',
				type: '@local/n8n-nodes-datadog-cases.datadogCasesTrigger',
				latestVersion: 1,
			},
		]);
	});

	test('.n8n/nodes holds the package and no dependency of any kind', async () => {
		assert.deepEqual(await contents(), ONLY_THE_PACKAGE);
		assert.deepEqual(await readJson(join(NODES, 'package.json')), {
			name: 'installed-nodes',
			private: true,
			dependencies: { '@local/n8n-nodes-datadog-cases': version },
		});
		const manifest = await readJson(join(INSTALLED, 'package.json'));
		assert.deepEqual(
			Object.keys(manifest).filter((key) => /dependencies/i.test(key)),
			[],
		);
	});

	test('the node is there with its pictures, and its credential passes its test', async () => {
		const [node] = await descriptions();
		assert.equal(node.displayName, 'Datadog Cases');
		assert.equal(node.communityNodePackageVersion, version);
		assert.deepEqual(node.credentials, [
			{
				name: 'datadogCasesApi',
				required: true,
				testedBy: 'testCredential',
				displayOptions: { show: { authentication: ['apiKeys'] } },
			},
			{
				name: 'datadogCasesOAuth2Api',
				required: true,
				displayOptions: { show: { authentication: ['oAuth2'] } },
			},
		]);
		const { light, dark } = node.iconUrl as { light: string; dark: string };
		for (const picture of [light, dark]) {
			const { status, headers } = await fetch(`${n8n.url}/${picture}`);
			assert.equal(status, 200);
			assert.match(String(headers.get('content-type')), /^image\/svg\+xml/);
		}

		const credential = casesCredential(keysFor(datadog.url));
		const { id } = await n8n.saveCredential(credential);
		const tested = await n8n.request('POST', '/rest/credentials/test', {
			credentials: { id, ...credential },
		});
		assert.deepEqual(tested, { status: 'OK', message: 'Datadog accepted the credential' });
	});

	test('a workflow with the node runs, also after a restart of n8n', async () => {
		workflowId = (await n8n.saveWorkflow(workflow)).id;
		const expected = [
			{ json: { groupBy: 'status', value: 'OPEN', count: 28 }, pairedItem: { item: 0 } },
			{ json: { groupBy: 'status', value: 'CLOSED', count: 20 }, pairedItem: { item: 0 } },
			{ json: { groupBy: 'status', value: 'IN_PROGRESS', count: 15 }, pairedItem: { item: 0 } },
		];
		assert.deepEqual(await items(), expected);

		await n8n.stop();
		await startN8n(LOGS[1]);
		assert.deepEqual(await items(), expected);
	});

	test('a second version is offered, and runs once it is installed', async () => {
		const copy = await copyPackage('second', NEXT_VERSION);
		const nodeFolder = join(copy, 'dist/nodes/DatadogCases');
		await replaceIn(
			join(nodeFolder, 'DatadogCases.node.js'),
			'Count, group and get cases',
			'Release 99: count, group and get cases',
		);
		await replaceIn(
			join(nodeFolder, 'actions/count.operation.js'),
			'{ groupBy: name, value,',
			'{ release: 99, groupBy: name, value,',
		);
		await registry.publish(copy);
		const [{ updateAvailable }] = await listed();
		assert.equal(updateAvailable, '99.0.0');

		outside.hosts.length = 0;
		const { installedVersion } = await n8n.request<Installed>('PATCH', '/rest/community-packages', {
			name: NAME,
		});
		assert.equal(installedVersion, '99.0.0');
		assert.deepEqual(outside.hosts, ['api.n8n.io:443', 'registry.npmjs.org:443']);

		const [node] = await descriptions();
		assert.equal(
			node.description,
			'Release 99: count, group and get cases in Datadog Case Management',
		);
		assert.equal(node.communityNodePackageVersion, '99.0.0');
		assert.deepEqual(await items(), [
			{
				json: { release: 99, groupBy: 'status', value: 'OPEN', count: 28 },
				pairedItem: { item: 0 },
			},
			{
				json: { release: 99, groupBy: 'status', value: 'CLOSED', count: 20 },
				pairedItem: { item: 0 },
			},
			{
				json: { release: 99, groupBy: 'status', value: 'IN_PROGRESS', count: 15 },
				pairedItem: { item: 0 },
			},
		]);
		const [listing, ...others] = await listed();
		assert.deepEqual(others, []);
		assert.equal(listing.installedVersion, '99.0.0');
		assert.equal(listing.updateAvailable, undefined);
		assert.deepEqual(await contents(), ONLY_THE_PACKAGE);
		assert.deepEqual(await readJson(join(NODES, 'package.json')), {
			name: 'installed-nodes',
			private: true,
			dependencies: { '@local/n8n-nodes-datadog-cases': '99.0.0' },
		});
	});

	test('it is removed whole, and a workflow that still has the node is refused', async () => {
		const path = `/rest/community-packages?name=${encodeURIComponent(NAME)}`;
		await n8n.request('DELETE', path);
		assert.deepEqual(await listed(), []);
		// The empty folder of the scope stays; without a scope there would be none.
		assert.deepEqual(await contents(), ['node_modules', 'node_modules/@local', 'package.json']);
		assert.deepEqual(await readJson(join(NODES, 'package.json')), {
			name: 'installed-nodes',
			private: true,
			dependencies: {},
		});
		const unrecognized = /Unrecognized node type: @local\/n8n-nodes-datadog-cases\.datadogCases/;
		await assert.rejects(descriptions(), unrecognized);
		datadog.requests.length = 0;
		await assert.rejects(items(), unrecognized);
		assert.equal(datadog.requests.length, 0);
	});

	test("no key is in n8n's log at its most talkative", async () => {
		for (const log of LOGS) {
			const text = await readFile(log, 'utf8');
			assert.match(text, /debug/);
			for (const key of [API_KEY, APPLICATION_KEY]) assert.equal(text.includes(key), false);
		}
	});
});

/** Unpacks the package and gives it the name that npm finds in the local registry. Resolves with its folder. */
async function copyPackage(folderName: string, copyVersion: string): Promise<string> {
	const folder = join(HOME, folderName);
	await mkdir(folder, { recursive: true });
	await run('tar', ['-xzf', await packOnce(), '-C', folder, '--strip-components=1']);
	const file = join(folder, 'package.json');
	const manifest = await readJson(file);
	await writeFile(file, JSON.stringify({ ...manifest, name: NAME, version: copyVersion }));
	return folder;
}

async function replaceIn(file: string, old: string, replacement: string): Promise<void> {
	const text = await readFile(file, 'utf8');
	assert.ok(text.includes(old), `${file} has no "${old}"`);
	await writeFile(file, text.replace(old, replacement));
}

/** Every path in `.n8n/nodes`, but for what is in the package's own folders of nodes and credentials. */
async function contents(): Promise<string[]> {
	const paths = await readdir(NODES, { recursive: true });
	return paths.filter((path) => !/\/dist\/(credentials|nodes)\//.test(path)).sort();
}

async function readJson(file: string): Promise<Record<string, unknown>> {
	return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
}
