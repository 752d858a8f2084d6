import type { INodeProperties } from 'n8n-workflow';

/** Fields that both operations show. What differs between them stands in the operation's own file. */

export const queryField: INodeProperties = {
	displayName: 'Query',
	name: 'query',
	type: 'string',
	default: '',
	placeholder: 'e.g. status:open priority:(P1 OR P2)',
	description:
		'Which cases to count, in Datadog\'s <a href="https://github.com/n8n-nodes-datadog-cases/n8n-nodes-datadog-cases/blob/main/docs/query-syntax.md">query syntax</a>. Leave empty for all.',
};

export const groupByField: INodeProperties = {
	displayName: 'Group By',
	name: 'groupBy',
	type: 'multiOptions',
	options: [
		{
			name: 'Assignee',
			value: 'assignee',
			description: 'Not documented by Datadog, so it may not work',
		},
		{
			name: 'Creation Source',
			value: 'creation_source',
			description: 'Not documented by Datadog, so it may not work',
		},
		{
			name: 'Environment',
			value: 'env',
			description: 'Not documented by Datadog, so it may not work',
		},
		{ name: 'Priority', value: 'priority' },
		{
			name: 'Project',
			value: 'project',
			description: 'Not documented by Datadog, so it may not work',
		},
		{
			name: 'Service',
			value: 'service',
			description: 'Not documented by Datadog, so it may not work',
		},
		{ name: 'Status', value: 'status' },
		{
			name: 'Team',
			value: 'team',
			description: 'Not documented by Datadog, so it may not work',
		},
		{
			name: 'Type',
			value: 'type',
			description: 'Not documented by Datadog, so it may not work',
		},
	],
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
			description: 'Values to return with count 0 if no cases match. Needs one field to group by.',
		},
		{
			displayName: 'Max Concurrency',
			name: 'maxConcurrency',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 25,
			description: "Maximum number of parallel requests. Datadog's rate limit can lower it.",
		},
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
			description: 'Maximum seconds to wait before a retry. Fails if Datadog requires more.',
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
