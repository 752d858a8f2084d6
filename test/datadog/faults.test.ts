import { request } from 'node:http';
import { API_KEY, APPLICATION_KEY, OTHER_API_KEY, OTHER_APPLICATION_KEY } from './accounts';
import { type LocalDatadog, startDatadog } from './server';

const KEYS = { 'dd-api-key': API_KEY, 'dd-application-key': APPLICATION_KEY };
const AGGREGATION = JSON.stringify({
	data: {
		type: 'aggregate',
		attributes: { query_filter: 'status:open', group_by: { groups: ['status'], limit: 3 } },
	},
});

interface Json {
	data: {
		attributes: {
			groups: Array<{ group_values: Array<{ count: number }> }>;
			total?: number;
		};
	};
	errors: Array<{ detail: string }>;
}

interface Found {
	data: Array<{ attributes: { title: string } }>;
	meta: { total_cases: number };
}

let time = 0;
let datadog: LocalDatadog;
beforeAll(async () => {
	datadog = await startDatadog({ now: () => time });
});
afterEach(() => datadog.reset());
afterAll(() => datadog.close());

function count(query = 'status:open', headers: Record<string, string> = KEYS) {
	const parameters = new URLSearchParams({ query_filter: query, group_bys: 'status' });
	return fetch(`${datadog.url}/api/v2/cases/count?${parameters}`, { headers });
}

function search(parameters = 'filter=status:open') {
	return fetch(`${datadog.url}/api/v2/cases?${parameters}`, { headers: KEYS });
}

/** Who may be read of a search's answer. */
async function found(answer: Promise<Response>) {
	return (await (await answer).json()) as Found;
}

function aggregate() {
	return fetch(`${datadog.url}/api/v2/cases/aggregate`, {
		method: 'POST',
		headers: { ...KEYS, 'content-type': 'application/json' },
		body: AGGREGATION,
	});
}

async function jsonOf(answer: Promise<Response>) {
	return (await (await answer).json()) as Json;
}

async function statuses(amount: number, query?: string) {
	const seen = [];
	for (let done = 0; done < amount; done++) seen.push((await count(query)).status);
	return seen;
}

describe('faults', () => {
	test('come in order, each as often as it says, then all is well', async () => {
		datadog.control({ faults: [{ status: 500, times: 2 }, { status: 503 }] });
		expect(await statuses(4)).toEqual([500, 500, 503, 200]);
		expect(datadog.requests.map(({ status }) => status)).toEqual([500, 500, 503, 200]);
	});

	test('can last for ever', async () => {
		datadog.control({ faults: [{ status: 500, times: Infinity }] });
		expect(await statuses(5)).toEqual([500, 500, 500, 500, 500]);
		datadog.reset();
		expect(await statuses(1)).toEqual([200]);
	});

	test('befall only the requests whose query contains the text', async () => {
		datadog.control({ faults: [{ status: 500, times: 2, match: 'P1' }] });
		expect(await statuses(1, 'priority:P2')).toEqual([200]);
		expect(await statuses(1, 'priority:P1')).toEqual([500]);
		datadog.control({ faults: [{ status: 500, match: 'status:open' }] });
		expect((await aggregate()).status).toBe(500);
		datadog.control({ faults: [{ status: 500, match: 'status:closed' }] });
		expect((await search()).status).toBe(200);
		expect((await search('filter=status:closed')).status).toBe(500);
	});

	test('befall only the requests to a path', async () => {
		datadog.control({ faults: [{ status: 500, times: Infinity, path: '/api/v2/cases' }] });
		expect((await count()).status).toBe(200);
		expect((await aggregate()).status).toBe(200);
		expect((await search()).status).toBe(500);
		expect((await search('page[number]=2')).status).toBe(500);
	});

	test('befall only the searches for a page, which is the first where none is asked for', async () => {
		datadog.control({ faults: [{ status: 500, times: Infinity, page: 1 }] });
		expect((await search('page[number]=2')).status).toBe(200);
		expect((await search('page[number]=1')).status).toBe(500);
		expect((await search()).status).toBe(500);
		expect((await count()).status).toBe(200);
		datadog.control({ faults: [{ status: 500, page: 3 }] });
		expect((await search('page[number]=1')).status).toBe(200);
		expect((await search('page[number]=3')).status).toBe(500);
		expect((await search('page[number]=3')).status).toBe(200);
	});

	test('slow down searches alone', async () => {
		datadog.control({ faults: [{ path: '/api/v2/cases', delayMs: 150 }] });
		const started = Date.now();
		const answer = search();
		expect((await count()).status).toBe(200);
		expect(Date.now() - started).toBeLessThan(150);
		expect((await answer).status).toBe(200);
		expect(Date.now() - started).toBeGreaterThanOrEqual(145);
	});

	test('open and change cases before the answer, also before a refusal', async () => {
		const opens = { count: 2, changes: { title: 'surprise' } } as const;
		datadog.control({ faults: [{ opens }, { status: 503, opens }, { opens: { count: 1 } }] });
		expect((await found(search('filter=surprise'))).meta.total_cases).toBe(2);
		expect((await search()).status).toBe(503);
		const { data } = await found(search('page[size]=6'));
		expect(data.map(({ attributes }) => attributes.title).slice(0, 5)).toEqual([
			'A new case',
			...new Array<string>(4).fill('surprise'),
		]);

		const changes = { query: 'surprise', changes: { title: 'forgotten' } };
		datadog.control({ faults: [{ changes }] });
		expect((await found(search('filter=forgotten'))).data).toHaveLength(4);
		datadog.reset();
		expect((await found(search('filter=forgotten OR surprise'))).data).toEqual([]);
	});

	test('answer with the headers, body and content type they say', async () => {
		datadog.control({
			faults: [
				{
					status: 429,
					headers: { 'x-ratelimit-reset': '7' },
					body: 'né',
					contentType: 'text/plain',
				},
				{ headers: { 'x-extra': 'yes' } },
				{ status: 500 },
			],
		});
		const replaced = await count();
		expect(replaced.status).toBe(429);
		expect(replaced.headers.get('x-ratelimit-reset')).toBe('7');
		expect(replaced.headers.get('content-type')).toBe('text/plain');
		expect(await replaced.text()).toBe('né');

		const added = await count();
		expect(added.headers.get('x-extra')).toBe('yes');
		expect(await added.json()).toMatchObject({ data: { type: 'count' } });

		expect(await (await count()).json()).toEqual({ errors: ['Internal Server Error'] });
	});

	test.each([
		['html502' as const, 502, 'text/html', /^<html>.*502 Bad Gateway/],
		['empty403' as const, 403, null, /^$/],
		[
			'notPermitted' as const,
			403,
			'application/json',
			/^{"errors":\["Forbidden","Failed permission authorization checks"\]}$/,
		],
		['cutJson' as const, 200, 'application/json', /^{"data":[^}]*$/],
	])('%s', async (preset, status, type, body) => {
		datadog.control({ faults: [preset] });
		const answer = await count();
		expect(answer.status).toBe(status);
		expect(answer.headers.get('content-type')).toBe(type);
		expect(await answer.text()).toMatch(body);
	});

	test('close the connection without an answer', async () => {
		datadog.control({ faults: ['closed'] });
		await expect(count()).rejects.toThrow('fetch failed');
		expect(datadog.requests).toMatchObject([{ status: 0 }]);
		expect(datadog.inFlight).toBe(0);
		expect(await statuses(1)).toEqual([200]);
	});

	test('end an answer before all of it was sent', async () => {
		datadog.control({ faults: [{ cut: true, body: '{"data":{}}' }] });
		const answer = await count();
		expect(answer.status).toBe(200);
		expect(answer.headers.get('content-length')).toBe('111');
		await expect(answer.text()).rejects.toThrow('terminated');
	});

	test('delay an answer', async () => {
		datadog.control({ faults: [{ delayMs: 150 }] });
		const started = Date.now();
		const answer = count();
		expect((await count()).status).toBe(200);
		expect(Date.now() - started).toBeLessThan(150);
		expect((await answer).status).toBe(200);
		expect(Date.now() - started).toBeGreaterThanOrEqual(145);
	});

	test('make an answer huge', async () => {
		datadog.control({ faults: ['huge', 'huge'] });
		const { data: counted } = await jsonOf(count());
		expect(counted.attributes.groups[0].group_values).toHaveLength(100_000);
		const { data: aggregated } = await jsonOf(aggregate());
		expect(aggregated.attributes.groups[99_999]).toEqual({ group: 'value-100000', value: [1] });
		datadog.control({ variants: { huge: 100_000 } });
		const { data, ...rest } = await found(search('page[size]=5'));
		expect(data).toHaveLength(100_000);
		expect(data[99_999]).toEqual({
			id: 'b16ca5e5-0000-4000-8000-000000100000',
			type: 'case',
			attributes: { title: 'Case 100000' },
		});
		expect(rest).toEqual({
			meta: { total_cases: 100_000, page: { current: 1, size: 100_000, total: 1 } },
			included: [],
		});
		expect((await found(search('page[number]=2'))).data).toEqual([]);
	});
});

test('latency holds up every answer, and the peak tells how many waited at once', async () => {
	datadog.control({ latencyMs: 100 });
	const started = Date.now();
	const answers = [count(), count(), aggregate(), count('', {})];
	await Promise.all(answers);
	expect(Date.now() - started).toBeGreaterThanOrEqual(95);
	expect(datadog.peak).toBe(4);
	expect(datadog.inFlight).toBe(0);
});

test('a client that leaves while it waits is no longer in flight, and nothing was answered', async () => {
	datadog.control({ latencyMs: 10_000 });
	await expect(fetch(datadog.url, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
	while (datadog.inFlight > 0) await new Promise(setImmediate);
	expect(datadog.requests).toMatchObject([{ status: 0 }]);
});

describe('variants of good answers', () => {
	test('count with a total', async () => {
		datadog.control({ variants: { total: true } });
		const { data } = await jsonOf(count());
		expect(data.attributes.total).toBe(data.attributes.groups[0].group_values[0].count);
	});

	test('numbers as floats', async () => {
		datadog.control({ variants: { floats: true } });
		expect(await (await count()).text()).toMatch(/{"count":\d+\.0,"value":"OPEN"}/);
		expect(await (await aggregate()).text()).toMatch(/"value":\[\d+\.0\]}],"total":\d+\.0}/);
		expect(await (await search('filter=key:PAY-2')).text()).toContain(
			'"meta":{"total_cases":1.0,"page":{"current":1.0,"size":1.0,"total":1.0}}',
		);
	});

	test('members the documentation does not know', async () => {
		datadog.control({ variants: { extraKeys: true } });
		const undocumented = { nested: [true, null] };
		const attributes = { undocumented, groups: [{ undocumented: 'text' }] };
		for (const answer of [await count(), await aggregate()]) {
			const expected = { undocumented, data: { undocumented, attributes } };
			expect(await answer.json()).toMatchObject(expected);
		}
		const member = { undocumented, attributes: { undocumented } };
		expect(await (await search('filter=key:PAY-2')).json()).toMatchObject({
			undocumented,
			data: [{ ...member, relationships: { undocumented } }],
			meta: { undocumented, page: { undocumented } },
			included: [member, member],
		});
	});

	test('empty values, and no list of groups', async () => {
		datadog.control({ variants: { emptyValue: true } });
		const { data } = await jsonOf(aggregate());
		expect(data.attributes.groups).toEqual([{ group: 'OPEN', value: [] }]);
		datadog.control({ variants: { nullGroups: true } });
		for (const answer of [count(), aggregate()]) {
			expect((await jsonOf(answer)).data.attributes.groups).toBeNull();
		}
	});

	test('no list of cases, nothing about the pages, no users', async () => {
		datadog.control({ variants: { nullCases: true } });
		expect(Object.entries(await found(search()))).toEqual([
			['data', null],
			['meta', expect.any(Object)],
			['included', expect.anything()],
		]);
		datadog.control({ variants: { noMeta: true } });
		expect(Object.keys(await found(search()))).toEqual(['data', 'included']);
		datadog.control({ variants: { noIncluded: true } });
		expect(Object.keys(await found(search()))).toEqual(['data', 'meta']);
	});

	test('nobody as assignee', async () => {
		datadog.control({ variants: { nullAssignee: true } });
		datadog.openCases(1, { title: 'mine', assignee: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b04' });
		datadog.openCases(1, { title: 'mine' });
		expect(await found(search('filter=mine'))).toMatchObject({
			data: [
				{ relationships: { assignee: { data: null } } },
				{ relationships: { assignee: { data: { id: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b04' } } } },
			],
		});
	});
});

describe('the rate limit', () => {
	const other = { 'dd-api-key': OTHER_API_KEY, 'dd-application-key': OTHER_APPLICATION_KEY };

	async function limits(headers?: Record<string, string>) {
		const answer = await count('', headers);
		const told = ['limit', 'period', 'remaining', 'reset', 'name'].map((name) =>
			answer.headers.get(`x-ratelimit-${name}`),
		);
		return [answer.status, ...told];
	}

	test('is told on every answer and refilled when the period of the calendar ends', async () => {
		datadog.control({ rateLimit: { limit: 2, periodSeconds: 10, name: 'cases' } });
		time = 1_000_004_000;
		expect(await limits()).toEqual([200, '2', '10', '1', '6', 'cases']);
		time += 100;
		expect(await limits()).toEqual([200, '2', '10', '0', '6', 'cases']);
		expect(await limits()).toEqual([429, '2', '10', '0', '6', 'cases']);
		expect(await limits(other)).toEqual([200, '2', '10', '1', '6', 'cases']);
		time = 1_000_009_999;
		expect(await limits()).toEqual([429, '2', '10', '0', '1', 'cases']);
		time = 1_000_010_000;
		expect(await limits()).toEqual([200, '2', '10', '1', '10', 'cases']);
	});

	test('is explained in the words of Datadog', async () => {
		datadog.control({ rateLimit: { limit: 0, periodSeconds: 2 } });
		const answer = await aggregate();
		expect(answer.status).toBe(429);
		expect(answer.headers.get('content-type')).toBe('application/json');
		expect(await answer.json()).toEqual({
			errors: ['Rate limit of 0 requests in 2 seconds reached. Please try again later.'],
		});
	});

	test('is told on refusals and faults too, and not at all when it is off', async () => {
		datadog.control({ rateLimit: { limit: 5, periodSeconds: 2 }, faults: ['html502'] });
		expect((await limits()).slice(0, 4)).toEqual([502, '5', '2', '4']);
		expect((await limits({})).slice(0, 4)).toEqual([403, '5', '2', '4']);
		expect((await fetch(`${datadog.url}/nowhere`)).headers.get('x-ratelimit-limit')).toBe('5');
		datadog.reset();
		expect(await limits()).toEqual([200, null, null, null, null, null]);
	});
});

describe('over HTTP', () => {
	function put(settings: unknown) {
		return fetch(`${datadog.url}/control`, {
			method: 'PUT',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(settings),
		});
	}

	test('the same is set and cleared', async () => {
		const refused = { path: '/api/v2/cases', page: 2, preset: 'notPermitted', times: -1 };
		const opening = { opens: { count: 1, changes: { title: 'surprise' } } };
		await put({ faults: [refused, opening], variants: { noMeta: true } });
		const { data, ...rest } = await found(search('filter=surprise'));
		expect([data.length, Object.keys(rest)]).toEqual([1, ['included']]);
		expect((await search('page[number]=2')).status).toBe(403);

		await put({ faults: ['empty403', { preset: 'html502', times: -1 }], latencyMs: 1 });
		expect(await statuses(3)).toEqual([403, 502, 502]);
		await put({ rateLimit: { limit: 1, periodSeconds: 9 }, variants: { total: true }, faults: [] });
		expect(await statuses(2)).toEqual([200, 429]);
		const cleared = await fetch(`${datadog.url}/control`, { method: 'DELETE' });
		expect(await cleared.json()).toEqual({
			faults: [],
			rateLimit: null,
			latencyMs: 0,
			variants: {},
			tokenLifetimeSeconds: 60,
		});
		expect(await statuses(2)).toEqual([200, 200]);
	});

	test.each([
		[{ fault: [] }, 'unknown member "fault"'],
		[{ faults: [{ state: 500 }] }, 'unknown member "faults/0/state"'],
		[{ faults: [{ page: 0 }] }, 'error decoding attribute "faults/0/page": must be >= 1'],
		[
			{ faults: [{ opens: { changes: { title: 'x' } } }] },
			`error decoding attribute "faults/0/opens": must have required property 'count'`,
		],
		[
			{ faults: [{ changes: { query: 'x', changes: { owner: 'me' } } }] },
			'unknown member "faults/0/changes/changes/owner"',
		],
		[{ faults: ['html'] }, /"faults\/0": must be equal to one of the allowed values: html502,/],
		[{ rateLimit: { limit: 3 } }, /"rateLimit": must have required property 'periodSeconds'/],
	])('a mistake in %j is told', async (settings, detail) => {
		const answer = put(settings);
		expect((await answer).status).toBe(400);
		const { errors } = await jsonOf(answer);
		expect(errors[0].detail).toEqual(
			typeof detail === 'string' ? detail : expect.stringMatching(detail),
		);
	});
});

test('close ends at once what is idle and what is pending', async () => {
	const other = await startDatadog();
	await (await fetch(`${other.url}/api/v1/validate`, { headers: KEYS })).text();
	other.control({ faults: ['slow'] });
	const pending = new Promise((resolve) =>
		request(`${other.url}/api/v1/validate`, { headers: KEYS }).on('error', resolve).end(),
	);
	while (other.inFlight === 0) await new Promise(setImmediate);
	const started = Date.now();
	await other.close();
	expect(await pending).toMatchObject({ code: 'ECONNRESET' });
	expect(Date.now() - started).toBeLessThan(500);
});

test('a port that is taken is refused with its code', async () => {
	const port = Number(new URL(datadog.url).port);
	await expect(startDatadog({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
