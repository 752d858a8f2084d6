/** npm run bench: the node beside the chain that people build today and beside the least that n8n needs. */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import type { IConnections, INode } from 'n8n-workflow';
import { format } from 'prettier';
import { keysFor } from '../../support/account';
import { API_KEY, APPLICATION_KEY } from '../../datadog/accounts';
import { startDatadog } from '../../datadog/server';
import type { Control } from '../../datadog/server';
import { readCommandLine, runCommand } from '../../support/command';
import type { Workflow } from '../../e2e/n8n/instance';
import { step } from '../../support/progress';
import { casesCredential, setStage } from '../../e2e/n8n/stage';
import { residentMegabytes, watchResponses } from '../../e2e/n8n/watch';
import { workflowNode } from '../../e2e/n8n/workflowNode';

const ROOT = resolve(__dirname, '../../..');
const HELP = `npm run bench [-- --once] [-- --only cases]

Compares the node with the chain that people build today, in a real n8n: about 7 minutes, on a
machine that does nothing else. Writes bench/results.md.

  --once        one round of each instead of the median of five, and 10 rounds for the memory; writes nothing
  --only TEXT   only the work with TEXT in its name; writes nothing
  --help        this text`;

/** What one run of a workflow took and gave. */
interface Run {
	ms: number;
	items: number;
	requests: number;
	refused: number;
	error: string | undefined;
}

/** What every contender is given. */
interface Work {
	/** How many input items. */
	count: number;
	/** JavaScript that gives the query of item `i`. */
	query: string;
	/** How the local Datadog behaves. */
	datadogs?: Partial<Control>;
	/** Cases with the title "backlog" that it has beside its own. */
	backlog?: number;
}

/** A way to do the work: its nodes stand behind one that makes the input items. */
interface Contender {
	name: string;
	nodes: INode[];
}

interface Row {
	work: string;
	contender: string;
	ms: string;
	ratio: string;
	outcome: string;
}

runCommand(main);

async function main(): Promise<void> {
	const { values: options } = readCommandLine('npm run bench', {
		options: {
			once: { type: 'boolean' },
			only: { type: 'string', default: '' },
			help: { type: 'boolean' },
		},
	});
	if (options.help) return console.log(HELP);
	const isWanted = (title: string) => title.includes(options.only ?? '');
	const rounds = options.once ? 1 : 5;
	const memoryRounds = options.once ? 10 : 50;

	const { app, datadog, n8n, close } = await step(
		'Building, packing and installing the package, starting n8n',
		() => setStage('bench', { packages: [join(__dirname, 'floor')] }),
	);
	const keys = { apiKey: API_KEY, appKey: APPLICATION_KEY };
	await n8n.saveCredential({
		name: 'Datadog account',
		type: 'datadogApi',
		data: { url: datadog.url, ...keys },
	});

	const ours = { name: 'this node', nodes: [datadogCases()] };
	const chain = { name: 'HTTP Request chain', nodes: httpRequestChain(datadog.url) };
	const floor = { name: 'n8n alone', nodes: [floorNode(datadog.url, false)] };
	const lookups = { name: 'n8n alone, with look-ups', nodes: [floorNode(datadog.url, true)] };
	const rows: Row[] = [];

	// The same for each item, but nobody can know that of an expression.
	await n8n.saveCredential({
		...casesCredential({ ...keysFor(datadog.url), apiKey: `={{ "${API_KEY}" }}` }),
		name: EXPRESSION_CREDENTIAL,
	});

	const run = async (contender: Contender, work: Work): Promise<Run> => {
		const { count, query, datadogs, backlog = 0 } = work;
		const { id } = await n8n.saveWorkflow(workflowFor(contender, count, query));
		datadog.reset();
		datadog.control(datadogs ?? {});
		if (backlog > 0) datadog.openCases(backlog, { title: 'backlog' });
		const { data } = await n8n.run(id, 'Start');
		const { runData, error } = data.resultData;
		const runs = contender.nodes.map(({ name }) => runData[name]?.[0]);
		return {
			ms: runs.reduce((sum, one) => sum + (one?.executionTime ?? 0), 0),
			items: runs.at(-1)?.data?.main[0]?.length ?? 0,
			requests: datadog.requests.length,
			refused: datadog.requests.filter(({ status }) => status === 429).length,
			error: error?.message,
		};
	};

	/** Runs the contenders by turns; the ratio is that of the first to each other. */
	const compare = async (title: string, work: Work, contenders: Contender[]) => {
		if (!isWanted(title)) return;
		const runs = contenders.map((): Run[] => []);
		await step(title, async () => {
			for (let round = 0; round < rounds; round++) {
				for (const [i, contender] of contenders.entries()) {
					runs[i].push(await run(contender, work));
				}
			}
		});
		const medians = runs.map((of) => median(of.map(({ ms }) => ms)));
		rows.push(
			...contenders.map(({ name }, i) => {
				const { items, requests, refused, error } = runs[i].at(-1)!;
				return {
					work: title,
					contender: name,
					ms: String(medians[i]),
					ratio: i === 0 ? '' : (medians[0] / medians[i]).toFixed(2),
					outcome: `${items} items, ${requests} requests, ${refused} refused${error ? `, ended with "${error}"` : ''}`,
				};
			}),
		);
	};

	const distinct: Work = { count: 1_000, query: '`-case${i}`' };
	await compare('1,000 distinct queries, answered at once', distinct, [ours, chain, floor]);
	await compare(
		'1,000 distinct queries, an expression in the credential',
		distinct,
		[ours, lookups].map(({ name, nodes: [node] }) => ({
			name,
			nodes: [withCredential(node, EXPRESSION_CREDENTIAL)],
		})),
	);
	await compare(
		'300 distinct queries, answered after 80 ms',
		{ ...distinct, count: 300, datadogs: { latencyMs: 80 } },
		[ours, chain],
	);
	await compare('1,000 equal queries', { count: 1_000, query: '"status:open"' }, [ours, chain]);
	await compare('50,000 equal queries', { count: 50_000, query: '"status:open"' }, [ours]);
	for (const huge of [1_000, 10_000, 100_000]) {
		await compare(
			`one answer of ${huge.toLocaleString('en')} values`,
			{ count: 1, query: '""', datadogs: { variants: { huge } } },
			// The chain needs time by the square of the values: 100,000 take n8n down.
			huge > 10_000 ? [ours] : [ours, chain],
		);
	}
	const paged = { name: 'HTTP Request with pagination', nodes: pagedChain(datadog.url) };
	const backlog = { name: ours.name, nodes: [getManyCases()] };
	for (const cases of [1_000, 10_000, 20_000]) {
		await compare(
			`all ${cases.toLocaleString('en')} cases of one query`,
			{ count: 1, query: '"backlog"', backlog: cases },
			// The chain takes a minute for 20,000.
			cases > 10_000 ? [backlog] : [backlog, paged],
		);
	}
	await compare(
		'60 queries under 10 requests per 2 s',
		{
			count: 60,
			query: '`-case${i}`',
			datadogs: { rateLimit: { limit: 10, periodSeconds: 2 } },
		},
		[ours, chain],
	);

	/** Runs distinct queries, 10,000 of them, while Datadog is away, and tells how n8n bears it. */
	const bear = async (
		title: string,
		credential: string,
		datadogs: Partial<Control>,
		options = {},
	) => {
		if (!isWanted(title)) return;
		const node = withCredential(datadogCases(options), credential);
		const contender = {
			name: ours.name,
			nodes: [{ ...node, onError: 'continueRegularOutput' as const }],
		};
		const before = await residentMegabytes(n8n.pid);
		const watch = watchResponses(n8n.url);
		const { ms, items, requests } = await step(title, () =>
			run(contender, { count: 10_000, query: '`-case${i}`', datadogs }),
		);
		const slowestMs = await watch.end();
		const grown = (await residentMegabytes(n8n.pid)) - before;
		rows.push({
			work: title,
			contender: ours.name,
			ms: String(ms),
			ratio: '',
			outcome: `${items} items, ${requests} requests, n8n's memory ${grown} MB above the start, n8n answered within ${slowestMs} ms`,
		});
	};
	const awayUrl = await unusedUrl();
	await n8n.saveCredential({ ...casesCredential(keysFor(awayUrl)), name: AWAY_CREDENTIAL });
	await bear('10,000 distinct queries, connection refused', AWAY_CREDENTIAL, {});
	await bear('10,000 distinct queries, 503 after 20 ms', CREDENTIAL, {
		faults: [{ delayMs: 20, status: 503, body: '', times: Infinity }],
	});
	await bear(
		'10,000 distinct queries, no answer within a Timeout of 1 s',
		CREDENTIAL,
		{ faults: [{ delayMs: 3_600_000, times: Infinity }] },
		{ timeout: 1 },
	);
	const backTitle = '10,000 distinct queries, Datadog back after about 2 s';
	if (isWanted(backTitle)) {
		const back = new Promise<Awaited<ReturnType<typeof startDatadog>>>((resolve, reject) => {
			setTimeout(() => {
				startDatadog({ port: Number(new URL(awayUrl).port) }).then(resolve, reject);
			}, 2_000);
		});
		await bear(backTitle, AWAY_CREDENTIAL, {});
		await (await back).close();
	}

	const memoryWork = `${memoryRounds} rounds of 1,000 distinct queries`;
	if (isWanted(memoryWork)) {
		const megabytes: number[] = [];
		await step(
			memoryWork,
			async () => {
				while (megabytes.length < memoryRounds) {
					await run(ours, distinct);
					megabytes.push(await residentMegabytes(n8n.pid));
				}
			},
			() => `${megabytes.length} of ${memoryRounds}`,
		);
		const fifth = memoryRounds / 5;
		const seen = [1, 2, 3, 4, 5].map((n) => `${n * fifth}: ${megabytes[n * fifth - 1]} MB`);
		rows.push({
			work: memoryWork,
			contender: ours.name,
			ms: '',
			ratio: '',
			outcome: `n8n's memory after round ${seen.join(', ')}`,
		});
	}
	rows.push({
		work: 'loading the package',
		contender: ours.name,
		ms: loadingMs(app.node, rounds).toFixed(1),
		ratio: '',
		outcome: 'n8n-workflow being loaded already',
	});

	await close();
	console.table(rows);
	if (options.once || options.only) return;
	await mkdir(join(ROOT, 'bench'), { recursive: true });
	const report = await format(await reportOf(rows), { parser: 'markdown' });
	await writeFile(join(ROOT, 'bench/results.md'), report);
}

const CREDENTIAL = 'Datadog Cases account';
const EXPRESSION_CREDENTIAL = 'Datadog Cases account with an expression';
const AWAY_CREDENTIAL = 'Datadog that is away';

const ourCredential = { datadogCasesApi: { id: null, name: CREDENTIAL } };

const withCredential = (node: INode, name: string): INode => ({
	...node,
	credentials: { datadogCasesApi: { id: null, name } },
});

const datadogCases = (options = {}): INode => ({
	...workflowNode('Datadog Cases', 'n8n-nodes-datadog-cases.datadogCases', 1, {
		operation: 'count',
		query: '={{ $json.query }}',
		groupBy: ['status'],
		maxGroups: 100_000,
		options,
	}),
	credentials: ourCredential,
});

const getManyCases = (): INode => ({
	...workflowNode('Datadog Cases', 'n8n-nodes-datadog-cases.datadogCases', 1, {
		operation: 'getAll',
		query: '={{ $json.query }}',
		returnAll: true,
	}),
	credentials: ourCredential,
});

const floorNode = (url: string, lookups: boolean): INode => ({
	...workflowNode('Floor', 'n8n-nodes-floor.floor', 1, {
		url,
		query: '={{ $json.query }}',
		lookups,
	}),
	credentials: ourCredential,
});

/** What people build today. Response Format has to be JSON: n8n does not take Datadog's content type for it. */
const httpRequestChain = (url: string): INode[] => [
	{
		...workflowNode('HTTP Request', 'n8n-nodes-base.httpRequest', 4.2, {
			url: `${url}/api/v2/cases/count`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'datadogApi',
			sendQuery: true,
			queryParameters: {
				parameters: [
					{ name: 'query_filter', value: '={{ $json.query }}' },
					{ name: 'group_bys', value: 'status' },
					{ name: 'limit', value: '100000' },
				],
			},
			options: { response: { response: { responseFormat: 'json' } } },
		}),
		credentials: { datadogApi: { id: null, name: 'Datadog account' } },
	},
	workflowNode('Split Out', 'n8n-nodes-base.splitOut', 1, {
		fieldToSplitOut: 'data.attributes.groups',
		options: {},
	}),
	workflowNode('Split Out 2', 'n8n-nodes-base.splitOut', 1, {
		fieldToSplitOut: 'group_values',
		include: 'selectedOtherFields',
		fieldsToInclude: 'group',
		options: {},
	}),
	workflowNode('Edit Fields', 'n8n-nodes-base.set', 3.4, {
		assignments: {
			assignments: [
				{ id: '1', name: 'groupBy', value: '={{ $json.group }}', type: 'string' },
				{ id: '2', name: 'value', value: '={{ $json.group_values.value }}', type: 'string' },
				{ id: '3', name: 'count', value: '={{ $json.group_values.count }}', type: 'number' },
			],
		},
		options: {},
	}),
];

/** What people build today to get all cases of a query, which are as Datadog sends them. */
const pagedChain = (url: string): INode[] => [
	{
		...workflowNode('HTTP Request', 'n8n-nodes-base.httpRequest', 4.2, {
			url: `${url}/api/v2/cases`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'datadogApi',
			sendQuery: true,
			queryParameters: {
				parameters: [
					{ name: 'filter', value: '={{ $json.query }}' },
					{ name: 'page[size]', value: '100' },
				],
			},
			options: {
				response: { response: { responseFormat: 'json' } },
				pagination: {
					pagination: {
						paginationMode: 'updateAParameterInEachRequest',
						parameters: {
							parameters: [{ type: 'qs', name: 'page[number]', value: '={{ $pageCount + 1 }}' }],
						},
						paginationCompleteWhen: 'other',
						completeExpression: '={{ $response.body.data.length < 100 }}',
					},
				},
			},
		}),
		credentials: { datadogApi: { id: null, name: 'Datadog account' } },
	},
	workflowNode('Split Out', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'data', options: {} }),
];

/** @param query JavaScript that gives the query of item `i`. */
function workflowFor({ name, nodes }: Contender, count: number, query: string): Workflow {
	const jsCode = `return Array.from({ length: ${count} }, (_, i) => ({ json: { query: ${query} } }));`;
	const all = [
		workflowNode('Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		workflowNode('Make Items', 'n8n-nodes-base.code', 2, { jsCode }),
		...nodes,
	];
	const connections: IConnections = Object.fromEntries(
		all
			.slice(1)
			.map(({ name: next }, i) => [
				all[i].name,
				{ main: [[{ node: next, type: 'main', index: 0 }]] },
			]),
	);
	return { name, nodes: all, connections, settings: { executionOrder: 'v1' } };
}

/** A local address that nobody listens at. */
async function unusedUrl(): Promise<string> {
	const server = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return `http://127.0.0.1:${port}`;
}

function median(values: number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function loadingMs(nodeBinary: string, rounds: number): number {
	const script = `require('n8n-workflow');
const start = performance.now();
new (require('./dist/nodes/DatadogCases/DatadogCases.node.js').DatadogCases)();
new (require('./dist/credentials/DatadogCasesApi.credentials.js').DatadogCasesApi)();
console.log(performance.now() - start);`;
	const times = Array.from({ length: rounds }, () =>
		Number(execFileSync(nodeBinary, ['--eval', script], { cwd: ROOT, encoding: 'utf8' })),
	);
	return median(times);
}

async function reportOf(rows: Row[]): Promise<string> {
	const text = await readFile(join(__dirname, '../../e2e/n8n/package.json'), 'utf8');
	const { dependencies, optionalDependencies } = JSON.parse(text) as {
		dependencies: Record<string, string>;
		optionalDependencies: Record<string, string>;
	};
	const [{ model }] = cpus();
	const lines = rows.map(
		({ work, contender, ms, ratio, outcome }) =>
			`| ${work} | ${contender} | ${ms} | ${ratio} | ${outcome} |`,
	);
	return `# Benchmark

\`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: n8n ${dependencies.n8n}, Node.js ${Object.values(optionalDependencies)[0]}, ${cpus().length} × ${model.trim()}. One n8n, medians of five runs, the contenders by turns. Times are those of the nodes themselves, in milliseconds, with the local Datadog on the same machine. The ratio is this node's time to the contender's.

| Work | Contender | ms | Ratio | Outcome |
| --- | --- | --- | --- | --- |
${lines.join('\n')}

"HTTP Request chain" is what people build today: HTTP Request with n8n's built-in Datadog credential, two Split Outs, Edit Fields. "HTTP Request with pagination" is that for all cases of a query, with one Split Out behind it: its items are Datadog's, while this node's have the names of the users. "n8n alone" sends the same requests through n8n's HTTP helper, 25 at once, and reads nothing of the answers; with look-ups it has n8n resolve the credential for each item, as this node has to where an expression in the credential may give each item another value. How fast n8n answered while it bore an outage is that of its slowest answer to \`/healthz\`, asked for ten times a second.
`;
}
