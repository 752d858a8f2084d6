/** What Datadog's own client reads from the local Datadog's search. */
import type { v2 } from '@datadog/datadog-api-client';
import { type Case, generateCases } from './cases';
import { officialClient } from './officialClient';
import { QUERIES } from './queries';
import { type LocalDatadog, startDatadog } from './server';
import { USERS } from './users';

type Search = v2.CaseManagementApiSearchCasesRequest;

const [ada, bot, invited, gone] = USERS;
const newestFirst = generateCases()
	.filter(({ attributes }) => !attributes.archived_at)
	.sort((a, b) => Date.parse(b.attributes.created_at) - Date.parse(a.attributes.created_at));

let datadog: LocalDatadog;
let official: v2.CaseManagementApi;
beforeAll(async () => {
	datadog = await startDatadog();
	official = officialClient(datadog.url);
});
afterEach(() => datadog.reset());
afterAll(() => datadog.close());

/** The cases of all pages. */
async function all(search: Search) {
	const found: v2.Case[] = [];
	for await (const one of official.searchCasesWithPagination(search)) found.push(one);
	return found;
}

const keys = async (search: Search) => (await all(search)).map(({ attributes }) => attributes.key);
const keysOf = (cases: Case[]) => cases.map(({ attributes }) => attributes.key);

test.each(QUERIES)('reads the cases that %j selects, the newest first', async (one) => {
	const selected = newestFirst.filter(one.selects);
	expect(await keys({ filter: one.query, pageSize: 100 })).toEqual(keysOf(selected));
	const { meta } = await official.searchCases({ filter: one.query });
	expect(meta?.additionalProperties).toEqual({ total_cases: selected.length });
});

test('reads the same with pages of any size', async () => {
	const expected = keysOf(newestFirst.filter(({ attributes }) => attributes.priority === 'P1'));
	for (const pageSize of [1, 7, undefined, 100]) {
		expect(await keys({ filter: 'priority:P1', pageSize })).toEqual(expected);
	}
});

test('asks for an empty page behind full ones', async () => {
	datadog.openCases(6, { title: 'full pages' });
	expect(await keys({ filter: '"full pages"', pageSize: 3 })).toHaveLength(6);
	expect(datadog.requests.map(({ query }) => query['page[number]'])).toEqual(['1', '2', '3']);
	const { data, meta } = await official.searchCases({
		filter: '"full pages"',
		pageSize: 3,
		pageNumber: 3,
	});
	expect(data).toEqual([]);
	expect(meta?.page).toMatchObject({ current: 3, size: 0, total: 2 });
});

test('reads a case, its times to the nanosecond and the users that it names', async () => {
	const response = await official.searchCases({ filter: 'key:PAY-7' });
	const [{ attributes, id, relationships }] = response.data!;
	expect(id).toBe('943a06c4-b52b-4a4e-9fd4-22628329f55f');
	expect(attributes).toMatchObject({
		attributes: { service: ['cdn-edge'], env: ['staging'], team: ['security'] },
		createdAt: { originalDate: '2026-04-25T22:57:28.486715Z' },
		modifiedAt: { originalDate: '2026-09-26T15:04:36.816913798Z' },
		closedAt: { originalDate: '2026-08-28T08:26:46.296665195Z' },
		customAttributes: { region: { type: 'TEXT', isMulti: true, value: ['apac'] } },
		description: "I'll hack the haptic XSS sensor, that should program the SSL application!",
		key: 'PAY-7',
		priority: 'P2',
		status: 'CLOSED',
		statusGroup: 'SG_CLOSED',
		statusName: 'Closed',
		title: 'Certificate expires soon in cdn-edge',
		typeId: '00000000-0000-0000-0000-000000000005',
	});
	expect(relationships).toEqual({
		assignee: { data: { id: gone.id, type: 'user' } },
		createdBy: { data: { id: ada.id, type: 'user' } },
		project: { data: { id: '5f1c2f0e-8f6b-4d0a-9a3e-0c5b7d1e0a02', type: 'project' } },
	});
	expect(response.additionalProperties).toEqual({
		included: [
			{
				id: ada.id,
				type: 'user',
				attributes: {
					active: true,
					email: 'ada@example.com',
					handle: 'ada@example.com',
					name: 'Ada Moreau',
				},
			},
			{
				id: gone.id,
				type: 'user',
				attributes: { active: false, email: '', handle: '', name: '' },
			},
		],
	});
});

test('reads tickets of other systems', async () => {
	const [{ attributes }] = await all({ filter: 'key:PAY-2' });
	expect(attributes.jiraIssue).toEqual({
		status: 'COMPLETED',
		result: {
			issueId: '10487',
			issueKey: 'OPS-487',
			issueUrl: 'https://example.atlassian.net/browse/OPS-487',
			projectKey: 'OPS',
		},
	});
	expect(attributes.serviceNowTicket).toEqual({
		status: 'COMPLETED',
		result: { sysTargetLink: 'https://example.service-now.com/incident.do?sys_id=487' },
	});
});

describe('sorts', () => {
	const priorities = ['P5', 'P4', 'P3', 'P2', 'P1', 'NOT_DEFINED'];
	const statuses = ['CLOSED', 'IN_PROGRESS', 'OPEN'];
	const by = (values: string[], valueOf: (one: Case) => string) =>
		keysOf(values.flatMap((value) => newestFirst.filter((one) => valueOf(one) === value)));
	const priority = ({ attributes }: Case) => attributes.priority;
	const status = ({ attributes }: Case) => attributes.status;

	test.each<[Search, string[]]>([
		[{ sortField: 'created_at' }, keysOf(newestFirst)],
		[{ sortField: 'created_at', sortAsc: false }, keysOf(newestFirst)],
		[{ sortField: 'created_at', sortAsc: true }, keysOf(newestFirst).reverse()],
		[{ sortAsc: true }, keysOf(newestFirst).reverse()],
		[{ sortField: 'priority' }, by(priorities, priority)],
		[{ sortField: 'priority', sortAsc: true }, by([...priorities].reverse(), priority)],
		[{ sortField: 'status' }, by(statuses, status)],
		[{ sortField: 'status', sortAsc: true }, by([...statuses].reverse(), status)],
	])('%j', async (sort, expected) => {
		expect(await keys({ ...sort, pageSize: 100 })).toEqual(expected);
	});

	test('in another order on each page, where cases are alike and the order is loose', async () => {
		datadog.openCases(9, { title: 'alike' });
		const read = () => keys({ filter: 'alike', sortField: 'priority', pageSize: 3 });
		const expected = await read();
		expect(new Set(expected).size).toBe(9);
		datadog.control({ variants: { looseOrder: true } });
		const loose = await read();
		expect(loose).toHaveLength(9);
		expect(new Set(loose).size).toBe(7);
	});
});

describe('while cases come and go between two pages', () => {
	const search = { filter: 'outage', pageSize: 2 };
	const oldestFirst = { ...search, sortField: 'created_at', sortAsc: true } as const;
	const numbers = async (asked: Search) =>
		(await all(asked)).map(({ attributes }) => attributes.key!.replace('SEC-', ''));
	beforeEach(() => datadog.openCases(4, { title: 'outage', project: 'SEC' }));

	test('nothing is lost or double when nothing happens', async () => {
		expect(await numbers(search)).toEqual(['1204', '1203', '1202', '1201']);
		expect(await numbers(oldestFirst)).toEqual(['1201', '1202', '1203', '1204']);
	});

	const opens = { count: 1, changes: { title: 'outage', project: 'SEC' } };

	test('the newest first gives one twice and does not have what was opened', async () => {
		datadog.control({ faults: [{ page: 2, opens }] });
		expect(await numbers(search)).toEqual(['1204', '1203', '1203', '1202', '1201']);
	});

	test('the oldest first has each once, and what was opened', async () => {
		datadog.control({ faults: [{ page: 2, opens }] });
		expect(await numbers(oldestFirst)).toEqual(['1201', '1202', '1203', '1204', '1205']);
	});

	test('the oldest first loses one when one before it does not match any more', async () => {
		const changes = { query: 'key:SEC-1201', changes: { title: 'all is well' } };
		datadog.control({ faults: [{ page: 2, changes }] });
		expect(await numbers(oldestFirst)).toEqual(['1201', '1202', '1204']);
	});
});

test('reads who is assigned, whatever is known of him', async () => {
	for (const { id } of [bot, invited, gone]) datadog.openCases(1, { title: 'mine', assignee: id });
	datadog.openCases(1, { title: 'mine' });
	const { data, additionalProperties } = await official.searchCases({ filter: 'mine' });
	const assignees = data!.map(({ relationships }) => relationships?.assignee?.data?.id);
	expect(assignees).toEqual([undefined, gone.id, invited.id, bot.id]);
	const { included } = additionalProperties as { included: Array<{ attributes: object }> };
	expect(included.map(({ attributes }) => attributes)).toEqual([
		{ active: true, email: 'ada@example.com', handle: 'ada@example.com', name: 'Ada Moreau' },
		{ active: true, email: 'pager@example.com', handle: bot.id, name: 'Pager Bot' },
		{ active: true, email: 'chiara@example.com', handle: 'chiara@example.com', name: '' },
		{ active: false, email: '', handle: '', name: '' },
	]);
});

test('is told when it may not search, though it may count', async () => {
	datadog.control({
		faults: [{ preset: 'notPermitted', path: '/api/v2/cases', times: Infinity }],
	});
	await expect(all({})).rejects.toMatchObject({
		code: 403,
		body: { errors: ['Forbidden', 'Failed permission authorization checks'] },
	});
	await expect(official.countCases({ groupBys: 'status' })).resolves.toMatchObject({
		data: { attributes: { groups: [{ group: 'status' }] } },
	});
});

test.each([
	[{ pageSize: 101 }, 'invalid parameter "page[size]" in "query"; expected type "integer"'],
	[{ pageNumber: 0 }, 'invalid parameter "page[number]" in "query"; expected type "integer"'],
	[{ filter: 'created_at:[1 TO 2]' }, 'ranges are not part of the case search syntax'],
])('is told what is wrong in %j', async (search: Search, detail) => {
	await expect(official.searchCases(search)).rejects.toMatchObject({
		code: 400,
		body: { errors: [{ status: '400', title: 'Bad Request', detail }] },
	});
});

test.each([
	{ floats: true },
	{ extraKeys: true },
	{ noMeta: true },
	{ noIncluded: true },
	{ nullAssignee: true },
])('reads all cases when answers differ: %j', async (variants) => {
	const expected = keysOf(newestFirst.filter(({ attributes }) => attributes.priority === 'P1'));
	datadog.control({ variants });
	expect(await keys({ filter: 'priority:P1' })).toEqual(expected);
});
