/** The links on the items of Count and Aggregate: the local Datadog's address is no site, so that it has none. */
import { operationNamed } from '../../../../../nodes/DatadogCases/actions';
import { accountFrom } from '../../../../../nodes/DatadogCases/transport/account/account';
import { keysFor } from '../../../../support/account';

const itemsFrom = async (
	operation: 'aggregate' | 'count',
	attributes: object,
	parameters: object,
	site = 'datadoghq.eu',
) => {
	const all: Record<string, unknown> = {
		authentication: 'apiKeys',
		query: 'project:SEC OR env:prod',
		groupBy: ['team'],
		customGroupBy: '',
		maxGroups: 50,
		simplify: true,
		options: {},
		...parameters,
	};
	const account = accountFrom({ ...keysFor('http://127.0.0.1'), site });
	const { items } = await operationNamed(operation)
		.prepare((name) => all[name])
		.requestResult(async () => ({ body: { data: { attributes } as never }, account }));
	return items;
};

const values = [
	{ value: 'core', count: 2 },
	{ value: 'site reliability', count: 1 },
	{ value: null, count: 4 },
];
const counted = { groups: [{ group: 'team', group_values: values }], total: 7 };
const grouped = {
	groups: values.map(({ value, count }) => ({ group: value, value: [count] })),
	total: 10,
};
const page = 'https://app.datadoghq.eu/cases?query=';
const query = '(project%3ASEC%20OR%20env%3Aprod)';

it('leads from a count to the cases of its value, also of one that Datadog did not return', async () => {
	const options = { includeValues: 'data' };
	expect(await itemsFrom('count', counted, { options })).toEqual([
		{ groupBy: 'team', value: 'core', count: 2, url: `${page}${query}%20team%3Acore` },
		{
			groupBy: 'team',
			value: 'site reliability',
			count: 1,
			url: `${page}${query}%20team%3A%22site%20reliability%22`,
		},
		{ groupBy: 'team', value: null, count: 4 },
		{ groupBy: 'team', value: 'data', count: 0, url: `${page}${query}%20team%3Adata` },
	]);
});

it('leads from each field of a count to its value', async () => {
	const groups = ['team', 'env'].map((group) => ({ group, group_values: [values[0]] }));
	const items = await itemsFrom('count', { groups }, { query: '', groupBy: ['team', 'env'] });
	expect(items.map(({ url }) => url)).toEqual([`${page}team%3Acore`, `${page}env%3Acore`]);
});

it('leads from a total to the cases of the query', async () => {
	expect(await itemsFrom('count', counted, { groupBy: [] })).toEqual([
		{ count: 7, url: `${page}project%3ASEC%20OR%20env%3Aprod` },
	]);
});

it('leads from a group to its cases', async () => {
	const options = { includeValues: 'data' };
	expect(await itemsFrom('aggregate', grouped, { options })).toEqual([
		{
			groupBy: 'team',
			value: 'core',
			count: 2,
			total: 10,
			share: 0.2,
			url: `${page}${query}%20team%3Acore`,
		},
		{
			groupBy: 'team',
			value: 'site reliability',
			count: 1,
			total: 10,
			share: 0.1,
			url: `${page}${query}%20team%3A%22site%20reliability%22`,
		},
		{ groupBy: 'team', value: null, count: 4, total: 10, share: 0.4 },
		{
			groupBy: 'team',
			value: 'data',
			count: 0,
			total: 10,
			share: 0,
			url: `${page}${query}%20team%3Adata`,
		},
	]);
});

it('leads from a group of several fields to the cases of the query: their values are not told apart', async () => {
	const groups = [{ group: 'core,prod', value: [2] }];
	const groupBy = ['team', 'env'];
	expect(await itemsFrom('aggregate', { groups, total: 2 }, { groupBy })).toEqual([
		{
			groupBy: 'team,env',
			value: 'core,prod',
			count: 2,
			total: 2,
			share: 1,
			url: `${page}project%3ASEC%20OR%20env%3Aprod`,
		},
	]);
});

it('is left out for a custom base URL, and with Simplify off', async () => {
	for (const operation of ['count', 'aggregate'] as const) {
		const attributes = operation === 'count' ? counted : grouped;
		const simplified = await itemsFrom(operation, attributes, {}, 'custom');
		expect(simplified.map((item) => 'url' in item)).toEqual([false, false, false]);
		expect(await itemsFrom(operation, attributes, { simplify: false })).toEqual([{ attributes }]);
	}
});
