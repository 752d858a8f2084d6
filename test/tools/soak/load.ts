/** How much the node sends and keeps for many items, counted instead of timed. */
import type { IHttpRequestOptions } from 'n8n-workflow';
import { RunsClock } from './runsClock';
import { contextFor, credentialWith, execute, parametersWith, type RunInput } from './runsNode';

type Answer = (time: RunsClock, request: IHttpRequestOptions) => Promise<unknown>;

interface Load {
	name: string;
	/** How often as many items as are asked for. */
	times: number;
	query: (item: number) => string;
	answer: Answer;
	/** Whether all items are to be answered, or all refused. */
	ends: 'answered' | 'refused';
	requests: (items: number) => number;
	seconds: number;
	/** Most waits of the product at once, and most listeners of what ends them, however many items there are. */
	waits: number;
}

/** What one load came to. */
export interface LoadResult {
	name: string;
	items: number;
	requests: number;
	/** In virtual time. */
	seconds: number;
	waits: number;
	listeners: number;
	/** Bounds that were passed, and items that were lost or ended otherwise. */
	faults: string[];
}

const distinct = (item: number) => `key:${item}`;
const equal = () => 'status:open';

const lost = (code: string, message: string) => Object.assign(new Error(message), { code });
const refuse = async () => {
	throw lost('ECONNREFUSED', 'connect ECONNREFUSED');
};
const whole = { data: { attributes: { total: 7, groups: [] } } };
const reply = async (time: RunsClock, ms: number, statusCode: number, body: object) => {
	await time.later(ms);
	return { statusCode, headers: {}, body };
};

const LOADS: Load[] = [
	{
		name: 'distinct queries, connection refused',
		times: 1,
		query: distinct,
		answer: refuse,
		ends: 'refused',
		requests: () => 200,
		seconds: 30,
		waits: 1,
	},
	{
		name: 'distinct queries, 503 after 20 ms',
		times: 1,
		query: distinct,
		answer: async (time) => await reply(time, 20, 503, {}),
		ends: 'refused',
		requests: () => 200,
		seconds: 30,
		waits: 1,
	},
	{
		name: 'distinct queries, the host hangs until Timeout',
		times: 1,
		query: distinct,
		answer: async (time, { timeout = 0 }) => {
			await time.later(timeout);
			throw lost('ECONNABORTED', `timeout of ${timeout}ms exceeded`);
		},
		ends: 'refused',
		requests: () => 200,
		// Six tries of 30 seconds, and the waits between them.
		seconds: 210,
		waits: 1,
	},
	{
		name: 'distinct queries, the host is back after two seconds',
		times: 1,
		query: distinct,
		answer: async (time) =>
			time.passed < 2_000 ? await refuse() : await reply(time, 20, 200, whole),
		ends: 'answered',
		requests: (items) => items + 200,
		seconds: 30,
		waits: 1,
	},
	{
		name: 'equal queries',
		times: 5,
		query: equal,
		answer: async (time) => await reply(time, 20, 200, whole),
		ends: 'answered',
		requests: () => 1,
		seconds: 0.02,
		waits: 0,
	},
];

/** Runs the node with its defaults on each load, with one query for each item. */
export async function runLoads(items: number): Promise<LoadResult[]> {
	const results: LoadResult[] = [];
	for (const load of LOADS) results.push(await run(load, load.times * items));
	return results;
}

async function run(load: Load, items: number): Promise<LoadResult> {
	const time = new RunsClock();
	let requests = 0;
	const input: RunInput = {
		items,
		parameters: (item) => parametersWith(load.query(item), [], {}),
		credential: async () => credentialWith('0123456789abcdef'.repeat(2), false),
		onError: 'continueRegularOutput',
		answer: async (request) => {
			time.measure();
			requests++;
			return await load.answer(time, request);
		},
	};
	const [output] = await time.finish(async () => await execute.call(contextFor(input)));

	const { name } = load;
	const seconds = time.passed / 1000;
	const { mostWaits: waits, mostListeners: listeners, pendingWaits } = time;
	const isPaired = output.every(({ pairedItem }, item) => {
		const pair = pairedItem as { item: number };
		return pair.item === item;
	});
	const isRight = ({ json }: { json: { error?: unknown; count?: unknown } }) =>
		load.ends === 'refused' ? json.error !== undefined : json.count === 7;
	const faults = [
		output.length !== items && `${output.length} items`,
		!isPaired && 'wrong pairs',
		!output.every(isRight) && `not all ${load.ends}`,
		pendingWaits > 0 && `${pendingWaits} waits left over`,
		requests > load.requests(items) && 'too many requests',
		seconds > load.seconds && 'too slow',
		waits > load.waits && 'too many waits at once',
		listeners > load.waits && 'too many listeners',
	].filter((fault) => fault !== false);
	return { name, items, requests, seconds, waits, listeners, faults };
}
