import { type Case, generateCases } from '../../../../datadog/cases';
import type { Fault } from '../../../../datadog/faults';
import { type LocalDatadog, startDatadog } from '../../../../datadog/server';
import { USERS } from '../../../../datadog/users';
import { keysFor } from '../../../../support/account';
import { runNode, type RunOptions } from '../../../../support/engine';

const SEARCH = '/api/v2/cases';
const [, bot, invited, gone] = USERS;

let datadog: LocalDatadog;
beforeAll(async () => (datadog = await startDatadog({ now: () => Date.UTC(2026, 10, 25) })));
afterAll(async () => await datadog.close());
beforeEach(() => datadog.reset());

const newestFirst = generateCases()
	.filter(({ attributes }) => !attributes.archived_at)
	.sort((a, b) => Date.parse(b.attributes.created_at) - Date.parse(a.attributes.created_at));
const keysOf = (cases: Case[]) => cases.map(({ attributes }) => attributes.key);

/** One page at a time, unless a test says otherwise: the order of parallel requests is left to chance. */
const run = async (
	{ options: added, ...parameters }: { options?: object; [name: string]: unknown },
	{ input = [{}], ...options }: { input?: object[] } & Omit<RunOptions, 'input'> = {},
) =>
	await runNode({
		parameters: { operation: 'getAll', ...parameters, options: { maxConcurrency: 1, ...added } },
		input: input as never,
		credential: keysFor(datadog.url),
		...options,
	});

const read = async (parameters: Parameters<typeof run>[0]) => {
	const result = await run(parameters);
	expect(result.error).toBeUndefined();
	return { ...result, keys: result.items.map(({ json }) => json.key) };
};

const asked = () => datadog.requests.map(({ method, path, query }) => ({ method, path, query }));
const pages = () => datadog.requests.map(({ query }) => query['page[number]']);

const request = (size: number, page: number, query: object = {}) => ({
	method: 'GET',
	path: SEARCH,
	query: {
		'page[size]': String(size),
		'page[number]': String(page),
		'sort[field]': 'created_at',
		'sort[asc]': 'false',
		...query,
	},
});
const oldestFirst = { 'sort[asc]': 'true' };

describe('asks Datadog', () => {
	it('with the defaults for the 50 newest cases', async () => {
		const { keys, hints } = await read({});
		expect(asked()).toEqual([request(50, 1)]);
		expect(datadog.requests[0].headers).toMatchObject({
			accept: 'application/json',
			'dd-api-key': 'test-api-key',
			'dd-application-key': 'test-application-key',
		});
		expect(keys).toEqual(keysOf(newestFirst).slice(0, 50));
		expect(hints).toEqual([]);
	});

	const everything = {
		query: 'service:case-api -"a+b" 100% #é\n',
		returnAll: false,
		limit: 3,
		simplify: true,
		options: {
			sort: 'priority',
			direction: 'asc',
			maxConcurrency: 2,
			maxRetries: 0,
			maxWait: 5,
			timeout: 5,
		},
	};
	const from = (path: string) => `={{ $json.${path} }}`;
	const options = Object.keys(everything.options).map((name) => [name, from(`options.${name}`)]);

	it.each([
		['fixed values', everything, {}],
		[
			'expressions',
			{
				query: from('query'),
				returnAll: from('returnAll'),
				limit: from('limit'),
				simplify: from('simplify'),
				options: Object.fromEntries(options) as object,
			},
			everything,
		],
	])('for what every parameter says, given as %s', async (_, parameters, input) => {
		await run(parameters, { input: [input] });
		expect(asked()).toEqual([
			request(3, 1, {
				filter: 'service:case-api -"a+b" 100% #é\n',
				'sort[field]': 'priority',
				'sort[asc]': 'true',
			}),
		]);
	});

	it.each([
		[1, [request(1, 1)]],
		[99, [request(99, 1)]],
		[100, [request(100, 1)]],
		[101, [request(100, 1), request(100, 2)]],
		[250, [request(100, 1), request(100, 2), request(100, 3)]],
	])('for as many pages as Limit %i needs', async (limit, requests) => {
		const { keys } = await read({ limit });
		expect(asked()).toEqual(requests);
		expect(keys).toEqual(keysOf(newestFirst).slice(0, limit));
	});

	it('for no other page after one that is not full', async () => {
		datadog.openCases(130, { title: 'outage' });
		const { items } = await read({ query: 'outage', limit: 500 });
		expect(asked()).toEqual([
			request(100, 1, { filter: 'outage' }),
			request(100, 2, { filter: 'outage' }),
		]);
		expect(items).toHaveLength(130);
	});

	it('for all other pages at once, when the first has told how many there are', async () => {
		// Long enough for a slow machine to send them all before the first response.
		datadog.control({ latencyMs: 100 });
		const { keys } = await read({ returnAll: true, options: { maxConcurrency: 25 } });
		expect(keys).toEqual(keysOf(newestFirst));
		expect([datadog.requests.length, datadog.peak]).toEqual([12, 11]);
	});

	it('for all pages, the oldest first, with Return All, whatever Limit is', async () => {
		datadog.openCases(150);
		const { keys, hints } = await read({ returnAll: true, limit: 1 });
		const total = newestFirst.length + 150;
		expect(total).toBeGreaterThan(1_200);
		expect(asked()).toEqual(
			Array.from({ length: 13 }, (_, page) => request(100, page + 1, oldestFirst)),
		);
		expect(new Set(keys).size).toBe(total);
		expect(keys.slice(150)).toEqual(keysOf(newestFirst));
		expect([keys[0], keys[149]]).toEqual(['DATA-1350', 'DATA-1201']);
		expect(hints).toEqual([]);
	});

	it.each([
		[{}, ['1', '2']],
		// Without a total, only a page that is not full is known to be the last.
		[{ noMeta: true }, ['1', '2', '3']],
	])(
		'for no page behind a full last one that completes the total: %j',
		async (variants, asked_) => {
			datadog.openCases(200, { title: 'outage' });
			datadog.control({ variants });
			const { items, hints } = await read({ query: 'outage', returnAll: true });
			expect(pages()).toEqual(asked_);
			expect(items).toHaveLength(200);
			expect(hints).toEqual([]);
		},
	);

	it.each([
		[{ limit: 0 }, "'Limit' must be a whole number, 1 or more"],
		[{ limit: '1.5' }, "'Limit' must be a whole number, 1 or more"],
		[{ returnAll: 'maybe' }, "'Return All' must be true or false"],
		[{ simplify: 1 }, "'Simplify' must be true or false"],
		[{ query: '={{ null }}' }, "'Query' must be text, or an empty string to leave it out"],
		[{ options: { sort: 'title' } }, "'Sort' must be one of: created_at, priority, status"],
		[{ options: { direction: 'down' } }, "'Direction' must be one of: asc, desc"],
	])('for nothing with %j', async (parameters, message) => {
		const { error } = await run(parameters);
		expect(error?.message).toBe(`${message} [item 0]`);
		expect(datadog.requests).toEqual([]);
	});
});

describe('sorts', () => {
	const PRIORITIES = ['P1', 'NOT_DEFINED', 'P3', 'P5', 'P2', 'P4'] as const;
	const STATUSES = ['CLOSED', 'OPEN', 'IN_PROGRESS'] as const;
	/** DATA-1201 to DATA-1206 of these priorities, two of each status. */
	beforeEach(() => {
		for (const [i, priority] of PRIORITIES.entries()) {
			datadog.openCases(1, { title: 'outage', priority, status: STATUSES[i % 3] });
		}
	});

	it.each([
		['created_at', 'desc', [6, 5, 4, 3, 2, 1]],
		['created_at', 'asc', [1, 2, 3, 4, 5, 6]],
		['priority', 'asc', [1, 5, 3, 6, 4, 2]],
		['priority', 'desc', [2, 4, 6, 3, 5, 1]],
		['status', 'asc', [5, 2, 6, 3, 4, 1]],
		['status', 'desc', [4, 1, 6, 3, 5, 2]],
	])('all cases by %s %s, those that are alike newest first', async (sort, direction, order) => {
		const options = { sort, direction };
		const { keys } = await read({ query: 'outage', returnAll: true, options });
		expect(keys).toEqual(order.map((number) => `DATA-120${number}`));
		expect(asked()).toEqual([request(100, 1, { filter: 'outage', ...oldestFirst })]);
	});

	it.each([
		['created_at', 'desc', [6, 5, 4, 3]],
		['created_at', 'asc', [1, 2, 3, 4]],
		['priority', 'asc', [2, 1, 5, 3]],
		['priority', 'desc', [4, 6, 3, 5]],
		['status', 'asc', [5, 2, 6, 3]],
		['status', 'desc', [4, 1, 6, 3]],
	])('up to Limit by %s %s as Datadog does', async (sort, direction, order) => {
		const { keys } = await read({ query: 'outage', limit: 4, options: { sort, direction } });
		expect(keys).toEqual(order.map((number) => `DATA-120${number}`));
		expect(asked()).toEqual([
			request(4, 1, {
				filter: 'outage',
				'sort[field]': sort,
				'sort[asc]': String(direction === 'asc'),
			}),
		]);
	});

	it('times by all of their digits, and values that Datadog added since last', async () => {
		const one = (id: string, created: string, priority: string) => ({
			id,
			attributes: { created_at: `2026-01-01T00:00:0${created}Z`, priority, status: 'SUNKNOWN' },
		});
		const data = [
			one('a', '1.1', 'P0'),
			one('b', '1.09', 'P5'),
			one('c', '1', 'P1'),
			one('d', '1.100000001', 'NOT_DEFINED'),
		];
		datadog.control({ faults: [{ times: Infinity, body: JSON.stringify({ data }) }] });
		const ids = async (options: object) =>
			(await run({ returnAll: true, options })).items.map(({ json }) => json.id);
		expect(await ids({ direction: 'asc' })).toEqual(['c', 'b', 'a', 'd']);
		expect(await ids({ sort: 'priority', direction: 'asc' })).toEqual(['c', 'b', 'd', 'a']);
		expect(await ids({ sort: 'status', direction: 'asc' })).toEqual(['d', 'a', 'b', 'c']);
	});
});

describe('gives', () => {
	it('what a case is, with its keys left out where Datadog has none', async () => {
		const { items } = await read({ query: 'project:PAY', limit: 6 });
		const [withoutClosing, , all, withoutChange, , unassigned] = items;
		expect(all).toEqual({
			json: {
				id: '24c7134b-7fa5-41af-a29a-12af3a345f18',
				key: 'PAY-215',
				title: 'High latency in kube-scheduler',
				status: 'CLOSED',
				statusName: 'Completed',
				priority: 'P4',
				type: 'CHANGE_REQUEST',
				assignee: 'chiara@example.com',
				createdAt: '2026-08-25T16:01:04.598685Z',
				modifiedAt: '2026-09-23T15:09:52.244737275Z',
				closedAt: '2026-08-31T08:21:40.968415903Z',
			},
			pairedItem: { item: 0 },
		});
		expect(withoutClosing).toEqual({
			json: {
				id: '4ef20c69-15d4-4252-b48d-a816e735354f',
				key: 'PAY-98',
				title: 'Error rate above threshold in kube-scheduler',
				status: 'IN_PROGRESS',
				statusName: 'Implementing',
				priority: 'NOT_DEFINED',
				type: 'CHANGE_REQUEST',
				assignee: '9b2d7c14-3f58-4e1b-8c6a-2e4f6a8c0b04',
				createdAt: '2026-08-28T16:58:59.617552Z',
				modifiedAt: '2026-09-14T07:38:48.063543235Z',
			},
			pairedItem: { item: 0 },
		});
		expect(withoutChange).toEqual({
			json: {
				id: '442548fe-bfab-46b8-84dc-f79e133f25de',
				key: 'PAY-222',
				title: 'Error rate above threshold in case-api',
				status: 'OPEN',
				statusName: 'Open',
				priority: 'P3',
				type: 'EVENT_MANAGEMENT',
				assignee: 'Pager Bot',
				createdAt: '2026-08-24T20:53:58.785741Z',
			},
			pairedItem: { item: 0 },
		});
		expect(Object.keys(unassigned.json)).not.toContain('assignee');
	});

	const openMine = () => {
		for (const { id } of [bot, invited, gone]) {
			datadog.openCases(1, { title: 'mine', assignee: id });
		}
		datadog.openCases(1, { title: 'mine' });
	};
	const assignees = async () =>
		(await read({ query: 'mine' })).items.map(({ json }) => json.assignee);

	it.each<[object, unknown[]]>([
		[{}, [undefined, gone.id, 'chiara@example.com', 'Pager Bot']],
		[{ extraKeys: true }, [undefined, gone.id, 'chiara@example.com', 'Pager Bot']],
		[{ nullAssignee: true }, [undefined, gone.id, 'chiara@example.com', 'Pager Bot']],
		[{ noIncluded: true }, [undefined, gone.id, invited.id, bot.id]],
	])('the name, the e-mail address or the UUID of who is assigned: %j', async (variants, names) => {
		openMine();
		datadog.control({ variants });
		expect(await assignees()).toEqual(names);
	});

	it('nothing but the id of a case that has nothing else, and its UUID for a blank name', async () => {
		const relationships = { assignee: { data: { id: 'u-1', type: 'user' } } };
		const blank = { id: 'u-1', type: 'user', attributes: { name: '  ', email: null } };
		const data = [{ id: 'a' }, { id: 'b', attributes: null, relationships: null }];
		const body = JSON.stringify({
			data: [...data, { id: 'c', attributes: { key: '' }, relationships }],
			included: [null, { id: 'u-2' }, blank],
		});
		datadog.control({ faults: [{ body }] });
		const { items } = await read({});
		expect(items.map(({ json }) => json)).toEqual([
			{ id: 'a' },
			{ id: 'b' },
			{ id: 'c', assignee: 'u-1' },
		]);
	});

	it('nobody for a case that is not assigned, though a user has a blank id', async () => {
		const included = [{ id: '', type: 'user', attributes: { name: 'Ada' } }];
		datadog.control({ faults: [{ body: JSON.stringify({ data: [{ id: 'a' }], included }) }] });
		expect((await read({})).items.map(({ json }) => json)).toEqual([{ id: 'a' }]);
	});

	it('each case as it came with Simplify off', async () => {
		const page = `${SEARCH}?filter=mine&page[size]=100&page[number]=1`;
		const headers = { 'dd-api-key': 'test-api-key', 'dd-application-key': 'test-application-key' };
		openMine();
		const { data } = (await (await fetch(datadog.url + page, { headers })).json()) as {
			data: object[];
		};
		expect(data).toHaveLength(4);
		for (const returnAll of [false, true]) {
			const { items } = await read({ query: 'mine', simplify: false, returnAll });
			expect(items).toEqual(data.map((json) => ({ json, pairedItem: { item: 0 } })));
		}
	});

	it('the cases of each input item, paired with it, and sends equal requests once', async () => {
		datadog.openCases(1, { title: 'first' });
		datadog.openCases(2, { title: 'second' });
		const queries = ['first', 'second', 'nothing', 'second', 'first'];
		const { items, hints } = await run(
			{ query: '={{ $json.query }}', returnAll: '={{ $json.returnAll ?? true }}', simplify: false },
			{ input: queries.map((query) => ({ query })) },
		);
		expect(items.map(({ json, pairedItem }) => [json.attributes, pairedItem])).toEqual(
			[
				[1201, 0],
				[1203, 1],
				[1202, 1],
				[1203, 3],
				[1202, 3],
				[1201, 4],
			].map(([number, item]) => [
				expect.objectContaining({ key: `DATA-${number}` }) as unknown,
				{ item },
			]),
		);
		expect(items[1].json).not.toBe(items[3].json);
		expect(datadog.requests.map(({ query }) => query.filter)).toEqual([
			'first',
			'second',
			'nothing',
		]);
		expect(hints).toEqual(["No cases found for 1 of 5 requests. Check the spelling in 'Query'."]);
	});

	it('an agent the cases, or the reason why there are none', async () => {
		const asAgentTool = true;
		datadog.openCases(1, { title: 'outage' });
		const found = await run({ query: 'outage' }, { asAgentTool });
		expect(found.items.map(({ json }) => json.key)).toEqual(['DATA-1201']);
		const { items } = await run({ query: 'service:none' }, { asAgentTool });
		expect(items).toEqual([
			{
				json: { hint: "No cases found. Check the spelling in 'Query'." },
				pairedItem: { item: 0 },
			},
		]);
		expect((await run({ query: 'service:none' })).items).toEqual([]);
	});
});

describe('while cases come and go between two pages', () => {
	beforeEach(() => datadog.openCases(250, { title: 'outage' }));
	const numbers = (first: number, last: number) =>
		Array.from({ length: last - first + 1 }, (_, i) => `DATA-${first + i}`);
	const opens: Fault = { page: 2, opens: { count: 1, changes: { title: 'outage' } } };
	const closes = (number: number, page = 2): Fault => ({
		page,
		changes: { query: `key:DATA-${number}`, changes: { title: 'all is well' } },
	});
	const missing =
		"Some cases may be missing because others stopped matching while Datadog's pages were read. Run the node again.";

	it.each(['asc', 'desc'])('has one that was opened, and none twice, %s', async (direction) => {
		datadog.control({ faults: [opens] });
		const { keys, hints } = await read({
			query: 'outage',
			returnAll: true,
			options: { direction },
		});
		const expected = numbers(1201, 1451);
		expect(keys).toEqual(direction === 'asc' ? expected : expected.reverse());
		expect(pages()).toEqual(['1', '2', '3']);
		expect(hints).toEqual([]);
	});

	it('has as many as Limit, none of them twice', async () => {
		datadog.control({ faults: [opens] });
		const { keys, hints } = await read({ query: 'outage', limit: 200 });
		expect(keys).toEqual(numbers(1251, 1450).reverse());
		expect(pages()).toEqual(['1', '2', '3']);
		expect(hints).toEqual([]);
	});

	it('reads all again when one has stopped matching, and loses none', async () => {
		datadog.control({ faults: [closes(1201)] });
		const { keys, hints } = await read({
			query: 'outage',
			returnAll: true,
			options: { direction: 'asc' },
		});
		// The first is the one that stopped matching after it was read.
		expect(keys).toEqual(numbers(1201, 1450));
		expect(pages()).toEqual(['1', '2', '3', '1', '2', '3']);
		expect(hints).toEqual([]);
	});

	it('loses none when others stop matching while all is read again', async () => {
		datadog.control({ faults: [closes(1201), closes(1202)] });
		const { keys, hints } = await read({
			query: 'outage',
			returnAll: true,
			options: { direction: 'asc' },
		});
		expect(keys).toEqual(numbers(1201, 1450));
		expect(hints).toEqual([]);
	});

	it('reads again up to Limit', async () => {
		datadog.control({ faults: [closes(1450)] });
		const { keys, hints } = await read({ query: 'outage', limit: 150 });
		expect(keys).toEqual(numbers(1300, 1449).reverse());
		expect(pages()).toEqual(['1', '2', '1', '2']);
		expect(hints).toEqual([]);
	});

	it('warns when that goes on', async () => {
		datadog.control({ faults: [closes(1450), closes(1449)] });
		const { keys, hints } = await read({ query: 'outage', limit: 150 });
		expect(keys).toHaveLength(150);
		expect(pages()).toEqual(['1', '2', '1', '2']);
		expect(hints).toEqual([missing]);
	});

	it.each([
		[{ returnAll: true }, 100, ['1', '2', '3', '1', '2', '3']],
		[{ limit: 150 }, 100, ['1', '2']],
	])(
		'warns when a server gives the first page again, with %j',
		async (parameters, count, read_) => {
			const page = `${SEARCH}?filter=outage&page[size]=100&page[number]=1`;
			const headers = {
				'dd-api-key': 'test-api-key',
				'dd-application-key': 'test-application-key',
			};
			const body = await (await fetch(datadog.url + page, { headers })).text();
			datadog.reset();
			datadog.control({ faults: [{ path: SEARCH, times: Infinity, body }] });
			const { keys, hints } = await read({ query: 'outage', ...parameters });
			expect(new Set(keys).size).toBe(count);
			expect(keys).toHaveLength(count);
			expect(pages()).toEqual(read_);
			expect(hints).toEqual([missing]);
		},
	);
});

describe('when a page contradicts its total', () => {
	const pageOf = (count: number, total: number) =>
		JSON.stringify({
			data: Array.from({ length: count }, (_, i) => ({ id: `case ${i}`, type: 'case' })),
			meta: { total_cases: total },
		});

	it.each([{ returnAll: true }, { limit: 150 }])(
		'fails for an empty first page: %j',
		async (how) => {
			datadog.control({ faults: [{ path: SEARCH, times: Infinity, body: pageOf(0, 500) }] });
			const { error, items } = await run(how);
			expect(items).toEqual([]);
			expect(error).toMatchObject({
				message: 'Datadog returned no cases, although cases match',
				description: "Datadog's total for the same query is 500. Try again later.",
				httpCode: '200',
			});
		},
	);

	it('reads on behind a page that is not full, and warns where the total is not reached', async () => {
		datadog.openCases(250, { title: 'outage' });
		datadog.control({ faults: [{ path: SEARCH, page: 1, body: pageOf(97, 250) }] });
		const { items, hints } = await read({ query: 'outage', limit: 250 });
		expect(pages()).toEqual(['1', '2', '3', '4']);
		expect(items).toHaveLength(97 + 150);
		expect(hints).toHaveLength(1);
	});
});

describe('when a page is refused', () => {
	const refused: Fault = { page: 3, times: Infinity, status: 400, body: '{"errors":["no more"]}' };

	it('says how many cases were read', async () => {
		datadog.control({ faults: [refused] });
		const { error, items } = await run({ returnAll: true });
		expect(items).toEqual([]);
		expect(error).toMatchObject({ message: 'Datadog rejected the request', httpCode: '400' });
		expect(error?.description).toMatch(
			/^Datadog's message: "no more"\. .* Cases read before the error: 200\.$/,
		);
	});

	it('says nothing of that for the first page', async () => {
		datadog.control({ faults: [{ ...refused, page: 1 }] });
		const { error } = await run({});
		expect(error?.description).not.toContain('Cases read');
	});

	it('costs no other item anything, however many pages of a search fail', async () => {
		for (const title of ['slow', 'quick']) datadog.openCases(500, { title });
		const timeouts = [2, 3, 4, 5].map((page): Fault => ({
			page,
			match: 'slow',
			times: Infinity,
			status: 504,
			body: '',
		}));
		datadog.control({ faults: timeouts });
		const { items } = await run(
			{ query: '={{ $json.query }}', returnAll: true, options: { maxRetries: 0 } },
			{
				input: [{ query: 'slow' }, { query: 'quick' }],
				settings: { onError: 'continueRegularOutput' },
			},
		);
		expect(items[0].json.error).toBe("Datadog couldn't process the request");
		expect(
			items.filter(({ pairedItem }) => (pairedItem as { item: number }).item === 1),
		).toHaveLength(500);
		expect(items).toHaveLength(501);
	});

	const input = [{ query: 'first' }, { query: '' }, { query: 'third' }];
	const parameters = { query: '={{ $json.query }}', limit: 300 };
	const failed = {
		error: 'Datadog rejected the request',
		details: {
			httpCode: '400',
			description: expect.stringContaining('Cases read before the error: 200.') as unknown,
		},
	};
	const found = (number: number, item: number) => ({
		json: expect.objectContaining({ key: `DATA-${number}` }) as unknown,
		pairedItem: { item },
	});
	beforeEach(() => {
		for (const title of ['first', 'third']) datadog.openCases(1, { title });
	});

	it('stops the workflow', async () => {
		datadog.control({ faults: [refused] });
		const { error, items } = await run(parameters, { input });
		expect(error).toMatchObject({ message: failed.error, context: { itemIndex: 1 } });
		expect(items).toEqual([]);
	});

	it('continues with an item that says why', async () => {
		datadog.control({ faults: [refused] });
		const settings = { onError: 'continueRegularOutput' } as const;
		const { error, items } = await run(parameters, { input, settings });
		expect(error).toBeUndefined();
		expect(items).toEqual([
			found(1201, 0),
			{ json: failed, pairedItem: { item: 1 } },
			found(1202, 2),
		]);
	});

	it('continues on the error output with the fields of the input', async () => {
		datadog.control({ faults: [refused] });
		const settings = { onError: 'continueErrorOutput' } as const;
		const { items, errorItems } = await run(parameters, { input, settings });
		expect(items).toEqual([found(1201, 0), found(1202, 2)]);
		expect(errorItems).toEqual([{ json: { query: '', ...failed }, pairedItem: { item: 1 } }]);
	});
});

describe('of answers that differ', () => {
	const all = () => keysOf(newestFirst);

	it.each([{ floats: true }, { extraKeys: true }, { noMeta: true }, { nullAssignee: true }])(
		'reads all cases: %j',
		async (variants) => {
			datadog.control({ variants });
			const { keys, hints } = await read({ returnAll: true });
			expect(keys).toEqual(all());
			expect(pages()).toHaveLength(12);
			expect(hints).toEqual([]);
		},
	);

	it('gives no case twice when Datadog puts cases that are alike in another order', async () => {
		datadog.control({ variants: { looseOrder: true } });
		const options = { sort: 'priority' };
		const { keys } = await read({ limit: 300, options });
		expect(keys).toHaveLength(300);
		expect(new Set(keys).size).toBe(300);
		const returnedAll = await read({ returnAll: true, options });
		expect(returnedAll.keys).toHaveLength(newestFirst.length);
		expect(new Set(returnedAll.keys)).toEqual(new Set(all()));
	});

	it('reads what has only what the schema requires', async () => {
		datadog.control({ variants: { huge: 250 } });
		const { items } = await read({});
		expect(items[0]).toEqual({
			json: { id: 'b16ca5e5-0000-4000-8000-000000000001', title: 'Case 1' },
			pairedItem: { item: 0 },
		});
	});

	it.each([
		['data', '{"data":null}'],
		['data', '{"data":{}}'],
		['data', '{"data":"text"}'],
		['data', '[]'],
		['data[0].id', '{"data":[null]}'],
		['data[0].id', '{"data":[{"id":5}]}'],
		['data[1].id', '{"data":[{"id":"a"},{}]}'],
		['data[0].attributes.title', '{"data":[{"id":"a","attributes":{"title":{}}}]}'],
		['data[0].attributes.created_at', '{"data":[{"id":"a","attributes":{"created_at":5}}]}'],
		[
			'data[0].relationships.assignee.data.id',
			'{"data":[{"id":"a","relationships":{"assignee":{"data":{"id":7}}}}]}',
		],
	])('refuses one without a usable %s: %s', async (missing, body) => {
		datadog.control({ faults: [{ body }] });
		const { error, items } = await run({});
		expect(items).toEqual([]);
		expect(error).toMatchObject({
			message: "Datadog's response isn't in the documented format",
			httpCode: '200',
		});
		expect(error?.description).toContain(`Missing or invalid: ${missing}. `);
	});

	it('names data when it is null', async () => {
		datadog.control({ variants: { nullCases: true } });
		const { error } = await run({});
		expect(error?.description).toContain('Missing or invalid: data. ');
	});
});
