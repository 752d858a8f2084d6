// Groups cases by one or more fields together, with each group's share of the total.
// https://docs.datadoghq.com/api/latest/case-management/#aggregate-cases
import {
	customGroupByField,
	groupByField,
	maxGroupsField,
	groupOptionsField,
	queryField,
	simplifyField,
} from '../descriptions/fields';
import { UserFacingError } from '../errors/userFacingError';
import { caseListLinks } from './caseQuery';
import { withIncludedValues } from './includeValues';
import { prepareGroups } from './groupOperation';
import type { GroupOperation } from './groupOperation';
import { noHints } from './operation';
import { parameterError } from './parameters';
import { arrayAt, countAt, groupValueAt } from './responseData';

const MAX_GROUPS = 1_000;

export const aggregate: GroupOperation = {
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
			...maxGroupsField,
			typeOptions: { minValue: 1, maxValue: MAX_GROUPS },
			description: 'Maximum number of groups to return',
		},
		simplifyField,
		groupOptionsField,
	],

	prepare: (getParameter) => prepareGroups(aggregate, getParameter),

	requestFor({ query, fields, maxGroups }) {
		if (fields.length === 0) {
			throw new UserFacingError(
				"'Group By' needs at least one field",
				"Choose a field in 'Group By' or 'Custom Group By', or use the 'Count Cases' operation to get the total.",
				{ field: 'Group By' },
			);
		}
		if (maxGroups > MAX_GROUPS) {
			throw parameterError(
				'Max Groups',
				`must be a whole number from 1 to ${MAX_GROUPS}`,
				maxGroups,
			);
		}
		return {
			data: 'object',
			method: 'POST',
			url: '/api/v2/cases/aggregate',
			body: {
				data: {
					type: 'aggregate',
					attributes: { query_filter: query, group_by: { groups: fields, limit: maxGroups } },
				},
			},
		};
	},

	resultFrom(data, parameters, site) {
		const { fields, query } = parameters;
		const links = caseListLinks(site, query);
		const total = countAt(data.attributes, 'total', 'data.attributes');
		const items = arrayAt(data.attributes, 'groups', 'data.attributes').map((group, i) => {
			const path = `data.attributes.groups[${i}]`;
			const value = groupValueAt(group, 'group', path);
			const count = countAt(arrayAt(group, 'value', path), '0', `${path}.value`);
			return {
				groupBy: fields.join(','),
				value,
				count,
				total,
				share: total === 0 ? 0 : count / total,
				...(fields.length === 1 ? links.ofValue(fields[0], value) : links.ofQuery),
			};
		});
		return withIncludedValues(
			{
				...noHints,
				items,
				isCut: items.length >= parameters.maxGroups,
				isEmpty: total === 0 && items.every(({ count }) => count === 0),
				fieldsWithoutValues: total > 0 && items.length === 0 ? fields : [],
			},
			parameters,
			(field, value) => ({ count: 0, total, share: 0, ...links.ofValue(field, value) }),
		);
	},
};
