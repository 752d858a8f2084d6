import type { INodeProperties } from 'n8n-workflow';

/** Fields that both operations show. What differs between them stands in the operation's own file. */

export const queryField: INodeProperties = {
	displayName: 'Query',
	name: 'query',
	type: 'string',
	default: '',
	placeholder: 'e.g. status:open priority:(P1 OR P2)',
	description:
		'Which cases to count, in the syntax of the search bar on Datadog\'s case list: field:value, "words of a title", AND, OR, - to exclude. Empty counts every case that is not archived and that the credential may see. A field that Datadog does not know gives an empty result, not a refusal.',
};

export const groupByField: INodeProperties = {
	displayName: 'Group By',
	name: 'groupBy',
	type: 'multiOptions',
	options: [
		{ name: 'Assignee', value: 'assignee' },
		{ name: 'Creation Source', value: 'creation_source' },
		{ name: 'Environment', value: 'env' },
		{ name: 'Priority', value: 'priority' },
		{ name: 'Project', value: 'project' },
		{ name: 'Service', value: 'service' },
		{ name: 'Status', value: 'status' },
		{ name: 'Team', value: 'team' },
		{ name: 'Type', value: 'type' },
	],
	default: ['status'],
};

export const customGroupByField: INodeProperties = {
	displayName: 'Custom Group By',
	name: 'customGroupBy',
	type: 'string',
	default: '',
	placeholder: 'e.g. region, customer_tier',
	description:
		"Further fields to group by, separated by commas or as a JSON list. They are added to 'Group By'.",
};

export const limitField: INodeProperties = {
	displayName: 'Max Groups',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	description: 'Max number of results to return',
};

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

export const optionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Include Values',
			name: 'includeValues',
			type: 'string',
			default: '',
			placeholder: 'e.g. P1, P2 or ["Platform, Core"]',
			description:
				'Values that always get an item, with count 0 where Datadog returns none. Separate them with commas, or use a JSON list for a value with a comma: ["Platform, Core"]. Needs one field to group by, and \'Simplify\'.',
		},
		{
			displayName: 'Max Concurrency',
			name: 'maxConcurrency',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 25,
			description: "How many requests may be under way at once. Datadog's rate limit lowers it.",
		},
		{
			displayName: 'Max Retries',
			name: 'maxRetries',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 3,
			description:
				'How many more times to ask when Datadog is over its rate limit or unable to answer, or the connection is lost',
		},
		{
			displayName: 'Max Wait',
			name: 'maxWait',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 60,
			description:
				'The longest wait for one try, in seconds. When Datadog asks for a longer one, there is no further try.',
		},
		{
			displayName: 'Timeout',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 30,
			description: 'How many seconds to wait for a response',
		},
	],
};
