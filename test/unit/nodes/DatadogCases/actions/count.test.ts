import { keysFor } from '../../../../support/account';
import { runNode } from '../../../../support/engine';
import { datadog, useDatadog } from '../../../../support/localDatadog';
import { testsOf } from '../../../../support/operation';

useDatadog();

const resource = { id: 'count-result-001', type: 'count' };
const { answerWith, asked, run } = testsOf('count', resource);

/** Datadog's documented example, with a second field. */
const documented = {
	groups: [
		{
			group: 'status',
			group_values: [
				{ count: 42, value: 'OPEN' },
				{ count: 7, value: 'IN_PROGRESS' },
			],
		},
		{ group: 'priority', group_values: [{ count: 3, value: 'P1' }] },
	],
};

it('asks with the defaults and gives an item for each status', async () => {
	answerWith({ groups: [documented.groups[0]] });
	const { items, hints } = await run({});
	expect(asked()).toEqual([
		{
			method: 'GET',
			path: '/api/v2/cases/count',
			query: { group_bys: 'status', limit: '50' },
			body: undefined,
		},
	]);
	expect(datadog.requests[0].headers).toMatchObject({
		accept: 'application/json',
		'dd-api-key': 'test-api-key',
		'dd-application-key': 'test-application-key',
	});
	expect(items).toEqual([
		{ json: { groupBy: 'status', value: 'OPEN', count: 42 }, pairedItem: { item: 0 } },
		{ json: { groupBy: 'status', value: 'IN_PROGRESS', count: 7 }, pairedItem: { item: 0 } },
	]);
	expect(hints).toEqual([]);
});

const everything = {
	query: 'service:case-api & "a+b" 100% #é\n',
	groupBy: ['status', 'priority'],
	customGroupBy: 'region , status',
	limit: 9,
	simplify: true,
	options: { maxConcurrency: 2, maxRetries: 0, maxWait: 5, timeout: 5 },
};

it.each([
	['fixed values', everything, {}],
	[
		'expressions',
		{
			query: '={{ $json.query }}',
			groupBy: '={{ $json.groupBy }}',
			customGroupBy: '={{ $json.customGroupBy }}',
			limit: '={{ $json.limit }}',
			simplify: '={{ $json.simplify }}',
			options: {
				maxConcurrency: '={{ $json.options.maxConcurrency }}',
				maxRetries: '={{ $json.options.maxRetries }}',
				maxWait: '={{ $json.options.maxWait }}',
				timeout: '={{ $json.options.timeout }}',
			},
		},
		everything,
	],
])('sends every parameter given as %s', async (_, parameters, input) => {
	answerWith(documented);
	const { items } = await run(parameters, [input]);
	expect(asked()).toEqual([
		{
			method: 'GET',
			path: '/api/v2/cases/count',
			query: {
				query_filter: 'service:case-api & "a+b" 100% #é\n',
				group_bys: 'status,priority,region',
				limit: '9',
			},
			body: undefined,
		},
	]);
	expect(items).toEqual([
		{ json: { groupBy: 'status', value: 'OPEN', count: 42 }, pairedItem: { item: 0 } },
		{ json: { groupBy: 'status', value: 'IN_PROGRESS', count: 7 }, pairedItem: { item: 0 } },
		{ json: { groupBy: 'priority', value: 'P1', count: 3 }, pairedItem: { item: 0 } },
	]);
});

it.each([
	['the total that Datadog gives', { total: 128, groups: [] }, 128],
	['the sum over the statuses', { groups: documented.groups }, 49],
	['the sum when the total is not a number', { total: '128', groups: documented.groups }, 49],
	['0 when no case matches', { groups: [] }, 0],
	['0 when no status is returned', { groups: [{ group: 'status', group_values: [] }] }, 0],
])('gives %s without a field to group by', async (_, attributes, count) => {
	answerWith(attributes);
	const { items } = await run({ query: 'status:open', groupBy: [], limit: 1 });
	expect(asked()).toEqual([
		{
			method: 'GET',
			path: '/api/v2/cases/count',
			query: { query_filter: 'status:open', group_bys: 'status', limit: '50' },
			body: undefined,
		},
	]);
	expect(items).toEqual([{ json: { count }, pairedItem: { item: 0 } }]);
});

it('asks for more statuses than 50 when Max Groups does', async () => {
	answerWith({ groups: [] });
	await run({ groupBy: [], limit: 60 });
	expect(datadog.requests[0].query).toEqual({ group_bys: 'status', limit: '60' });
});

it('gives the data as it came with Simplify off, and asks for no group without a field', async () => {
	answerWith({ groups: null, extra: {} });
	const { items, hints } = await run({ groupBy: [], simplify: false }, [{}, {}]);
	expect(asked()).toEqual([
		{ method: 'GET', path: '/api/v2/cases/count', query: { limit: '50' }, body: undefined },
	]);
	const json = { attributes: { groups: null, extra: {} }, id: 'count-result-001', type: 'count' };
	expect(items).toEqual([
		{ json, pairedItem: { item: 0 } },
		{ json, pairedItem: { item: 1 } },
	]);
	expect(items[0].json.attributes).not.toBe(items[1].json.attributes);
	expect(hints).toEqual([]);
});

it('loses no member with Simplify off, whatever its name', async () => {
	datadog.control({ faults: [{ body: '{"data":{"attributes":{"__proto__":{"groups":[]}}}}' }] });
	const { items } = await run({ simplify: false });
	expect(JSON.stringify(items[0].json)).toBe('{"attributes":{"__proto__":{"groups":[]}}}');
});

const nestedData = (levels: number, open: string, close: string) =>
	`{"data":${open.repeat(levels)}0${close.repeat(levels)}}`;

it.each([
	['{"a":', '}'],
	['{"__proto__":', '}'],
	['{"a":[', ']}'],
])('gives data of 100 levels with Simplify off: %s', async (open, close) => {
	const text = nestedData(100 / (open.match(/[[{]/g)?.length ?? 1), open, close);
	datadog.control({ faults: [{ body: text }] });
	const { items } = await run({ simplify: false });
	expect(`{"data":${JSON.stringify(items[0].json)}}`).toBe(text);
});

it.each([
	[101, '{"a":', '}'],
	[101, '{"__proto__":', '}'],
	[51, '{"a":[', ']}'],
	[200_000, '{"a":', '}'],
])('refuses data with Simplify off that is nested more deeply', async (levels, open, close) => {
	datadog.control({ faults: [{ body: nestedData(levels, open, close) }] });
	const { error } = await run({ simplify: false });
	expect(error).toMatchObject({
		message: "Datadog's response isn't in the documented format",
		description:
			"Missing or invalid: data (nested more than 100 levels deep). In the credential, check 'Site' or, if you use a gateway, the host and path of 'Base URL'.",
		httpCode: '200',
	});
});

it('adds an item with count 0 for each of Include Values that Datadog did not return', async () => {
	answerWith({ groups: [documented.groups[0]] });
	const { items } = await run({ options: { includeValues: 'CLOSED, OPEN, __proto__' } });
	expect(items).toEqual([
		{ json: { groupBy: 'status', value: 'OPEN', count: 42 }, pairedItem: { item: 0 } },
		{ json: { groupBy: 'status', value: 'IN_PROGRESS', count: 7 }, pairedItem: { item: 0 } },
		{ json: { groupBy: 'status', value: 'CLOSED', count: 0 }, pairedItem: { item: 0 } },
		{ json: { groupBy: 'status', value: '__proto__', count: 0 }, pairedItem: { item: 0 } },
	]);
});

it('refuses a count of 0 for a value that Max Groups may have cut off', async () => {
	answerWith({ groups: [documented.groups[0]] });
	const { error } = await run({ limit: 2, options: { includeValues: 'CLOSED' } });
	expect(error).toMatchObject({
		message: "'Max Groups' is too low to check every value in 'Include Values' [item 0]",
		description:
			"Datadog returned as many groups as 'Max Groups' (2) allows, so a missing value may still have cases. Raise 'Max Groups'.",
	});
	const { items } = await run({ limit: 2, options: { includeValues: 'OPEN' } });
	expect(items).toHaveLength(2);
});

it('hints at a field that Datadog gave no breakdown for', async () => {
	answerWith({ groups: [documented.groups[0]] });
	const { items, hints } = await run({ groupBy: ['status', 'priority'], customGroupBy: 'region' });
	expect(items).toHaveLength(2);
	expect(hints).toEqual([
		"A field that you group by is missing from the response. Check the names in 'Group By' and 'Custom Group By'.",
	]);
});

it('refuses a count of 0 for values of a field that the answer is not about', async () => {
	answerWith({ groups: [documented.groups[0]] });
	const { error } = await run({ groupBy: ['priority'], options: { includeValues: 'P1' } });
	expect(error?.description).toContain('the field to group by in data.attributes.groups');
});

it('hints with Simplify off too, where the data can be read', async () => {
	answerWith({ groups: [documented.groups[0]] });
	const { hints } = await run({ simplify: false, limit: 2, options: { includeValues: 'CLOSED' } });
	expect(hints).toEqual(["'Max Groups' was reached. Raise it to get all groups."]);
	expect((await run({ simplify: false, groupBy: [] })).hints).toEqual([]);
});

it.each([
	['the total is 0', { groupBy: [] }, { total: 0, groups: [] }],
	['there is no group', {}, { groups: [] }],
	[
		'each value has none',
		{},
		{ groups: [{ group: 'status', group_values: [{ value: 'OPEN', count: 0 }] }] },
	],
])('hints at an answer without a case when %s', async (_, parameters, attributes) => {
	answerWith(attributes);
	expect((await run(parameters)).hints).toEqual([
		"No cases found. Check the spelling in 'Query' and 'Group By'. To always get an item for a value, add it to 'Include Values'.",
	]);
});

it.each([
	['the total is not 0', { groupBy: [] }, { total: 1, groups: [] }],
	[
		'one of the values has cases',
		{},
		{
			groups: [
				{
					group: 'status',
					group_values: [
						{ value: 'OPEN', count: 0 },
						{ value: 'CLOSED', count: 1 },
					],
				},
			],
		},
	],
	['the data is given as it came', { groupBy: [], simplify: false }, { total: 0, groups: [] }],
])('hints at nothing when %s', async (_, parameters, attributes) => {
	answerWith(attributes);
	expect((await run(parameters)).hints).toEqual([]);
});

it('hints at an answer in which only one of the fields was cut', async () => {
	answerWith(documented);
	const { hints } = await run({ groupBy: ['status', 'priority'], limit: 2 });
	expect(hints).toEqual(["'Max Groups' was reached. Raise it to get all groups."]);
});

it('hints at answers that were cut and at empty ones', async () => {
	datadog.control({
		faults: [
			{ match: 'cut', body: JSON.stringify({ data: { attributes: documented } }) },
			{ body: JSON.stringify({ data: { attributes: { groups: [] } } }) },
		],
	});
	const { items, hints } = await run({ query: '={{ $json.q }}', limit: 2 }, [
		{ q: 'cut' },
		{ q: '' },
	]);
	expect(items).toHaveLength(3);
	expect(hints).toEqual([
		"'Max Groups' was reached for 1 of 2 requests. Raise it to get all groups.",
		"No cases found for 1 of 2 requests. Check the spelling in 'Query' and 'Group By'. To always get an item for a value, add it to 'Include Values'.",
	]);
});

it('tells nobody else so in an item, and an agent only where nothing came out', async () => {
	answerWith({ groups: [] });
	expect((await run({})).items).toEqual([]);
	answerWith({ groups: [documented.groups[1]] });
	const { items, hints } = await runNode({
		parameters: { groupBy: ['priority'], limit: 1 },
		credential: keysFor(datadog.url),
		asAgentTool: true,
	});
	expect(hints).toHaveLength(1);
	expect(items).toEqual([
		{ json: { groupBy: 'priority', value: 'P1', count: 3 }, pairedItem: { item: 0 } },
	]);
});

it('tells an agent in an item why nothing came out: it sees no hints', async () => {
	const { items } = await runNode({
		parameters: { query: 'service:none', groupBy: ['status'] },
		credential: keysFor(datadog.url),
		asAgentTool: true,
	});
	expect(items).toEqual([
		{
			json: {
				hint: "No cases found. Check the spelling in 'Query' and 'Group By'. To always get an item for a value, add it to 'Include Values'.",
			},
			pairedItem: { item: 0 },
		},
	]);
});

it.each([
	['data', '[]'],
	['data', '{"data":[]}'],
	['data', '{"data":null}'],
	['data', '{"data":"text"}'],
	['data', '"text"'],
	['data', 'null'],
	['data.attributes.groups', '{"data":{}}'],
	['data.attributes.groups', '{"data":{"attributes":null}}'],
	['data.attributes.groups', '{"data":{"attributes":{"groups":null}}}'],
	['data.attributes.groups[0].group', '{"data":{"attributes":{"groups":[null]}}}'],
	['data.attributes.groups[0].group', '{"data":{"attributes":{"groups":[{"group":1}]}}}'],
	[
		'data.attributes.groups[0].group_values',
		'{"data":{"attributes":{"groups":[{"group":"status"}]}}}',
	],
	[
		'data.attributes.groups[0].group_values[1].count',
		'{"data":{"attributes":{"groups":[{"group":"status","group_values":[{"value":"A","count":1},{"value":"B","count":"2"}]}]}}}',
	],
	...['1e999', '-1', 'null', '"1"', 'true'].map((count) => [
		'data.attributes.groups[0].group_values[0].count',
		`{"data":{"attributes":{"groups":[{"group":"status","group_values":[{"value":"A","count":${count}}]}]}}}`,
	]),
	[
		'data.attributes.groups[0].group_values[0].value',
		'{"data":{"attributes":{"groups":[{"group":"status","group_values":[{"value":{},"count":1}]}]}}}',
	],
])('refuses an answer without a usable %s: %s', async (missing, body) => {
	datadog.control({ faults: [{ body }] });
	const { error, items } = await run({});
	expect(items).toEqual([]);
	expect(error).toMatchObject({
		message: "Datadog's response isn't in the documented format",
		httpCode: '200',
	});
	expect(error?.description).toContain(`Missing or invalid: ${missing}. `);
});

it.each([
	[
		'has no statuses',
		{ groups: [documented.groups[1]] },
		'the group "status" in data.attributes.groups',
	],
	[
		'has the statuses twice',
		{ groups: [documented.groups[0], documented.groups[0]] },
		'the group "status" in data.attributes.groups',
	],
	[
		'may have more statuses',
		{
			groups: [
				{
					group: 'status',
					group_values: Array.from({ length: 50 }, (_, i) => ({ value: `S${i}`, count: 1 })),
				},
			],
		},
		'the statuses beyond the first 50',
	],
])('refuses to add up a total from an answer that %s', async (_, attributes, missing) => {
	answerWith(attributes);
	const { error, items } = await run({ groupBy: [] });
	expect(items).toEqual([]);
	expect(error?.description).toContain(`Missing or invalid: ${missing}. `);
});

it.each(['"text"', '5', 'null', '[{}]'])(
	'refuses %s as data with Simplify off too: it would be no item',
	async (data) => {
		datadog.control({ faults: [{ body: `{"data":${data}}` }] });
		const { error, items } = await run({ simplify: false });
		expect(items).toEqual([]);
		expect(error?.description).toContain('Missing or invalid: data. ');
	},
);

it('gives text for a value of another type and null for none, and loses no group', async () => {
	const values = [null, 1, true, false, '', 'OPEN', 'OPEN'].map((value) => ({ value, count: 2 }));
	answerWith({ groups: [{ group: 'team', group_values: [...values, { count: 3 }] }] });
	const { items } = await run({ groupBy: ['team'] });
	expect(items.map(({ json }) => json)).toEqual([
		{ groupBy: 'team', value: null, count: 2 },
		{ groupBy: 'team', value: '1', count: 2 },
		{ groupBy: 'team', value: 'true', count: 2 },
		{ groupBy: 'team', value: 'false', count: 2 },
		{ groupBy: 'team', value: '', count: 2 },
		{ groupBy: 'team', value: 'OPEN', count: 2 },
		{ groupBy: 'team', value: 'OPEN', count: 2 },
		{ groupBy: 'team', value: null, count: 3 },
	]);
});

it.each([
	['open', 'OPEN'],
	['IN PROGRESS', ' in  Progress\t'],
	['Cafe\u0301', 'CAFÉ'],
	['straße', 'STRASSE'],
	['i\u0307ptal', 'İPTAL'],
])('refuses to count %j as 0 beside %j, naming both', async (wanted, returned) => {
	answerWith({
		groups: [
			{
				group: 'status',
				group_values: [
					{ value: null, count: 1 },
					{ value: returned, count: 9 },
				],
			},
		],
	});
	const { items, error } = await run({ options: { includeValues: ['CLOSED', wanted] }, limit: 2 });
	expect(items).toEqual([]);
	expect(error).toMatchObject({
		message: "'Include Values' contains a value that Datadog spells differently [item 0]",
		description: `'Include Values' has ${JSON.stringify(wanted)}, but Datadog returned ${JSON.stringify(returned)}. Use Datadog's spelling in 'Include Values'.`,
	});
});

it('adds one item for several spellings of a value that Datadog did not return', async () => {
	answerWith({ groups: [{ group: 'status', group_values: [] }] });
	const { items } = await run({ options: { includeValues: ' open, OPEN, O PEN' } });
	expect(items.map(({ json }) => json)).toEqual([
		{ groupBy: 'status', value: 'open', count: 0 },
		{ groupBy: 'status', value: 'O PEN', count: 0 },
	]);
});

it('takes a value that Datadog has in two spellings', async () => {
	const values = ['Open', 'OPEN'].map((value) => ({ value, count: 1 }));
	answerWith({ groups: [{ group: 'status', group_values: values }] });
	const { items } = await run({ options: { includeValues: 'OPEN, Open' } });
	expect(items.map(({ json }) => json.value)).toEqual(['Open', 'OPEN']);
});

it('takes a value with a comma as a JSON list', async () => {
	answerWith({ groups: [{ group: 'team', group_values: [{ value: 'Other', count: 1 }] }] });
	const { items } = await run({
		groupBy: ['team'],
		options: { includeValues: '["Platform, Core"]' },
	});
	expect(items.map(({ json }) => json)).toEqual([
		{ groupBy: 'team', value: 'Other', count: 1 },
		{ groupBy: 'team', value: 'Platform, Core', count: 0 },
	]);
});

it('names a field that came back without a value while others have some', async () => {
	answerWith({ groups: [documented.groups[0], { group: 'team', group_values: [] }] });
	const { items, hints } = await run({ groupBy: ['status', 'team'] });
	expect(items).toHaveLength(2);
	expect(hints).toEqual([
		"No cases have a value for team. Check the names in 'Group By' and 'Custom Group By': Datadog returns the same result if it doesn't know a field.",
	]);
});

it('hints at nothing but the missing cases where no field has a value', async () => {
	answerWith({ groups: ['status', 'team'].map((group) => ({ group, group_values: [] })) });
	const { hints } = await run({ groupBy: ['status', 'team'] });
	expect(hints).toHaveLength(1);
	expect(hints[0]).toMatch(/^No cases found\./);
});
