import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** Fields that several operations show. What differs between them stands in the operation's own file. */

/** The end of Query's description, with a link to the page that says more. */
export const querySyntax =
	'in Datadog\'s <a href="https://github.com/n8n-nodes-datadog-cases/n8n-nodes-datadog-cases/blob/main/docs/query-syntax.md">query syntax</a>. Leave empty for all.';

export const queryField: INodeProperties = {
	displayName: 'Query',
	name: 'query',
	type: 'string',
	default: '',
	placeholder: 'e.g. status:open priority:(P1 OR P2)',
	description: `Which cases to count, ${querySyntax}`,
};

const UNDOCUMENTED = 'Not documented by Datadog, so it may not work';

export const groupByOptions: INodePropertyOptions[] = [
	{ name: 'Assignee', value: 'assignee', description: UNDOCUMENTED },
	{ name: 'Creation Source', value: 'creation_source', description: UNDOCUMENTED },
	{ name: 'Environment', value: 'env', description: UNDOCUMENTED },
	{ name: 'Priority', value: 'priority' },
	{ name: 'Project', value: 'project', description: UNDOCUMENTED },
	{ name: 'Service', value: 'service', description: UNDOCUMENTED },
	{ name: 'Status', value: 'status' },
	{ name: 'Team', value: 'team', description: UNDOCUMENTED },
	{ name: 'Type', value: 'type', description: UNDOCUMENTED },
];

export const groupByField: INodeProperties = {
	displayName: 'Group By',
	name: 'groupBy',
	type: 'multiOptions',
	options: groupByOptions,
	default: ['status'],
};

export const customGroupByField: INodeProperties = {
	displayName: 'Custom Group By',
	name: 'customGroupBy',
	type: 'string',
	default: '',
	placeholder: 'e.g. region, customer_tier',
	description: 'More fields to group by, separated by commas or as a JSON list',
};

export const maxGroupsField: INodeProperties = {
	displayName: 'Max Groups',
	name: 'maxGroups',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
};

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

const includeValuesField: INodeProperties = {
	displayName: 'Include Values',
	name: 'includeValues',
	type: 'string',
	default: '',
	placeholder: 'e.g. P1, P2 or ["Platform, Core"]',
	description: 'Values to return with count 0 if no cases match. Needs one field to group by.',
};

export const maxConcurrencyField: INodeProperties = {
	displayName: 'Max Concurrency',
	name: 'maxConcurrency',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 25,
	description: "Maximum number of parallel requests. Datadog's rate limit can lower it.",
};

/** Options of every operation and of the trigger. */
export const requestOptions: INodeProperties[] = [
	{
		displayName: 'Max Retries',
		name: 'maxRetries',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 3,
		description: 'How many times to retry after a rate limit, server error or lost connection',
	},
	{
		displayName: 'Max Wait',
		name: 'maxWait',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 60,
		description: 'Longest wait before a retry, in seconds. Fails if Datadog requires more.',
	},
	{
		displayName: 'Timeout',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 30,
		description: 'How many seconds to wait for a response',
	},
];

/** @returns the field that shows these options, in the order of their labels. */
export const optionsFieldWith = (options: INodeProperties[]): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [...options].sort((one, other) => (one.displayName < other.displayName ? -1 : 1)),
});

export const groupOptionsField = optionsFieldWith([
	includeValuesField,
	maxConcurrencyField,
	...requestOptions,
]);
