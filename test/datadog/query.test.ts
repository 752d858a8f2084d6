import type { v2 } from '@datadog/datadog-api-client';
import fc from 'fast-check';
import { API_KEY, APPLICATION_KEY } from './accounts';
import { generateCases } from './cases';
import { officialClient } from './officialClient';
import { QUERIES } from './queries';
import { type LocalDatadog, startDatadog } from './server';

let datadog: LocalDatadog;
let api: v2.CaseManagementApi;

beforeAll(async () => {
	datadog = await startDatadog();
	api = officialClient(datadog.url);
});
afterAll(() => datadog.close());

describe("Datadog's own client", () => {
	const cases = generateCases().filter(({ attributes }) => !attributes.archived_at);

	test.each(QUERIES)('reads the number of cases that %j selects', async ({ query, selects }) => {
		const selected = cases.filter(selects);
		const statuses = selected.map(({ attributes }) => attributes.status);
		const expected = new Map<string, number>();
		for (const status of statuses) expected.set(status, (expected.get(status) ?? 0) + 1);

		const counted = await api.countCases({ queryFilter: query, groupBys: 'status' });
		const [{ group, groupValues }] = counted.data.attributes.groups;
		expect(group).toBe('status');
		expect(new Map(groupValues.map(({ value, count }) => [value, count]))).toEqual(expected);

		const aggregated = await api.aggregateCases({
			body: {
				data: {
					type: 'aggregate',
					attributes: { queryFilter: query, groupBy: { groups: ['status'], limit: 1000 } },
				},
			},
		});
		const { groups, total } = aggregated.data.attributes;
		expect(total).toBe(selected.length);
		expect(new Map(groups.map((one) => [one.group, one.value[0]]))).toEqual(expected);
	});

	test('is given an empty result only where the query is meant to select nothing', () => {
		const empty = QUERIES.filter(({ selects }) => !cases.some(selects)).map(({ query }) => query);
		expect(empty).toEqual([
			'assignee:ada@example.com',
			'assignee:"Ada Moreau"',
			'no_such_facet:anything',
			'"pods kubernetes"',
		]);
	});
});

test.each([
	'status:open AND(priority:P1)',
	'status:open\tpriority:P1',
	' status:open  priority:P1 ',
	'status: open AND priority: P1',
	'(priority:P1)(status:open)',
	'status:open priority:(-P2 P1)',
])('%j is the same as "status:open priority:P1"', async (query) => {
	const total = (of: string) => aggregate(of).then((answer) => answer.json());
	expect(await total(query)).toEqual(await total('status:open priority:P1'));
});

test.each([
	['AND', '"AND" must stand between two terms'],
	['status:open AND', '"AND" must stand between two terms'],
	['OR status:open', '"OR" must stand between two terms'],
	['a AND OR b', '"AND" must stand between two terms'],
	['(status:open OR ) env:prod', '"OR" must stand between two terms'],
	['a -', 'nothing to exclude after "-"'],
	['NOT NOT a', 'nothing to exclude after "NOT"'],
	['created_at:[1 TO 2]', 'ranges are not part of the case search syntax'],
	['"unclosed', expect.stringContaining('end of input found')],
	['(status:open', expect.stringContaining('end of input found')],
	['status:open)', expect.stringContaining('")" found')],
	['()', expect.stringContaining('")" found')],
	['status:', expect.stringContaining('end of input found')],
	['('.repeat(51), 'more than 50 nested parentheses'],
	['a'.repeat(8001), 'the query is longer than 8000 characters'],
])('%j is refused with a sentence', async (query, detail) => {
	const refused = { errors: [{ status: '400', title: 'Bad Request', detail }] };
	for (const answer of [await count(query), await aggregate(query), await search(query)]) {
		expect(answer.status).toBe(400);
		expect(answer.headers.get('content-type')).toBe('application/vnd.api+json');
		expect(await answer.json()).toEqual(refused);
	}
});

test.each([
	['unclosed parentheses', '('.repeat(4000)],
	['nested exclusions', '-('.repeat(50) + 'a' + ')'.repeat(50)],
	['nested exclusions with an error inside', '-('.repeat(50) + '{' + ')'.repeat(50)],
	['groups that start with an operator', '(AND '.repeat(49) + '{' + ')'.repeat(49)],
	['as many terms as fit', 'a OR '.repeat(1599) + 'a'],
	['as many words as fit', 'a '.repeat(4000)],
	['quotes', '"'.repeat(7999)],
	['backslashes', '\\'.repeat(7999)],
	['100,000 letters', 'é'.repeat(100_000)],
])('%s neither crash nor stall it', async (_, query) => {
	const started = Date.now();
	for (const answer of [await count(query), await aggregate(query), await search(query)]) {
		expect([200, 400]).toContain(answer.status);
		await answer.json();
	}
	expect(Date.now() - started).toBeLessThan(2000);
});

test('any text is answered with 200 or 400 and JSON', async () => {
	const pieces = [
		...['AND', 'OR', 'NOT', '&&', '||', '-', '!', '+', '(', ')', '"', '\\', ':', ' ', '*', '~'],
		...['[', ']', '{', '}', '^', ' TO ', '/', "'", 'status:', 'open', 'priority:(', '-"a b"', '\0'],
	];
	await fc.assert(
		fc.asyncProperty(
			fc.oneof(
				fc.string({ unit: 'binary' }),
				fc.string({ unit: fc.constantFrom(...pieces), maxLength: 40 }),
			),
			async (query) => {
				for (const answer of [await count(query), await aggregate(query), await search(query)]) {
					expect([200, 400]).toContain(answer.status);
					expect(await answer.json()).toEqual(expect.any(Object));
				}
			},
		),
		{ numRuns: 300 },
	);
});

const KEYS = { 'dd-api-key': API_KEY, 'dd-application-key': APPLICATION_KEY };

function count(query: string) {
	const parameters = new URLSearchParams({ query_filter: query, group_bys: 'status' });
	return fetch(`${datadog.url}/api/v2/cases/count?${parameters}`, { headers: KEYS });
}

function search(query: string) {
	const parameters = new URLSearchParams({ filter: query });
	return fetch(`${datadog.url}/api/v2/cases?${parameters}`, { headers: KEYS });
}

function aggregate(query: string) {
	return fetch(`${datadog.url}/api/v2/cases/aggregate`, {
		method: 'POST',
		headers: { ...KEYS, 'content-type': 'application/json' },
		body: JSON.stringify({
			data: {
				type: 'aggregate',
				attributes: { query_filter: query, group_by: { groups: ['status'], limit: 10 } },
			},
		}),
	});
}
