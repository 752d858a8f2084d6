// Gets the cases that match a query, page by page.
// https://docs.datadoghq.com/api/latest/case-management/#search-cases
import {
	maxConcurrencyField,
	optionsFieldWith,
	queryField,
	querySyntax,
	requestOptions,
	simplifyField,
} from '../descriptions/fields';
import { DIRECTIONS, SORT_FIELDS } from './caseOrder';
import { readAllCases, readCases } from './caseSearch';
import { noHints } from './operation';
import type { Operation } from './operation';
import {
	booleanFrom,
	oneOf,
	readOptions,
	sendOptionsFrom,
	textFrom,
	wholeNumberFrom,
} from './parameters';
import { copyOf } from './rawOutput';

// n8n's linter wants the label 'Get Many' where it sees this value, which doesn't say of what.
const GET_ALL = 'getAll';

export const getAll: Operation = {
	option: {
		name: 'Get Many Cases',
		value: GET_ALL,
		action: 'Get many cases',
		description: 'Get the cases that match a query, one item per case',
	},

	fields: [
		{ ...queryField, description: `Which cases to get, ${querySyntax}` },
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 50,
			description: 'Max number of results to return',
			displayOptions: { show: { returnAll: [false] } },
		},
		simplifyField,
		optionsFieldWith([
			{
				displayName: 'Direction',
				name: 'direction',
				type: 'options',
				options: [
					{ name: 'Ascending', value: 'asc' },
					{ name: 'Descending', value: 'desc' },
				],
				default: 'desc',
				description: 'The sort order. For Created At, Descending puts the newest cases first.',
			},
			{
				displayName: 'Sort',
				name: 'sort',
				type: 'options',
				options: [
					{ name: 'Created At', value: 'created_at' },
					{ name: 'Priority', value: 'priority' },
					{ name: 'Status', value: 'status' },
				],
				default: 'created_at',
				description: 'What to sort the cases by',
			},
			maxConcurrencyField,
			...requestOptions,
		]),
	],

	prepare(getParameter) {
		const options = { sort: 'created_at', direction: 'desc', ...readOptions(getParameter) };
		const search = {
			query: textFrom('Query', getParameter('query')),
			order: {
				field: oneOf('Sort', options.sort, SORT_FIELDS),
				direction: oneOf('Direction', options.direction, DIRECTIONS),
			},
		};
		const simplify = booleanFrom('Simplify', getParameter('simplify'));
		const returnAll = booleanFrom('Return All', getParameter('returnAll'));
		const limit = returnAll ? Infinity : wholeNumberFrom('Limit', getParameter('limit'), 1);
		return {
			sendOptions: sendOptionsFrom(getParameter('authentication'), options),
			async requestResult(send) {
				const { cases, mayMissCases } = returnAll
					? await readAllCases(search, send)
					: await readCases(search, limit, send);
				return {
					...noHints,
					items: cases.map(({ simplified, raw }) => (simplify ? simplified : copyOf(raw))),
					isEmpty: cases.length === 0,
					emptyAdvice: "Check the spelling in 'Query'.",
					mayMissCases,
				};
			},
		};
	},
};
