// Groups cases by one or more fields together, with each group's share of the total.
// https://docs.datadoghq.com/api/latest/case-management/#aggregate-cases
import {
	customGroupByField,
	groupByField,
	limitField,
	optionsField,
	queryField,
	simplifyField,
} from '../descriptions/fields';
import { UserFacingError } from '../errors/userFacingError';
import { withIncludedValues } from './includeValues';
import type { Operation } from './operation';
import { parameterError } from './parameters';
import { arrayAt, countAt, groupValueAt } from './responseData';

const MAX_GROUPS = 1_000;

export const aggregate: Operation = {
	option: {
		name: 'Aggregate Cases',
		value: 'aggregate',
		action: 'Aggregate cases',
		description: "Group cases and get each group's count and share of the total",
	},

	fields: [
		queryField,
		{
			...groupByField,
			description: 'Fields to group by. Each combination of their values is one group.',
		},
		customGroupByField,
		{
			...limitField,
			typeOptions: { minValue: 1, maxValue: MAX_GROUPS },
			description: 'Maximum number of groups to return',
		},
		simplifyField,
		optionsField,
	],

	requestFor({ query, fields, limit }) {
		if (fields.length === 0) {
			throw new UserFacingError(
				"'Group By' needs at least one field",
				"Choose a field in 'Group By' or 'Custom Group By', or use the 'Count Cases' operation to get the total.",
				{ field: 'Group By' },
			);
		}
		if (limit > MAX_GROUPS) {
			throw parameterError('Max Groups', `must be a whole number from 1 to ${MAX_GROUPS}`, limit);
		}
		return {
			method: 'POST',
			url: '/api/v2/cases/aggregate',
			body: {
				data: {
					type: 'aggregate',
					attributes: { query_filter: query, group_by: { groups: fields, limit } },
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
				missesField: false,
				fieldsWithoutValues: total > 0 && items.length === 0 ? parameters.fields : [],
			},
			parameters,
			{ count: 0, total, share: 0 },
		);
	},
};
