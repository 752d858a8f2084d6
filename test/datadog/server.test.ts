import {
	ACCESS_TOKEN,
	ACCESS_TOKEN_WITHOUT_PERMISSION,
	API_KEY,
	APPLICATION_KEY,
	APPLICATION_KEY_WITHOUT_PERMISSION,
	OTHER_API_KEY,
	OTHER_APPLICATION_KEY,
	OTHER_PROJECT_KEY,
} from './accounts';
import { generateCases } from './cases';
import { type LocalDatadog, startDatadog } from './server';

const COUNT = '/api/v2/cases/count';
const AGGREGATE = '/api/v2/cases/aggregate';
const KEYS = { 'dd-api-key': API_KEY, 'dd-application-key': APPLICATION_KEY };

const cases = generateCases().filter(({ attributes }) => !attributes.archived_at);

let datadog: LocalDatadog;
beforeAll(async () => {
	datadog = await startDatadog();
});
afterEach(() => datadog.reset());
afterAll(() => datadog.close());

interface Json {
	data: {
		attributes: {
			groups: Array<{ group_values: Array<{ value: string; count: number }> }>;
			total?: number;
		};
	};
}

interface Asked {
	method?: string;
	headers?: Record<string, string>;
	body?: unknown;
}

/** Status, content type and JSON of one answer; keys and JSON content type unless said otherwise. */
async function ask(path: string, { method, headers = KEYS, body }: Asked = {}) {
	const answer = await fetch(datadog.url + path, {
		method: method ?? (body === undefined ? 'GET' : 'POST'),
		headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
		body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
	});
	return {
		status: answer.status,
		type: answer.headers.get('content-type'),
		json: (await answer.json()) as Json,
	};
}

function aggregation(groups: unknown, limit: unknown = 1000, query: unknown = '') {
	return {
		data: {
			type: 'aggregate',
			attributes: { query_filter: query, group_by: { groups, limit } },
		},
	};
}

/** How many cases have each value; `valuesOf` gives the values of one case. */
function tally(valuesOf: (one: (typeof cases)[number]) => string[]): Array<[string, number]> {
	const values = cases.flatMap(valuesOf);
	return [...new Set(values)]
		.map((value): [string, number] => [value, values.filter((one) => one === value).length])
		.sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
}

describe('count', () => {
	test('has one group per field, in the order asked, the most frequent value first', async () => {
		const services = tally(({ attributes }) => attributes.attributes.service ?? []);
		const priorities = tally(({ attributes }) => [attributes.priority]);
		expect(await ask(`${COUNT}?group_bys=service,priority&limit=20`)).toEqual({
			status: 200,
			type: 'application/vnd.api+json',
			json: {
				data: {
					id: 'count-result-001',
					type: 'count',
					attributes: {
						groups: [
							{
								group: 'service',
								group_values: services.map(([value, count]) => ({ count, value })),
							},
							{
								group: 'priority',
								group_values: priorities.map(([value, count]) => ({ count, value })),
							},
						],
					},
				},
			},
		});
	});

	test('gives no more values than the limit, and ten without one', async () => {
		const amount = async (limit: string) =>
			(await ask(`${COUNT}?group_bys=key${limit}`)).json.data.attributes.groups[0].group_values
				.length;
		expect(await amount('')).toBe(10);
		expect(await amount('&limit=1')).toBe(1);
		expect(await amount('&limit=100000')).toBe(cases.length);
	});

	test('has no groups without fields, and an empty one for a field that is not known', async () => {
		expect((await ask(COUNT)).json.data.attributes).toEqual({ groups: [] });
		expect((await ask(`${COUNT}?group_bys=colour`)).json.data.attributes).toEqual({
			groups: [{ group: 'colour', group_values: [] }],
		});
	});

	test.each([
		['project', ['DATA', 'PAY', 'PLAT', 'SEC', 'WEB']],
		[
			'creation_source',
			['CS_SECURITY_FINDING', 'ERROR_TRACKING', 'EVENT', 'EVENT_MANAGEMENT', 'MANUAL'],
		],
		['customer_tier', ['Bronze', 'Gold', 'Silver']],
		['region', ['Paris, FR', 'apac', 'emea', 'us-east', 'us-west']],
		['status_group', ['SG_CLOSED', 'SG_IN_PROGRESS', 'SG_OPEN']],
	])('breaks down by %s', async (field, values) => {
		const [group] = (await ask(`${COUNT}?group_bys=${field}`)).json.data.attributes.groups;
		expect(group.group_values.map(({ value }) => value).sort()).toEqual(values);
	});
});

describe('aggregate', () => {
	test('crosses the fields, joins their values with a comma, and cuts at the limit', async () => {
		const pairs = tally(({ attributes }) =>
			(attributes.attributes.team ?? []).flatMap((team) =>
				(attributes.attributes.env ?? []).map((env) => `${team},${env}`),
			),
		);
		expect(await ask(AGGREGATE, { body: aggregation(['team', 'env'], 7) })).toEqual({
			status: 200,
			type: 'application/vnd.api+json',
			json: {
				data: {
					id: 'agg-result-001',
					type: 'aggregate',
					attributes: {
						groups: pairs.slice(0, 7).map(([group, count]) => ({ group, value: [count] })),
						total: cases.length,
					},
				},
			},
		});
	});

	test('has a total but no groups for a field that is not known', async () => {
		const { json } = await ask(AGGREGATE, { body: aggregation(['status', 'colour']) });
		expect(json.data.attributes).toEqual({ groups: [], total: cases.length });
	});
});

describe('who asks', () => {
	const forbidden = { status: 403, json: { errors: ['Forbidden'] } };
	const unauthorized = { status: 401, json: { errors: ['Unauthorized'] } };
	const keyRequired = { status: 403, json: { errors: ['API key required'] } };
	const notPermitted = {
		status: 403,
		json: { errors: ['Forbidden', 'Failed permission authorization checks'] },
	};
	const counted = { status: 200, json: { data: expect.any(Object) } };
	const valid = { status: 200, json: { valid: true } };
	const ok = { status: 200, json: { status: 'ok' } };
	const key = { 'dd-api-key': API_KEY };
	const withoutPermission = { ...key, 'dd-application-key': APPLICATION_KEY_WITHOUT_PERMISSION };
	const wrongApplicationKey = { ...key, 'dd-application-key': 'wrong' };
	const wrongKey = { ...KEYS, 'dd-api-key': 'wrong' };

	test.each([
		['no keys', COUNT, {}, keyRequired],
		['no API key', COUNT, { 'dd-application-key': APPLICATION_KEY }, keyRequired],
		['a wrong API key', COUNT, wrongKey, forbidden],
		['no application key', COUNT, key, unauthorized],
		['a wrong application key', COUNT, wrongApplicationKey, unauthorized],
		['keys of two accounts', COUNT, { ...KEYS, 'dd-api-key': OTHER_API_KEY }, unauthorized],
		['keys without permission', COUNT, withoutPermission, notPermitted],
		['keys', COUNT, KEYS, counted],
		['a token', COUNT, { authorization: `Bearer ${ACCESS_TOKEN}` }, counted],
		['a token as application key', COUNT, { 'dd-application-key': ACCESS_TOKEN }, counted],
		['a wrong token', COUNT, { ...KEYS, authorization: 'Bearer wrong' }, unauthorized],
		[
			'a token without permission',
			COUNT,
			{ authorization: `Bearer ${ACCESS_TOKEN_WITHOUT_PERMISSION}` },
			notPermitted,
		],
		['an API key', '/api/v1/validate', key, valid],
		['a wrong API key', '/api/v1/validate', wrongKey, forbidden],
		['no API key', '/api/v1/validate', {}, keyRequired],
		['keys without permission', '/api/v2/validate_keys', withoutPermission, ok],
		['a wrong application key', '/api/v2/validate_keys', wrongApplicationKey, unauthorized],
	])('%s at %s', async (_, path, headers: Record<string, string>, expected) => {
		const { type, ...answer } = await ask(path, { headers });
		expect(answer).toEqual(expected);
		if (answer.status !== 200) expect(type).toBe('application/json');
	});

	test('aggregate asks for the same keys, before it looks at the body', async () => {
		const answer = await ask(AGGREGATE, { headers: wrongApplicationKey, body: '{' });
		expect(answer).toMatchObject(unauthorized);
	});

	test('the second account sees the cases of one project', async () => {
		const { json } = await ask(AGGREGATE, {
			headers: { 'dd-api-key': OTHER_API_KEY, 'dd-application-key': OTHER_APPLICATION_KEY },
			body: aggregation(['project']),
		});
		const total = cases.filter(({ attributes }) =>
			attributes.key.startsWith(`${OTHER_PROJECT_KEY}-`),
		).length;
		const groups = [{ group: OTHER_PROJECT_KEY, value: [total] }];
		expect(json.data.attributes).toEqual({ groups, total });
	});
});

describe('a request that does not follow the documentation', () => {
	const { data } = aggregation(['status']);
	const { attributes } = data;

	test.each([
		['limit=0', 'invalid parameter "limit" in "query"; expected type "integer"'],
		['limit=-1', 'invalid parameter "limit" in "query"; expected type "integer"'],
		['limit=1.5', 'invalid parameter "limit" in "query"; expected type "integer"'],
		['limit=', 'invalid parameter "limit" in "query"; expected type "integer"'],
		['limit=ten', 'invalid parameter "limit" in "query"; expected type "integer"'],
		['limit=1&limit=2', 'invalid parameter "limit" in "query"; expected type "integer"'],
		['group_bys=', 'invalid parameter "group_bys" in "query"; expected type "string"'],
		['group_bys=status,', 'invalid parameter "group_bys" in "query"; expected type "string"'],
		['group_bys=a&group_bys=b', 'invalid parameter "group_bys" in "query"; expected type "string"'],
		['query=status:open', 'unknown member "query"'],
	])('count?%s', async (parameters, detail) => {
		expect(await ask(`${COUNT}?${parameters}`)).toEqual(refusal(detail));
	});

	test.each([
		['no JSON', '{', "Body is not valid JSON but content-type is set to 'application/json'"],
		['no body', '', "Body cannot be empty when content-type is set to 'application/json'"],
		['null', 'null', 'error decoding attribute "": must be object'],
		['no data', {}, `error decoding attribute "": must have required property 'data'`],
		['another type', { data: { ...data, type: 'x' } }, 'got type "x" expected one of "aggregate"'],
		[
			'no type',
			{ data: { attributes } },
			`error decoding attribute "data": must have required property 'type'`,
		],
		[
			'no query',
			{ data: { ...data, attributes: { group_by: attributes.group_by } } },
			`error decoding attribute "data/attributes": must have required property 'query_filter'`,
		],
		[
			'no group_by',
			{ data: { ...data, attributes: { query_filter: '' } } },
			`error decoding attribute "data/attributes": must have required property 'group_by'`,
		],
		['another member', { data, limit: 3 }, 'unknown member "limit"'],
		[
			'another attribute',
			{ data: { ...data, attributes: { ...attributes, limit: 3 } } },
			'unknown member "data/attributes/limit"',
		],
		['a number as query', aggregation(['status'], 3, 3), /query_filter": must be string$/],
		['one field as text', aggregation('status'), /groups": must be array$/],
		['a number as field', aggregation([3]), /groups\/0": must be string$/],
		['no fields', aggregation([]), /groups": must NOT have fewer than 1 items$/],
		['a field without name', aggregation(['']), /groups\/0": must NOT have fewer than 1 char/],
		['a field twice', aggregation(['status', 'status']), /must NOT have duplicate items/],
		['limit 0', aggregation(['status'], 0), /limit": must be >= 1$/],
		['limit 1001', aggregation(['status'], 1001), /limit": must be <= 1000$/],
		['limit 1.5', aggregation(['status'], 1.5), /limit": must be integer$/],
		['limit as text', aggregation(['status'], '3'), /limit": must be integer$/],
		['no limit', aggregation(['status'], null), /limit": must be integer$/],
	])('aggregate with %s', async (_, body, detail) => {
		expect(await ask(AGGREGATE, { body })).toEqual(refusal(detail));
	});

	test('limits 1 and 1000 are good', async () => {
		for (const limit of [1, 1000]) {
			const { status, json } = await ask(AGGREGATE, { body: aggregation(['key'], limit) });
			expect(status).toBe(200);
			expect(json.data.attributes.groups).toHaveLength(limit);
		}
	});

	test.each([
		['GET', '/api/v2/cases/', 404, 'Not found'],
		['POST', '/api/v2/cases', 405, 'Method Not Allowed'],
		['GET', '/api/v2/cases/count/', 404, 'Not found'],
		['GET', '/api/api/v2/cases/count', 404, 'Not found'],
		['POST', '/', 404, 'Not found'],
		['POST', COUNT, 405, 'Method Not Allowed'],
		['GET', AGGREGATE, 405, 'Method Not Allowed'],
	])('%s %s', async (method, path, status, text) => {
		const answer = await ask(path, { method, headers: {} });
		expect(answer).toEqual({ status, type: 'application/json', json: { errors: [text] } });
	});

	function refusal(detail: string | RegExp) {
		const expected = typeof detail === 'string' ? detail : expect.stringMatching(detail);
		return {
			status: 400,
			type: 'application/vnd.api+json',
			json: { errors: [{ status: '400', title: 'Bad Request', detail: expected }] },
		};
	}
});

describe('cases that come, change and go', () => {
	const CASES = '/control/cases';
	const patch = (body: unknown) => ask(CASES, { method: 'PATCH', body });
	const countOf = async (query: string, field = 'priority') => {
		const { json } = await ask(`${COUNT}?query_filter=${query}&group_bys=${field}`);
		const [{ group_values: values }] = json.data.attributes.groups;
		return values.map(({ value, count }) => [value, count]);
	};

	test('are opened, moved and closed', async () => {
		const changes = { title: 'My outage', priority: 'P2', project: 'SEC', service: 'my-shop' };
		expect(await ask(CASES, { body: { count: 3, changes } })).toMatchObject({
			status: 200,
			json: { opened: 3 },
		});
		expect(await countOf('"my outage" status:open project:SEC service:my-shop')).toEqual([
			['P2', 3],
		]);
		expect(await countOf('"my outage"', 'key')).toHaveLength(3);

		const moved = await patch({ query: '"my outage"', changes: { priority: 'P1' } });
		expect(moved).toMatchObject({ status: 200, json: { changed: 3 } });
		expect(await countOf('"my outage"')).toEqual([['P1', 3]]);

		await patch({ query: '"my outage"', changes: { status: 'CLOSED' } });
		expect(await countOf('"my outage" status:open')).toEqual([]);
		expect(await countOf('"my outage"', 'status')).toEqual([['CLOSED', 3]]);
		expect(datadog.requests.map(({ path }) => path)).not.toContain(CASES);
	});

	test('are open and without a priority unless said otherwise', async () => {
		await ask(CASES, { body: { count: 1 } });
		expect(await countOf('"a new case" status:open')).toEqual([['NOT_DEFINED', 1]]);
		expect(await countOf('"a new case"', 'service')).toEqual([]);
	});

	test('keep what is not changed, and end with a reset', async () => {
		const before = await countOf('project:PAY', 'env');
		expect(datadog.changeCases('project:PAY', { status: 'CLOSED' })).toBeGreaterThan(0);
		expect(await countOf('project:PAY', 'env')).toEqual(before);
		expect(await countOf('project:PAY -status:closed')).toEqual([]);
		datadog.reset();
		expect(await countOf('project:PAY -status:closed')).not.toEqual([]);
	});

	test.each([
		['POST', { count: 0 }, 'error decoding attribute "count": must be >= 1'],
		['POST', { count: 1001 }, 'error decoding attribute "count": must be <= 1000'],
		['POST', { changes: {} }, `error decoding attribute "": must have required property 'count'`],
		[
			'PATCH',
			{ query: '', changes: { priority: 'P9' } },
			'error decoding attribute "changes/priority": must be equal to one of the allowed values: P1,P2,P3,P4,P5,NOT_DEFINED',
		],
		['PATCH', { query: '', changes: { owner: 'me' } }, 'unknown member "changes/owner"'],
		[
			'PATCH',
			{ query: '', changes: {} },
			'error decoding attribute "changes": must NOT have fewer than 1 properties',
		],
		['PATCH', { query: '(', changes: { priority: 'P1' } }, expect.any(String)],
	])('are refused when they are not cases: %s %j', async (method, body, detail) => {
		expect(await ask(CASES, { method, body })).toMatchObject({
			status: 400,
			json: { errors: [{ status: '400', detail }] },
		});
	});
});

test('every request is remembered with what it was and how it was answered', async () => {
	const body = aggregation(['status']);
	await ask(`${COUNT}?query_filter=a%20b&limit=3`);
	await ask(AGGREGATE, { body });
	await ask(AGGREGATE, { body: '{' });
	expect(datadog.requests).toMatchObject([
		{ method: 'GET', path: COUNT, query: { query_filter: 'a b', limit: '3' }, status: 200 },
		{ method: 'POST', path: AGGREGATE, headers: KEYS, query: {}, body, status: 200 },
		{ method: 'POST', path: AGGREGATE, body: undefined, status: 400 },
	]);
	datadog.reset();
	expect(datadog.requests).toEqual([]);
});

test('what is told of the requests over HTTP has no value that may be a key', async () => {
	const secret = 'a-secret-of-mine';
	await ask(`${COUNT}?query_filter=status:open&api_key=${secret}`);
	await ask(AGGREGATE, { body: { ...aggregation(['status']), key: secret } });
	await ask(AGGREGATE, { body: `"${secret}"` });
	await ask('/oauth2/v1/token', {
		headers: {
			authorization: `Basic ${secret}`,
			[`cookie`]: secret,
			'content-type': 'application/x-www-form-urlencoded',
		},
		body: `grant_type=refresh_token&refresh_token=${secret}&client_secret=${secret}`,
	});
	expect(JSON.stringify(datadog.requests).split(secret)).toHaveLength(8);

	const { json } = await ask('/control/requests');
	expect(JSON.stringify(json)).not.toContain(secret);
	for (const key of Object.values(KEYS)) expect(JSON.stringify(json)).not.toContain(key);
	expect(json).toMatchObject([
		{
			method: 'GET',
			path: COUNT,
			query: { query_filter: 'status:open', api_key: 'not shown' },
			headers: expect.arrayContaining(['dd-api-key', 'dd-application-key']),
			status: 400,
		},
		{
			body: {
				data: {
					type: 'not shown',
					attributes: {
						query_filter: '',
						group_by: { groups: ['status'], limit: expect.any(Number) },
					},
				},
				key: 'not shown',
			},
		},
		{},
		{
			path: '/oauth2/v1/token',
			headers: expect.arrayContaining(['authorization', 'cookie']),
			body: {
				grant_type: 'not shown',
				refresh_token: 'not shown',
				client_secret: 'not shown',
			},
		},
	]);
});
