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
import { microsecondOf } from './caseDetails';
import { type Case, generateCases } from './cases';
import { type LocalDatadog, startDatadog } from './server';
import { USERS } from './users';

const COUNT = '/api/v2/cases/count';
const AGGREGATE = '/api/v2/cases/aggregate';
const SEARCH = '/api/v2/cases';
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
	meta?: { total_cases: number };
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

describe('search', () => {
	test('has the cases of the page, how many there are, and the users whom they name', async () => {
		expect(await ask(`${SEARCH}?filter=key:PAY-2`)).toEqual({
			status: 200,
			type: 'application/vnd.api+json',
			json: {
				data: [
					{
						id: '5cf47ab5-66d3-4a82-b008-8ca2de99a3ae',
						type: 'case',
						attributes: {
							attributes: {
								service: ['search', 'web-api'],
								env: ['prod'],
								team: ['security', 'données'],
							},
							comment_count: 12,
							created_at: '2026-08-07T08:51:05.37604Z',
							created_by_author: {
								type: 'USER',
								content: {
									ID: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b02',
									active: true,
									email: 'pager@example.com',
									handle: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b02',
									name: 'Pager Bot',
								},
							},
							creation_source: 'ERROR_TRACKING',
							custom_attributes: { region: { type: 'TEXT', is_multi: true, value: ['apac'] } },
							description:
								'If we connect the bandwidth, we can get to the VGA monitor through the cross-platform ASCII firewall!',
							insights: [
								{
									type: 'ERROR_TRACKING',
									ref: '/error-tracking?issueId=6fc0c038-7592-4044-ae9e-c1c351b17a59',
									resource_id: '6fc0c038-7592-4044-ae9e-c1c351b17a59',
								},
							],
							internal_id: '5cf47ab5-66d3-4a82-b008-8ca2de99a3ae',
							jira_issue: {
								result: {
									issue_id: '10487',
									issue_key: 'OPS-487',
									issue_url: 'https://example.atlassian.net/browse/OPS-487',
									project_key: 'OPS',
								},
								status: 'COMPLETED',
							},
							key: 'PAY-2',
							merge_status: 'NOT_MERGED',
							modified_at: '2026-08-30T22:56:02.201442961Z',
							priority: 'P5',
							public_id: '9',
							service_now_ticket: {
								result: {
									sys_target_link: 'https://example.service-now.com/incident.do?sys_id=487',
								},
								status: 'COMPLETED',
							},
							status: 'OPEN',
							status_group: 'SG_OPEN',
							status_name: 'Open',
							title: 'Error rate above threshold in search',
							type: 'STANDARD',
							type_id: '00000000-0000-0000-0000-000000000001',
						},
						relationships: {
							assignee: { data: { id: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b04', type: 'user' } },
							created_by: { data: { id: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b02', type: 'user' } },
							project: { data: { id: '5f1c2f0e-8f6b-4d0a-9a3e-0c5b7d1e0a02', type: 'project' } },
						},
					},
				],
				meta: { total_cases: 1, page: { current: 1, size: 1, total: 1 } },
				included: [
					{
						id: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b02',
						type: 'user',
						attributes: {
							active: true,
							email: 'pager@example.com',
							handle: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b02',
							name: 'Pager Bot',
						},
					},
					{
						id: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b04',
						type: 'user',
						attributes: { active: false, email: '', handle: '', name: '' },
					},
				],
			},
		});
	});

	const metaOf = async (parameters: string) => (await ask(`${SEARCH}?${parameters}`)).json.meta;

	test('counts the pages as total and the cases of the page as size, as was recorded', async () => {
		datadog.openCases(3, { title: 'recorded', status: 'CLOSED' });
		const search = 'filter=recorded status:closed&page[size]=2';
		expect(await metaOf(`${search}&page[number]=1`)).toEqual({
			total_cases: 3,
			page: { current: 1, size: 2, total: 2 },
		});
		expect(await metaOf(`${search}&page[number]=2`)).toEqual({
			total_cases: 3,
			page: { current: 2, size: 1, total: 2 },
		});
	});

	test('has ten cases on the first page, and up to a hundred', async () => {
		const { length } = cases;
		const pages = (size: number) => Math.ceil(length / size);
		expect(await metaOf('')).toEqual({
			total_cases: length,
			page: { current: 1, size: 10, total: pages(10) },
		});
		expect(await metaOf('page[size]=100&page[number]=2')).toEqual({
			total_cases: length,
			page: { current: 2, size: 100, total: pages(100) },
		});
	});

	test('is empty behind the last page, and where nothing matches', async () => {
		expect((await ask(`${SEARCH}?filter=key:PAY-2&page[number]=2`)).json).toEqual({
			data: [],
			meta: { total_cases: 1, page: { current: 2, size: 0, total: 1 } },
			included: [],
		});
		expect((await ask(`${SEARCH}?filter=key:NONE-1`)).json).toEqual({
			data: [],
			meta: { total_cases: 0, page: { current: 1, size: 0, total: 0 } },
			included: [],
		});
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
	const found = {
		status: 200,
		json: expect.objectContaining({ meta: expect.any(Object) }),
	};
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
		['keys', SEARCH, KEYS, found],
		['a token', SEARCH, { authorization: `Bearer ${ACCESS_TOKEN}` }, found],
		['no keys', SEARCH, {}, keyRequired],
		['a wrong application key', SEARCH, wrongApplicationKey, unauthorized],
		['keys without permission', SEARCH, withoutPermission, notPermitted],
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

		const headers = { 'dd-api-key': OTHER_API_KEY, 'dd-application-key': OTHER_APPLICATION_KEY };
		const searched = await ask(`${SEARCH}?page[size]=100`, { headers });
		expect(searched.json.meta?.total_cases).toBe(total);
		const one = expect.objectContaining({
			attributes: expect.objectContaining({ key: expect.stringMatching(/^PAY-\d+$/) }),
		});
		expect(searched.json.data).toEqual(new Array(100).fill(one));
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
		['page[size]=0', 'invalid parameter "page[size]" in "query"; expected type "integer"'],
		['page[size]=101', 'invalid parameter "page[size]" in "query"; expected type "integer"'],
		['page[size]=1.5', 'invalid parameter "page[size]" in "query"; expected type "integer"'],
		['page[size]=', 'invalid parameter "page[size]" in "query"; expected type "integer"'],
		[
			'page[size]=1&page[size]=2',
			'invalid parameter "page[size]" in "query"; expected type "integer"',
		],
		['page[number]=0', 'invalid parameter "page[number]" in "query"; expected type "integer"'],
		['page[number]=-1', 'invalid parameter "page[number]" in "query"; expected type "integer"'],
		['page[number]=two', 'invalid parameter "page[number]" in "query"; expected type "integer"'],
		[
			'sort[field]=modified_at',
			'invalid sort field modified_at. Must be one of created_at, priority, status',
		],
		[
			'sort[field]=status&sort[field]=status',
			'invalid parameter "sort[field]" in "query"; expected type "string"',
		],
		['sort[asc]=asc', 'invalid parameter "sort[asc]" in "query"; expected type "boolean"'],
		['sort[asc]=True', 'invalid parameter "sort[asc]" in "query"; expected type "boolean"'],
		['filter=a&filter=b', 'invalid parameter "filter" in "query"; expected type "string"'],
		['filter=created_at:[1 TO 2]', 'ranges are not part of the case search syntax'],
		['query_filter=status:open', 'unknown member "query_filter"'],
		['page[offset]=2', 'unknown member "page[offset]"'],
		['limit=3', 'unknown member "limit"'],
	])('search?%s', async (parameters, detail) => {
		expect(await ask(`${SEARCH}?${parameters}`)).toEqual(refusal(detail));
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
		['POST', SEARCH, 405, 'Method Not Allowed'],
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

	const found = async (query: string) => {
		const { json } = await ask(`${SEARCH}?filter=${query}`);
		return json.data as unknown as Array<Omit<Case, 'type'>>;
	};

	test('are opened one after the other, each newer than all others', async () => {
		const before = Date.now();
		datadog.openCases(3);
		const [third, second, first] = await found('');
		expect(Date.parse(first.attributes.created_at)).toBeGreaterThanOrEqual(before);
		for (const [one, number] of [first, second, third].map((one, i) => [one, 1201 + i] as const)) {
			const id = `0dd0ca5e-0000-4000-8000-00000000${number}`;
			expect(one).toMatchObject({ id, attributes: { internal_id: id, key: `DATA-${number}` } });
			expect(one.attributes).not.toHaveProperty('modified_at');
			expect(one.attributes).not.toHaveProperty('closed_at');
			expect(one.relationships).not.toHaveProperty('assignee');
		}
		const times = [first, second, third].map(({ attributes }) => attributes.created_at);
		expect(new Set(times).size).toBe(3);
	});

	test('are newer than all others also for a clock that is late', async () => {
		const late = await startDatadog({ now: () => 0 });
		const newest = async () => {
			const answer = await fetch(`${late.url}${SEARCH}?page[size]=1`, { headers: KEYS });
			return ((await answer.json()) as { data: Case[] }).data[0].attributes;
		};
		const before = await newest();
		late.openCases(1, { title: 'late' });
		const opened = await newest();
		expect(opened.title).toBe('late');
		expect(microsecondOf(opened.created_at)).toBe(microsecondOf(before.created_at) + 1);
		late.reset();
		late.openCases(1, { title: 'late' });
		expect(await newest()).toEqual(opened);
		await late.close();
	});

	test('have the times, status and key that belong to a change', async () => {
		const [user] = USERS;
		datadog.openCases(1, { title: 'my change', status: 'IN_PROGRESS', project: 'SEC' });
		const [opened] = await found('"my change"');
		expect(opened.attributes).toMatchObject({
			key: 'SEC-1201',
			status: 'IN_PROGRESS',
			status_group: 'SG_IN_PROGRESS',
			status_name: 'In Progress',
		});

		datadog.changeCases('"my change"', { status: 'CLOSED', assignee: user.id });
		const [closed] = await found('"my change"');
		const { created_at, modified_at, closed_at } = closed.attributes;
		expect(closed.attributes).toMatchObject({
			status: 'CLOSED',
			status_group: 'SG_CLOSED',
			status_name: 'Closed',
		});
		expect(closed.relationships.assignee).toEqual({ data: { id: user.id, type: 'user' } });
		expect(created_at).toBe(opened.attributes.created_at);
		expect(closed_at).toBe(modified_at);
		expect(closed_at).toMatch(/\.\d{9}Z$/);
		expect(Date.parse(closed_at!)).toBeGreaterThanOrEqual(Date.parse(created_at));

		datadog.changeCases('"my change"', { status: 'CLOSED', project: 'SEC' });
		const [same] = await found('"my change"');
		expect(same.attributes).toMatchObject({ key: 'SEC-1201', closed_at });
		datadog.changeCases('"my change"', { project: 'PAY' });
		const [moved] = await found('"my change" project:PAY');
		expect(moved).toMatchObject({ id: opened.id, attributes: { key: 'PAY-1202', closed_at } });

		datadog.changeCases('"my change"', { status: 'OPEN' });
		const [reopened] = await found('"my change"');
		expect(reopened.attributes).toMatchObject({ status: 'OPEN', status_name: 'Open', closed_at });
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
	await ask(`${SEARCH}?filter=a&page[size]=5&page[number]=2&sort[field]=status&key=${secret}`);
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
	expect(JSON.stringify(datadog.requests).split(secret)).toHaveLength(9);

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
			path: SEARCH,
			query: {
				filter: 'a',
				'page[size]': '5',
				'page[number]': '2',
				'sort[field]': 'status',
				key: 'not shown',
			},
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
