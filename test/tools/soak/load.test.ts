/** How much the node sends and keeps for many items, counted instead of timed. */
import type { IHttpRequestOptions } from 'n8n-workflow';
import { RunsClock } from './runsClock';
import { contextFor, credentialWith, execute, parametersWith, type RunInput } from './runsNode';

type Answer = (time: RunsClock, request: IHttpRequestOptions) => Promise<unknown>;

const API_KEY = '0123456789abcdef'.repeat(2);
const MANY = 10_000;

const distinct = Array.from({ length: MANY }, (_, item) => `key:${item}`);
const equal = Array.from({ length: 5 * MANY }, () => 'status:open');

const lost = (code: string, message: string) => Object.assign(new Error(message), { code });
const refuse = async () => {
	throw lost('ECONNREFUSED', 'connect ECONNREFUSED');
};
const whole = { data: { attributes: { total: 7, groups: [] } } };
const reply = async (time: RunsClock, ms: number, statusCode: number, body: object) => {
	await time.later(ms);
	return { statusCode, headers: {}, body };
};

/** Runs the node with the defaults, one query for each item. */
async function load(queries: string[], answer: Answer, options = {}) {
	const time = new RunsClock();
	const sent: string[] = [];
	const input: RunInput = {
		items: queries.length,
		parameters: (item) => parametersWith(queries[item], [], options),
		credential: async () => credentialWith(API_KEY, false),
		onError: 'continueRegularOutput',
		answer: async (request) => {
			time.measure();
			sent.push(String(request.qs?.query_filter));
			return await answer(time, request);
		},
	};
	const [items] = await time.finish(async () => await execute.call(contextFor(input)));
	const pairs = items.map(({ pairedItem }) => pairedItem);
	return {
		sent,
		ms: time.passed,
		/** What waits at once, whatever the number of items. */
		waits: time.mostWaits,
		listeners: time.mostListeners,
		leftOver: time.pendingWaits,
		refused: items.filter(({ json }) => json.error !== undefined).length,
		answered: items.filter(({ json }) => json.count === 7).length,
		isPaired: pairs.every((pair, item) => (pair as { item: number }).item === item),
	};
}

const FEW = 30;

it.each<[string, Answer, string[]]>([
	['a refused connection', refuse, ['key:0', 'key:1', 'key:2', 'key:3', 'key:4', 'key:5']],
	[
		'a host that answers 503 after 20 ms',
		async (time) => await reply(time, 20, 503, {}),
		['key:0', 'key:1', 'key:2', 'key:3', 'key:4', 'key:5'],
	],
])('gives up after a few tries for 10,000 queries against %s', async (_name, answer, first) => {
	const { sent, ms, waits, listeners, ...rest } = await load(distinct, answer);
	expect(rest).toEqual({ refused: MANY, answered: 0, isPaired: true, leftOver: 0 });
	expect(new Set(sent)).toEqual(new Set(first));
	expect(sent.length).toBeLessThanOrEqual(200);
	expect(ms).toBeLessThanOrEqual(30_000);
	expect(waits).toBeLessThanOrEqual(FEW);
	expect(listeners).toBeLessThanOrEqual(FEW);
});

it('gives up after a few timeouts for 10,000 queries against a host that hangs', async () => {
	const { sent, ms, waits, listeners, ...rest } = await load(distinct, async (time, request) => {
		await time.later(request.timeout ?? 0);
		throw lost('ECONNABORTED', `timeout of ${request.timeout}ms exceeded`);
	});
	expect(rest).toEqual({ refused: MANY, answered: 0, isPaired: true, leftOver: 0 });
	expect(sent.length).toBeLessThanOrEqual(200);
	// Six tries of 30 seconds, and the waits between them.
	expect(ms).toBeLessThanOrEqual(6 * 30_000 + 30_000);
	expect(waits).toBeLessThanOrEqual(FEW);
	expect(listeners).toBeLessThanOrEqual(FEW);
});

it('refuses none of 10,000 queries when the host is back after two seconds', async () => {
	const { sent, ms, waits, listeners, ...rest } = await load(distinct, async (time) =>
		time.passed < 2_000 ? await refuse() : await reply(time, 20, 200, whole),
	);
	expect(rest).toEqual({ refused: 0, answered: MANY, isPaired: true, leftOver: 0 });
	expect(new Set(sent).size).toBe(MANY);
	expect(sent.length).toBeLessThanOrEqual(MANY + 200);
	expect(ms).toBeLessThanOrEqual(30_000);
	expect(waits).toBeLessThanOrEqual(FEW);
	expect(listeners).toBeLessThanOrEqual(FEW);
});

it('sends one request for 50,000 items that ask for the same', async () => {
	const run = await load(equal, async (time) => await reply(time, 20, 200, whole));
	expect(run).toEqual({
		sent: ['status:open'],
		ms: 20,
		waits: 0,
		listeners: 0,
		leftOver: 0,
		refused: 0,
		answered: 5 * MANY,
		isPaired: true,
	});
});
