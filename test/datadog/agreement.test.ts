/** What Datadog's own client reads from the local Datadog, our node has to give as items. */
import type { v2 } from '@datadog/datadog-api-client';

import { keysFor } from '../support/account';
import { officialClient } from './officialClient';
import { QUERIES } from './queries';
import { type LocalDatadog, startDatadog } from './server';
import { USERS } from './users';
import { runNode } from '../support/engine';

const queries = QUERIES.map(({ query }) => query);

let datadog: LocalDatadog;
let official: v2.CaseManagementApi;
beforeAll(async () => {
	datadog = await startDatadog();
	official = officialClient(datadog.url);
});
afterAll(async () => await datadog.close());

const run = async (parameters: object) =>
	(
		await runNode({
			parameters: { query: '={{ $json.query }}', ...parameters },
			input: queries.map((query) => ({ query })),
			credential: keysFor(datadog.url),
		})
	).items;

it('counts by status and priority as the official client does, for every query', async () => {
	const expected = await Promise.all(
		queries.map(async (queryFilter, item) => {
			const { data } = await official.countCases({
				queryFilter,
				groupBys: 'status,priority',
				limit: 9,
			});
			return data.attributes.groups.flatMap(({ group, groupValues }) =>
				groupValues.map(({ value, count }) => ({
					json: { groupBy: group, value, count },
					pairedItem: { item },
				})),
			);
		}),
	);
	expect(await run({ groupBy: ['status', 'priority'], maxGroups: 9 })).toEqual(expected.flat());
	expect(expected.flat().length).toBeGreaterThan(queries.length);
});

it('totals what the official client counts by status, for every query', async () => {
	const expected = await Promise.all(
		queries.map(async (queryFilter, item) => {
			const { data } = await official.countCases({ queryFilter, groupBys: 'status', limit: 50 });
			const counts = data.attributes.groups[0].groupValues.map(({ count }) => count);
			return { json: { count: counts.reduce((a, b) => a + b, 0) }, pairedItem: { item } };
		}),
	);
	expect(await run({ groupBy: [] })).toEqual(expected);
});

it.each([[['service']], [['status', 'priority']]])(
	'aggregates by %j as the official client does, for every query',
	async (groups) => {
		const expected = await Promise.all(
			queries.map(async (queryFilter, item) => {
				const { data } = await official.aggregateCases({
					body: {
						data: {
							type: 'aggregate',
							attributes: { queryFilter, groupBy: { groups, limit: 20 } },
						},
					},
				});
				const { total, groups: found } = data.attributes;
				return found.map(({ group, value }) => ({
					json: {
						groupBy: groups.join(','),
						value: group,
						count: value[0],
						total,
						share: total === 0 ? 0 : value[0] / total,
					},
					pairedItem: { item },
				}));
			}),
		);
		expect(await run({ operation: 'aggregate', groupBy: groups, maxGroups: 20 })).toEqual(
			expected.flat(),
		);
		expect(expected.flat().length).toBeGreaterThan(queries.length);
	},
);

/** A time with all of its digits, which the client keeps beside the Date. */
const written = (time: Date | undefined) =>
	(time as { originalDate?: string } | undefined)?.originalDate;

function itemFrom({ id, attributes, relationships }: v2.Case) {
	const { key, title, status, statusName, priority } = attributes;
	const assigned = USERS.find((user) => user.id === relationships?.assignee?.data?.id);
	const names = assigned && [assigned.attributes.name, assigned.attributes.email, assigned.id];
	// The client knows the type STANDARD only, and keeps every other in an object.
	const type = (attributes.type as unknown as { _data?: string })._data ?? attributes.type;
	const times = {
		createdAt: written(attributes.createdAt),
		modifiedAt: written(attributes.modifiedAt),
		closedAt: written(attributes.closedAt),
	};
	const item = {
		id,
		key,
		title,
		status,
		statusName,
		priority,
		type,
		assignee: names?.find(Boolean),
		...times,
	};
	return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}

it('gets the cases that the official client finds, for every query', async () => {
	const expected = await Promise.all(
		queries.map(async (filter, item) => {
			const found: Array<{ json: object; pairedItem: object }> = [];
			const pages = official.searchCasesWithPagination({ filter, pageSize: 100 });
			for await (const one of pages) found.push({ json: itemFrom(one), pairedItem: { item } });
			return found;
		}),
	);
	const items = await run({ operation: 'getAll', returnAll: true });
	const byId = (all: typeof items) => all.map(({ json }) => json.id);
	expect(byId(items)).toEqual(byId(expected.flat() as typeof items));
	expect(items).toEqual(expected.flat());
	expect(expected.flat().length).toBeGreaterThan(queries.length);
});
