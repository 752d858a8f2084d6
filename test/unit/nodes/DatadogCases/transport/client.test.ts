import fc from 'fast-check';
import { ExecuteContext } from 'n8n-core';

import { clock } from '../../../../../nodes/DatadogCases/transport/clock';
import { keysFor } from '../../../../support/account';
import { ACCESS_TOKEN, OTHER_API_KEY, OTHER_APPLICATION_KEY } from '../../../../datadog/accounts';
import { counted, okItem } from '../../../../support/counted';
import { runNode } from '../../../../support/engine';
import { datadog, time, useDatadogOnVirtualTime } from '../../../../support/localDatadog';

useDatadogOnVirtualTime();

const whenAborted = async (signal: AbortSignal) =>
	await new Promise<void>((resolve) => {
		if (signal.aborted) resolve();
		signal.addEventListener('abort', () => resolve());
	});
/** Waits in whole seconds, because the node adds up to 25% unless Datadog asks for a wait. */
const seconds = () => time.waits.map((ms) => Math.floor(ms / 1_000));

const run = async (
	queries: unknown[],
	parameters: object = {},
	credential = keysFor(datadog.url),
) =>
	await runNode({
		parameters: { query: '={{ $json.q }}', ...parameters },
		input: queries.map((q) => ({ q })) as never,
		credential,
	});

describe('trying again', () => {
	it.each([
		['X-RateLimit-Reset', { 'X-RateLimit-Reset': '7', 'Retry-After': '3' }, 7],
		['Retry-After', { 'Retry-After': '3' }, 3],
		['a wait of exactly Max Wait', { 'X-RateLimit-Reset': '60' }, 60],
		['neither', {}, 1],
		['an unreadable X-RateLimit-Reset', { 'X-RateLimit-Reset': 'soon' }, 1],
	])('waits as a 429 with %s asks, then sends the same request', async (_, headers, second) => {
		datadog.control({ faults: [{ status: 429, headers, body: '' }, { body: counted() }] });
		const { items } = await run(['status:open']);
		expect(seconds()).toEqual([second]);
		expect(datadog.requests.map(({ status }) => status)).toEqual([429, 200]);
		expect(datadog.requests[1].at - datadog.requests[0].at).toBe(time.waits[0]);
		expect(datadog.requests[1].query).toEqual(datadog.requests[0].query);
		expect(items).toEqual([okItem(0)]);
	});

	it.each([
		['500', { status: 500, body: '' }],
		['a 502 page', { preset: 'html502' as const }],
		['503', { status: 503, body: '' }],
		['504', { status: 504, body: '' }],
		['a closed connection', { close: true as const }],
		['an answer that breaks off', { cut: true as const, body: counted() }],
	])('waits 1, 2 and 4 seconds after %s, also for the POST of Aggregate', async (_, fault) => {
		const body = JSON.stringify({
			data: { attributes: { total: 8, groups: [{ group: 'OPEN', value: [2] }] } },
		});
		datadog.control({ faults: [{ ...fault, times: 3 }, { body }] });
		const { items } = await run(['status:open'], { operation: 'aggregate' });
		expect(seconds()).toEqual([1, 2, 4]);
		expect(datadog.requests).toHaveLength(4);
		expect(datadog.requests[3].body).toEqual({
			data: {
				type: 'aggregate',
				attributes: { query_filter: 'status:open', group_by: { groups: ['status'], limit: 50 } },
			},
		});
		expect(items).toEqual([
			{
				json: { groupBy: 'status', value: 'OPEN', count: 2, total: 8, share: 0.25 },
				pairedItem: { item: 0 },
			},
		]);
	});

	it('gives up after Max Retries, without a last wait', async () => {
		datadog.control({ faults: [{ status: 503, body: '', times: Infinity }] });
		const { error } = await run(['status:open'], { options: { maxRetries: 2 } });
		expect(datadog.requests).toHaveLength(3);
		expect(seconds()).toEqual([1, 2]);
		expect(error?.message).toBe("Datadog couldn't process the request");
	});

	it.each([201, 400, 500])('takes no counts from a %d', async (status) => {
		datadog.control({ faults: [{ status, body: counted() }] });
		const { items, error } = await run(['status:open'], { options: { maxRetries: 0 } });
		expect(items).toEqual([]);
		expect(error?.httpCode).toBe(String(status));
	});

	it.each([400, 401, 403, 404])('does not try again after a %d', async (status) => {
		datadog.control({ faults: [{ status, body: '', times: Infinity }] });
		await run(['status:open']);
		expect(datadog.requests).toHaveLength(1);
		expect(time.waits).toEqual([]);
	});

	it('makes nobody else wait for a 503', async () => {
		datadog.control({
			faults: [
				{ match: 'slow', status: 503, headers: { 'Retry-After': '50' }, body: '' },
				{ body: counted(), times: Infinity },
			],
		});
		const start = time.now();
		const { items } = await run(['a', 'slow', 'b', 'c']);
		expect(items).toEqual([0, 1, 2, 3].map((item) => okItem(item)));
		expect(datadog.requests.filter(({ at }) => at === start)).toHaveLength(4);
	});
});

describe('the rate limit', () => {
	const queries = (count: number) => Array.from({ length: count }, (_, i) => `case ${i}`);

	it('lets 40 queries through a limit of 10 per 2 seconds with at most a few refusals', async () => {
		datadog.control({
			rateLimit: { limit: 10, periodSeconds: 2 },
			faults: [{ body: counted(), times: Infinity }],
		});
		const { items, error } = await run(queries(40));
		expect(error).toBeUndefined();
		expect(items).toEqual(Array.from({ length: 40 }, (_, item) => okItem(item)));
		expect(datadog.requests.filter(({ status }) => status === 429).length).toBeLessThanOrEqual(3);
		expect(datadog.requests.length).toBeLessThanOrEqual(43);
	});

	it('makes the whole run wait once after a 429, then asks alone', async () => {
		datadog.control({
			faults: [
				{ body: counted(1) },
				{ match: 'case 1', status: 429, headers: { 'X-RateLimit-Reset': '9' }, body: '' },
				{ body: counted(), times: Infinity },
			],
		});
		const { items } = await run(queries(10), { options: { maxConcurrency: 2 } });
		expect(items).toEqual([
			okItem(0, 1),
			...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((item) => okItem(item)),
		]);
		const late = datadog.requests.filter(({ at }) => at - datadog.requests[0].at >= 9_000);
		expect(datadog.requests.length - late.length).toBeLessThanOrEqual(3);
		expect(late.length).toBeGreaterThanOrEqual(8);
	});

	it('ends every item at once when the wait is longer than Max Wait, and names it', async () => {
		datadog.control({
			rateLimit: { limit: 3, periodSeconds: 3_600 },
			faults: [{ body: counted(), times: Infinity }],
		});
		const { items, error } = await run(queries(6));
		expect(items).toEqual([]);
		expect(error).toMatchObject({
			message: "Datadog requires a wait of 3600 seconds, which is longer than 'Max Wait'",
			httpCode: '429',
		});
		expect(time.waits).toEqual([]);
		expect(datadog.requests.length).toBeLessThanOrEqual(3);
	});
});

describe('a rate limit of an organization', () => {
	it('holds for all its application keys together', async () => {
		datadog.control({
			rateLimit: { limit: 5, periodSeconds: 2 },
			faults: [{ body: counted(), times: Infinity }],
		});
		const { items, error } = await runNode({
			parameters: { query: '={{ $json.q }}' },
			input: Array.from({ length: 20 }, (_, i) => ({ q: `case ${i}`, app: `key-${i % 4}` })),
			credential: {
				...keysFor(datadog.url),
				appKey:
					'={{ $json.app === "key-1" ? "test-application-key-without-permission" : "test-application-key" }}',
			},
			settings: { onError: 'continueRegularOutput' },
		});
		expect(error).toBeUndefined();
		expect(items).toHaveLength(20);
		expect(datadog.requests.filter(({ status }) => status === 429).length).toBeLessThanOrEqual(2);
	});

	it('is not forgotten over answers that do not tell it', async () => {
		datadog.control({
			rateLimit: { limit: 10, periodSeconds: 2 },
			faults: [
				{ match: 'case 0', close: true },
				...[6, 12, 18, 24, 30].map((i) => ({ match: `case ${i}`, status: 502, body: '' })),
				{ body: counted(), times: Infinity },
			],
		});
		const { items } = await run(Array.from({ length: 40 }, (_, i) => `case ${i}.`));
		expect(items).toEqual(Array.from({ length: 40 }, (_, item) => okItem(item)));
		expect(datadog.requests.filter(({ status }) => status === 429).length).toBeLessThanOrEqual(5);
	});

	it('does not end the run for refusals with other answers between them', async () => {
		const refused = { status: 429, headers: { 'X-RateLimit-Reset': '1' }, body: '' };
		const broken = { status: 503, body: '' };
		datadog.control({
			faults: [
				refused,
				broken,
				refused,
				broken,
				refused,
				broken,
				refused,
				{ body: counted(), times: Infinity },
			],
		});
		const { items } = await run(['a', 'b', 'c'], { options: { maxRetries: 7 } });
		expect(items).toEqual([0, 1, 2].map((item) => okItem(item)));
	});

	it('of one organization makes no item of another wait', async () => {
		datadog.control({
			faults: [
				{ match: 'first', status: 429, headers: { 'X-RateLimit-Reset': '30' }, body: '' },
				{ body: counted(), times: Infinity },
			],
		});
		const start = time.now();
		const { items } = await runNode({
			parameters: { query: '={{ $json.q }}' },
			input: ['first', 'second', 'third', 'fourth'].map((q, i) => ({
				q,
				api: i % 2 === 0 ? 'test-api-key' : OTHER_API_KEY,
				app: i % 2 === 0 ? 'test-application-key' : OTHER_APPLICATION_KEY,
			})),
			credential: {
				...keysFor(datadog.url),
				apiKey: '={{ $json.api }}',
				appKey: '={{ $json.app }}',
			},
		});
		expect(items).toEqual([0, 1, 2, 3].map((item) => okItem(item)));
		const others = datadog.requests.filter(
			({ headers }) => headers['dd-api-key'] === OTHER_API_KEY,
		);
		expect(others.map(({ at }) => at - start)).toEqual([0, 0]);
	});

	it('does not hold for another organization', async () => {
		datadog.control({
			faults: [
				{ match: 'first', status: 429, headers: { 'X-RateLimit-Reset': '3600' }, body: '' },
				{ body: counted(), times: Infinity },
			],
		});
		const { items } = await runNode({
			parameters: { query: '={{ $json.q }}' },
			input: [
				{ q: 'first', by: 'keys' },
				{ q: 'second', by: 'accessToken' },
			],
			credential: {
				...keysFor(datadog.url),
				authentication: '={{ $json.by }}',
				accessToken: ACCESS_TOKEN,
			},
			settings: { onError: 'continueRegularOutput' },
		});
		expect(items[0].json.error).toMatch(/requires a wait of 3600 seconds/);
		expect(items[1]).toEqual(okItem(1));
	});

	it('ends the run when Datadog refuses after every wait', async () => {
		datadog.control({
			faults: [{ status: 429, headers: { 'X-RateLimit-Reset': '30' }, body: '', times: Infinity }],
		});
		const start = time.now();
		const { items } = await runNode({
			parameters: { query: '={{ $json.q }}' },
			input: Array.from({ length: 100 }, (_, i) => ({ q: `case ${i}` })),
			credential: keysFor(datadog.url),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(items.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual(
			Array.from({ length: 100 }, (_, item) => ["Datadog's rate limit was reached", { item }]),
		);
		expect(time.now() - start).toBe(90_000);
		expect(datadog.requests).toHaveLength(4);
	});
});

it('sends several at once although Datadog rejected the first', async () => {
	datadog.control({
		latencyMs: 3,
		faults: [
			{ match: 'case 0', status: 503, body: '', times: 4 },
			{ body: counted(), times: Infinity },
		],
	});
	const { items } = await runNode({
		parameters: { query: '={{ $json.q }}' },
		input: ['case 0', 'a', 'b', 'c', 'd'].map((q) => ({ q })),
		credential: keysFor(datadog.url),
		settings: { onError: 'continueRegularOutput' },
	});
	expect(items[0].json.error).toBe("Datadog couldn't process the request");
	expect(items.slice(1)).toEqual([1, 2, 3, 4].map((item) => okItem(item)));
	expect(datadog.peak).toBeGreaterThan(1);
});

it('stops at once, without the requests that are still under way', async () => {
	datadog.control({
		faults: [
			{ match: 'first', body: counted() },
			{ match: 'bad', status: 400, body: '' },
			{ delayMs: 60_000, times: Infinity },
		],
	});
	const { error } = await run(['first', 'slow 1', 'bad', 'slow 2', 'slow 3'], {
		options: { maxConcurrency: 2 },
	});
	expect(error).toMatchObject({ httpCode: '400', context: { itemIndex: 2 } });
	expect(datadog.inFlight).toBe(1);
	expect(datadog.requests.map(({ query }) => query.query_filter).sort()).toEqual([
		'bad',
		'first',
		'slow 1',
	]);
});

it('runs where n8n has no hints, as for agents in its older versions', async () => {
	datadog.control({ faults: [{ body: counted() }] });
	const { addExecutionHints } = ExecuteContext.prototype;
	Object.assign(ExecuteContext.prototype, { addExecutionHints: undefined });
	try {
		const { items } = await run(['status:open']);
		expect(items).toEqual([okItem(0)]);
	} finally {
		Object.assign(ExecuteContext.prototype, { addExecutionHints });
	}
});

describe('equal requests', () => {
	it('are sent once for 1,000 items, and every item gets its own', async () => {
		datadog.control({ faults: [{ body: counted(), times: Infinity }] });
		const { items } = await run(Array.from({ length: 1_000 }, () => 'status:open'));
		expect(datadog.requests).toHaveLength(1);
		expect(items).toEqual(Array.from({ length: 1_000 }, (_, item) => okItem(item)));
	});

	it('are sent once for items with different Max Retries, each of which ends by its own', async () => {
		datadog.control({
			faults: [
				{ status: 503, body: '', times: 2 },
				{ body: counted(), times: Infinity },
			],
		});
		const { items } = await runNode({
			parameters: { query: 'x', options: { maxRetries: '={{ $json.retries }}' } },
			input: [0, 3, 1, 2].map((retries) => ({ retries })),
			credential: keysFor(datadog.url),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(datadog.requests.map(({ status }) => status)).toEqual([503, 503, 200]);
		expect(items.map(({ json, pairedItem }) => [json.error ?? json.count, pairedItem])).toEqual([
			["Datadog couldn't process the request", { item: 0 }],
			[42, { item: 1 }],
			["Datadog couldn't process the request", { item: 2 }],
			[42, { item: 3 }],
		]);
	});

	it('of two accounts are sent for each, with its own keys', async () => {
		datadog.control({ faults: [{ body: counted(), times: Infinity }] });
		const { items } = await runNode({
			parameters: { query: '={{ $json.q }}' },
			input: [
				{ q: 'a', api: 'test-api-key', app: 'test-application-key' },
				{ q: 'a', api: OTHER_API_KEY, app: OTHER_APPLICATION_KEY },
			],
			credential: {
				...keysFor(datadog.url),
				apiKey: '={{ $json.api }}',
				appKey: '={{ $json.app }}',
			},
		});
		expect(items).toEqual([okItem(0), okItem(1)]);
		expect(datadog.requests.map(({ headers }) => headers['dd-api-key'])).toEqual([
			'test-api-key',
			'other-api-key',
		]);
	});

	it('share a refusal too, each with its own item', async () => {
		datadog.control({ faults: [{ status: 400, body: '', times: Infinity }] });
		const { items } = await runNode({
			parameters: { query: 'x' },
			input: [{}, {}],
			credential: keysFor(datadog.url),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(datadog.requests).toHaveLength(1);
		expect(items.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual([
			['Datadog rejected the request', { item: 0 }],
			['Datadog rejected the request', { item: 1 }],
		]);
	});
});

it('sends 300 distinct requests, never more than Max Concurrency at once', async () => {
	// Long enough that a slow machine sends as many as it may before the first is answered.
	datadog.control({ latencyMs: 25, faults: [{ body: counted(), times: Infinity }] });
	const queries = Array.from({ length: 300 }, (_, i) => `case ${i}`);
	const { items } = await run(queries, { options: { maxConcurrency: 7 } });
	expect(items).toEqual(queries.map((_, item) => okItem(item)));
	expect(datadog.requests.map(({ query }) => query.query_filter).sort()).toEqual(queries.sort());
	expect(datadog.peak).toBe(7);
});

it.each(['count', 'aggregate'])(
	'sends to %s whatever people type as Query, unchanged',
	async (operation) => {
		const [count, aggregate] = [counted(), '{"data":{"attributes":{"total":0,"groups":[]}}}'];
		datadog.control({
			faults: [{ body: operation === 'count' ? count : aggregate, times: Infinity }],
		});
		const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
		const queries = fc.sample(
			fc.oneof(
				text,
				text.map((word) => `status:"${word}" OR -a&b=c#d%20+`),
			),
			200,
		);
		const { error } = await run(queries, { operation });
		expect(error).toBeUndefined();
		const sent = datadog.requests.map(({ query, body }) =>
			operation === 'count'
				? query.query_filter
				: (body as { data: { attributes: { query_filter: string } } }).data.attributes.query_filter,
		);
		expect(new Set(sent)).toEqual(new Set(queries));
		expect(sent).toHaveLength(new Set(queries).size);
	},
);

it('gives 100,000 values one item each, in their order', async () => {
	datadog.control({ variants: { huge: 100_000 } });
	const { items } = await run(['']);
	expect(items).toHaveLength(100_000);
	expect(new Set(items.map(({ json }) => json.value)).size).toBe(100_000);
	expect(items.every(({ pairedItem }) => (pairedItem as { item: number }).item === 0)).toBe(true);
});

it('asks nothing when a parameter of a later item is refused and the workflow stops', async () => {
	const { error } = await run(['a', 'b', undefined]);
	expect(error?.message).toBe("'Query' must be text, or an empty string to leave it out [item 2]");
	expect(datadog.requests).toEqual([]);
});

it('refuses an operation that is not in the list', async () => {
	const { error } = await run(['a'], { operation: 'delete' });
	expect(error?.message).toBe("'Operation' must be one of the listed options [item 0]");
	expect(datadog.requests).toEqual([]);
});

it('says that a credential cannot be loaded, for every item', async () => {
	const { items } = await runNode({
		input: [{}, {}],
		credential: undefined,
		settings: { onError: 'continueRegularOutput' },
	});
	expect(items).toEqual(
		[0, 1].map((item) => ({
			json: {
				error: "The credential couldn't be used",
				details: { description: 'n8n\'s message: "Credential with ID "1" does not exist".' },
			},
			pairedItem: { item },
		})),
	);
});

describe('a cancelled execution', () => {
	it.each([
		['for the rate limit', { status: 429, headers: { 'X-RateLimit-Reset': '50' }, body: '' }],
		['after a 503', { status: 503, headers: { 'Retry-After': '50' }, body: '' }],
	])('stops waiting %s and sends nothing more', async (_, fault) => {
		datadog.control({ faults: [{ ...fault, times: Infinity }] });
		const stopped: Array<Promise<void>> = [];
		let cancel = () => {};
		jest.spyOn(clock, 'wait').mockImplementation(async (_ms, signal) => {
			stopped.push(whenAborted(signal));
			cancel();
			await whenAborted(signal);
		});
		const { run: ended } = await runNode({
			parameters: { query: '={{ $json.q }}' },
			input: [{ q: 'a' }, { q: 'b' }],
			credential: keysFor(datadog.url),
			onStart: (cancelExecution) => (cancel = cancelExecution),
		});
		await Promise.all(stopped);
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(ended.status).toBe('canceled');
		expect(stopped.length).toBeGreaterThan(0);
		expect(datadog.requests.length).toBeLessThanOrEqual(2);
	});

	it('stops a request that is under way', async () => {
		datadog.control({ faults: [{ delayMs: 60_000, times: Infinity }] });
		const { run: ended } = await runNode({
			parameters: { query: 'a' },
			credential: keysFor(datadog.url),
			onStart: (cancel) => void untilRequested().then(cancel),
		});
		expect(ended.status).toBe('canceled');
		while (datadog.inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 1));
		expect(datadog.requests).toHaveLength(1);
	});

	it('sends nothing when the node is called again after it, as Retry On Fail does', async () => {
		jest
			.spyOn(ExecuteContext.prototype, 'getExecutionCancelSignal')
			.mockReturnValue(AbortSignal.abort());
		const { error } = await run(['a']);
		expect(error?.message).toBe('The execution was stopped');
		expect(datadog.requests).toEqual([]);
	});

	it('ends a wait by the signal, which keeps no listener', async () => {
		const execution = new AbortController();
		const added = jest.spyOn(execution.signal, 'addEventListener');
		const removed = jest.spyOn(execution.signal, 'removeEventListener');
		jest
			.spyOn(ExecuteContext.prototype, 'getExecutionCancelSignal')
			.mockReturnValue(execution.signal);
		jest.spyOn(clock, 'wait').mockImplementation(async (_ms, signal) => {
			execution.abort();
			await whenAborted(signal);
		});
		datadog.control({ faults: [{ status: 503, body: '', times: Infinity }] });
		const { error } = await run(['a']);
		expect(error?.message).toBe('The execution was stopped');
		expect(datadog.requests).toHaveLength(1);
		const [[, listener]] = added.mock.calls.slice(-1);
		expect(removed).toHaveBeenCalledWith('abort', listener);
	});

	it('is not needed where n8n has no signal for it', async () => {
		datadog.control({ faults: [{ body: counted() }] });
		jest.spyOn(ExecuteContext.prototype, 'getExecutionCancelSignal').mockReturnValue(undefined);
		expect((await run(['a'])).items).toEqual([okItem(0)]);
	});

	const untilRequested = async () => {
		while (datadog.inFlight === 0) await new Promise((resolve) => setTimeout(resolve, 1));
	};
});
