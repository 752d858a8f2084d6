import { datadog, useDatadog } from '../../../../support/localDatadog';
import { testsOf } from '../../../../support/operation';

useDatadog();

/** Datadog's documented example. */
const documented = { groups: [{ group: 'OPEN', value: [42] }], total: 100 };

const resource = { id: 'agg-result-001', type: 'aggregate' };
const { answerWith, asked, run } = testsOf('aggregate', resource);

it('asks with the defaults and gives an item for each group', async () => {
	answerWith(documented);
	const { items, hints } = await run({});
	expect(asked()).toEqual([
		{
			method: 'POST',
			path: '/api/v2/cases/aggregate',
			query: {},
			body: {
				data: {
					type: 'aggregate',
					attributes: { query_filter: '', group_by: { groups: ['status'], limit: 50 } },
				},
			},
		},
	]);
	expect(datadog.requests[0].headers).toMatchObject({
		accept: 'application/json',
		'content-type': 'application/json',
		'dd-api-key': 'test-api-key',
		'dd-application-key': 'test-application-key',
	});
	expect(items).toEqual([
		{
			json: { groupBy: 'status', value: 'OPEN', count: 42, total: 100, share: 0.42 },
			pairedItem: { item: 0 },
		},
	]);
	expect(hints).toEqual([]);
});

const everything = {
	query: 'service:case-api "a\\"b" é\n',
	groupBy: ['status', 'priority'],
	customGroupBy: 'region,status',
	limit: 1_000,
	simplify: true,
	options: { maxConcurrency: 2, maxRetries: 0, maxWait: 5, timeout: 5 },
};

it.each([
	['fixed values', everything, {}],
	[
		'expressions',
		{
			query: '={{ $json.query }}',
			groupBy: '={{ $json.groupBy.join(",") }}',
			customGroupBy: '={{ $json.customGroupBy }}',
			limit: '={{ $json.limit }}',
			simplify: '={{ $json.simplify }}',
			options: '={{ $json.options }}',
		},
		everything,
	],
])('sends every parameter given as %s', async (_, parameters, input) => {
	answerWith({ groups: [{ group: 'OPEN,P1,eu', value: [1] }], total: 3 });
	const { items } = await run(parameters, [input]);
	expect(asked()).toEqual([
		{
			method: 'POST',
			path: '/api/v2/cases/aggregate',
			query: {},
			body: {
				data: {
					type: 'aggregate',
					attributes: {
						query_filter: 'service:case-api "a\\"b" é\n',
						group_by: { groups: ['status', 'priority', 'region'], limit: 1_000 },
					},
				},
			},
		},
	]);
	expect(items).toEqual([
		{
			json: {
				groupBy: 'status,priority,region',
				value: 'OPEN,P1,eu',
				count: 1,
				total: 3,
				share: 0.3333333333333333,
			},
			pairedItem: { item: 0 },
		},
	]);
});

it('gives a share of 0 when the total is 0', async () => {
	answerWith({ groups: [{ group: 'OPEN', value: [0] }], total: 0 });
	expect((await run({})).items.map(({ json }) => json)).toEqual([
		{ groupBy: 'status', value: 'OPEN', count: 0, total: 0, share: 0 },
	]);
});

it('adds an item for each of Include Values that Datadog did not return', async () => {
	answerWith(documented);
	const { items } = await run({ options: { includeValues: 'OPEN,CLOSED' } });
	expect(items).toEqual([
		{
			json: { groupBy: 'status', value: 'OPEN', count: 42, total: 100, share: 0.42 },
			pairedItem: { item: 0 },
		},
		{
			json: { groupBy: 'status', value: 'CLOSED', count: 0, total: 100, share: 0 },
			pairedItem: { item: 0 },
		},
	]);
});

it('gives the data as it came with Simplify off', async () => {
	answerWith({ ...documented, extra: true });
	expect((await run({ simplify: false })).items).toEqual([
		{
			json: {
				attributes: { groups: [{ group: 'OPEN', value: [42] }], total: 100, extra: true },
				id: 'agg-result-001',
				type: 'aggregate',
			},
			pairedItem: { item: 0 },
		},
	]);
});

it.each([
	[
		{ groupBy: [] },
		"'Group By' needs at least one field [item 0]",
		"Choose a field in 'Group By' or 'Custom Group By', or use the 'Count Cases' operation to get the total.",
	],
	[
		{ limit: 1_001 },
		"'Max Groups' must be a whole number from 1 to 1000 [item 0]",
		"Check the value or expression in 'Max Groups'. The node received 1001.",
	],
])('refuses %j before any request', async (parameters, message, description) => {
	const { error } = await run(parameters);
	expect(error).toMatchObject({ message, description, context: { itemIndex: 0 } });
	expect(datadog.requests).toEqual([]);
});

it.each([
	['no group', []],
	['only groups without a case', [{ group: 'OPEN', value: [0] }]],
])('hints at an answer with %s', async (_, groups) => {
	answerWith({ groups, total: 0 });
	expect((await run({})).hints).toEqual([
		"No cases found. Check the spelling in 'Query' and 'Group By'. To always get an item for a value, add it to 'Include Values'.",
	]);
});

it('hints at nothing when one of the groups has cases, whatever the total says', async () => {
	answerWith({
		groups: [
			{ group: 'OPEN', value: [0] },
			{ group: 'CLOSED', value: [1] },
		],
		total: 0,
	});
	expect((await run({})).hints).toEqual([]);
});

it('hints at an answer that was cut', async () => {
	answerWith(documented);
	expect((await run({ limit: 1 })).hints).toEqual([
		"'Max Groups' was reached. Raise it to get all groups.",
	]);
});

it.each([
	['data.attributes.total', { groups: [] }],
	['data.attributes.total', { groups: [], total: '100' }],
	['data.attributes.groups', { groups: null, total: 1 }],
	['data.attributes.groups[0].value', { groups: [{ group: 'OPEN' }], total: 1 }],
	['data.attributes.groups[0].value.0', { groups: [{ group: 'OPEN', value: [] }], total: 1 }],
	['data.attributes.groups[0].value.0', { groups: [{ group: 'OPEN', value: ['42'] }], total: 1 }],
	['data.attributes.groups[0].group', { groups: [{ group: ['a'], value: [1] }], total: 1 }],
])('refuses an answer without a usable %s: %j', async (missing, attributes) => {
	answerWith(attributes);
	const { error, items } = await run({});
	expect(items).toEqual([]);
	expect(error).toMatchObject({
		message: "Datadog's response isn't in the documented format",
		httpCode: '200',
	});
	expect(error?.description).toContain(`Missing or invalid: ${missing}. `);
});

it('gives text for a value of another type and null for none', async () => {
	const groups = [{ value: [1] }, ...[null, 7, true].map((group) => ({ group, value: [1] }))];
	answerWith({ groups, total: 4 });
	expect((await run({})).items.map(({ json }) => json)).toEqual([
		{ groupBy: 'status', value: null, count: 1, total: 4, share: 0.25 },
		{ groupBy: 'status', value: null, count: 1, total: 4, share: 0.25 },
		{ groupBy: 'status', value: '7', count: 1, total: 4, share: 0.25 },
		{ groupBy: 'status', value: 'true', count: 1, total: 4, share: 0.25 },
	]);
});

it('says that the cases have no value for the fields', async () => {
	answerWith({ groups: [], total: 100 });
	const { items, hints } = await run({ groupBy: ['a', 'b'] });
	expect(hints).toEqual([
		"No cases have a value for a, b. Check the names in 'Group By' and 'Custom Group By': Datadog returns the same result if it doesn't know a field.",
	]);
	expect(items).toEqual([]);
});
