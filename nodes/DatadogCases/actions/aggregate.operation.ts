// Groups cases by one or more fields together, with each group's share of the total.
// https://docs.datadoghq.com/api/latest/case-management/#aggregate-cases
import { UserFacingError } from '../errors/userFacingError';
import { customGroupBy, groupBy, limit, options, query, simplify } from '../descriptions/fields';
import { parameterError } from './parameters';
import { arrayAt, countAt, groupValueAt } from './answer';
import { withIncludedValues } from './includeValues';
import type { Operation } from './operation';

const MOST_GROUPS = 1_000;

export const aggregate: Operation = {
	option: {
		name: 'Aggregate Cases',
		value: 'aggregate',
		action: 'Aggregate cases',
		description: 'Cases of each group, with the total and the share of it',
	},

	fields: [
		query,
		{
			...groupBy,
			description:
				'Fields to group by together, at least one: each combination of their values is a group. Datadog documents Status and Priority.',
		},
		customGroupBy,
		{
			...limit,
			typeOptions: { minValue: 1, maxValue: MOST_GROUPS },
			description: 'How many groups to return at most',
		},
		simplify,
		options,
	],

	requestFor({ query: filter, fields, limit: most }) {
		if (fields.length === 0) {
			throw new UserFacingError(
				"'Group By' needs at least one field",
				"Choose one in 'Group By' or 'Custom Group By', or use the operation 'Count Cases' for a total.",
				{ field: 'Group By' },
			);
		}
		if (most > MOST_GROUPS) {
			throw parameterError('Max Groups', `must be a whole number from 1 to ${MOST_GROUPS}`, most);
		}
		return {
			method: 'POST',
			url: '/api/v2/cases/aggregate',
			body: {
				data: {
					type: 'aggregate',
					attributes: { query_filter: filter, group_by: { groups: fields, limit: most } },
				},
			},
		};
	},

	resultFrom(data, parameters) {
		const total = countAt(data.attributes, 'total', 'data.attributes');
		const items = arrayAt(data.attributes, 'groups', 'data.attributes').map((group, i) => {
			const path = `data.attributes.groups[${i}]`;
			const count = countAt(arrayAt(group, 'value', path), '0', `${path}.value`);
			return {
				groupBy: parameters.fields.join(','),
				value: groupValueAt(group, 'group', path),
				count,
				total,
				share: total === 0 ? 0 : count / total,
			};
		});
		return withIncludedValues(
			{
				items,
				isCut: items.length >= parameters.limit,
				isEmpty: total === 0 && items.every(({ count }) => count === 0),
				isPartial: false,
				fieldsWithoutValues: total > 0 && items.length === 0 ? parameters.fields : [],
			},
			parameters,
			{ count: 0, total, share: 0 },
		);
	},
};
