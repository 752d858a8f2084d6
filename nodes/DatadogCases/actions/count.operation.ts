// Counts cases: a breakdown for each field to group by, or the total.
// https://docs.datadoghq.com/api/latest/case-management/#count-cases
import type { IDataObject } from 'n8n-workflow';

import {
	customGroupByField,
	groupByField,
	maxGroupsField,
	groupOptionsField,
	queryField,
	simplifyField,
} from '../descriptions/fields';
import { errorForInvalidResponse } from '../errors/errors';
import { caseListLinks } from './caseQuery';
import { withIncludedValues } from './includeValues';
import { prepareGroups } from './groupOperation';
import type { GroupOperation } from './groupOperation';
import { noHints } from './operation';
import { arrayAt, countAt, groupValueAt, isCount, memberOf, textAt } from './responseData';

export const count: GroupOperation = {
	option: {
		name: 'Count Cases',
		value: 'count',
		action: 'Count cases',
		description: 'Count the cases that match a query, in total or for each value of a field',
	},

	fields: [
		queryField,
		{
			...groupByField,
			description: 'Fields to group by, each counted separately',
			hint: 'Leave empty to get the total',
		},
		customGroupByField,
		{ ...maxGroupsField, description: 'Maximum number of values to return for each field' },
		simplifyField,
		groupOptionsField,
	],

	prepare: (getParameter) => prepareGroups(count, getParameter),

	requestFor({ query, fields, maxGroups, simplify }) {
		const isTotal = fields.length === 0 && simplify;
		const names = isTotal ? ['status'] : fields;
		return {
			data: 'object',
			method: 'GET',
			url: '/api/v2/cases/count',
			qs: {
				...(query !== '' && { query_filter: query }),
				...(names.length > 0 && { group_bys: names.join(',') }),
				limit: isTotal ? statusLimit(maxGroups) : maxGroups,
			},
		};
	},

	resultFrom(data, parameters, site) {
		const { query, fields, maxGroups, simplify } = parameters;
		const links = caseListLinks(site, query);
		const groups = groupsFrom(data);
		if (fields.length === 0) {
			const total = totalFrom(data, groups, statusLimit(maxGroups));
			const isEmpty = simplify && total === 0;
			return { ...noHints, items: [{ count: total, ...links.ofQuery }], isEmpty };
		}
		const items = groups.flatMap(({ name, values }) =>
			values.map(({ value, cases }) => ({
				groupBy: name,
				value,
				count: cases,
				...links.ofValue(name, value),
			})),
		);
		const isCut = groups.some(({ values }) => values.length >= maxGroups);
		const names = groups.map(({ name }) => name);
		const missesField = groups.length > 0 && fields.some((name) => !names.includes(name));
		const isEmpty = !missesField && items.every(({ count: cases }) => cases === 0);
		const emptyFields = groups.filter(({ values }) => values.length === 0).map(({ name }) => name);
		const fieldsWithoutValues = emptyFields.length < groups.length ? emptyFields : [];
		return withIncludedValues(
			{ ...noHints, items, isCut, isEmpty, missesField, fieldsWithoutValues },
			parameters,
			(field, value) => ({ count: 0, ...links.ofValue(field, value) }),
		);
	},
};

/** Datadog knows 14 statuses: a lower Max Groups must not cut the ones that are added up to the total. */
const statusLimit = (maxGroups: number) => Math.max(maxGroups, 50);

interface Group {
	name: string;
	values: Array<{ value: string | null; cases: number }>;
}

function groupsFrom(data: IDataObject): Group[] {
	return arrayAt(data.attributes, 'groups', 'data.attributes').map((group, i) => {
		const path = `data.attributes.groups[${i}]`;
		return {
			name: textAt(group, 'group', path),
			values: arrayAt(group, 'group_values', path).map((entry, j) => ({
				value: groupValueAt(entry, 'value', `${path}.group_values[${j}]`),
				cases: countAt(entry, 'count', `${path}.group_values[${j}]`),
			})),
		};
	});
}

/** Datadog documents no total here: without one, the counts by status add up to it, as a case has exactly one. */
function totalFrom(data: IDataObject, groups: Group[], limit: number): number {
	const total = memberOf(data.attributes, 'total');
	if (isCount(total)) return total;
	if (groups.length === 0) return 0;

	const [statuses, ...others] = groups.filter(({ name }) => name === 'status');
	if (!statuses || others.length > 0) {
		throw errorForInvalidResponse('the group "status" in data.attributes.groups');
	}
	if (statuses.values.length >= limit) {
		throw errorForInvalidResponse(`the statuses beyond the first ${limit}`);
	}
	return statuses.values.reduce((sum, { cases }) => sum + cases, 0);
}
