/** What workflows store and expressions name, which no later version may change: all but the words for people. */
import { DatadogCasesApi } from '../../../../credentials/DatadogCasesApi.credentials';
import { DatadogCasesOAuth2Api } from '../../../../credentials/DatadogCasesOAuth2Api.credentials';
import { DatadogCases } from '../../../../nodes/DatadogCases/DatadogCases.node';
import { DatadogCasesTrigger } from '../../../../nodes/DatadogCases/DatadogCasesTrigger.node';

/** A copy without the sentences that the editor shows beside a field. */
const withoutTexts = (value: unknown): unknown =>
	JSON.parse(
		JSON.stringify(value, (key, one: unknown) =>
			['description', 'hint', 'placeholder'].includes(key) && typeof one === 'string'
				? undefined
				: one,
		),
	);

const shownFor = (show: object, fields: object[]) =>
	fields.map((field) => ({ ...field, displayOptions: { show } }));

const credentials = [
	{
		name: 'datadogCasesApi',
		required: true,
		testedBy: 'testCredential',
		displayOptions: { show: { authentication: ['apiKeys'] } },
	},
	{
		name: 'datadogCasesOAuth2Api',
		required: true,
		displayOptions: { show: { authentication: ['oAuth2'] } },
	},
];
const authentication = {
	displayName: 'Authentication',
	name: 'authentication',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'API Keys or Access Token', value: 'apiKeys' },
		{ name: 'OAuth2', value: 'oAuth2' },
	],
	default: 'apiKeys',
};
const query = { displayName: 'Query', name: 'query', type: 'string', default: '' };
const groupBy = {
	displayName: 'Group By',
	name: 'groupBy',
	type: 'multiOptions',
	default: ['status'],
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
};
const customGroupBy = {
	displayName: 'Custom Group By',
	name: 'customGroupBy',
	type: 'string',
	default: '',
};
const maxGroups = {
	displayName: 'Max Groups',
	name: 'maxGroups',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
};
const simplify = { displayName: 'Simplify', name: 'simplify', type: 'boolean', default: true };
const includeValues = {
	displayName: 'Include Values',
	name: 'includeValues',
	type: 'string',
	default: '',
};
const maxConcurrency = {
	displayName: 'Max Concurrency',
	name: 'maxConcurrency',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 25,
};
const maxRetries = {
	displayName: 'Max Retries',
	name: 'maxRetries',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 3,
};
const maxWait = {
	displayName: 'Max Wait',
	name: 'maxWait',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 60,
};
const timeout = {
	displayName: 'Timeout',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 30,
};
const direction = {
	displayName: 'Direction',
	name: 'direction',
	type: 'options',
	options: [
		{ name: 'Ascending', value: 'asc' },
		{ name: 'Descending', value: 'desc' },
	],
	default: 'desc',
};
const sort = {
	displayName: 'Sort',
	name: 'sort',
	type: 'options',
	options: [
		{ name: 'Created At', value: 'created_at' },
		{ name: 'Priority', value: 'priority' },
		{ name: 'Status', value: 'status' },
	],
	default: 'created_at',
};
const options = (...fields: object[]) => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	default: {},
	options: fields,
});

it('is kept by the node', () => {
	const { description, methods } = new DatadogCases();
	const allOptions = options(includeValues, maxConcurrency, maxRetries, maxWait, timeout);
	expect(withoutTexts(description)).toEqual({
		displayName: 'Datadog Cases',
		name: 'datadogCases',
		icon: { light: 'file:datadogCases.svg', dark: 'file:datadogCases.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ { aggregate: "Aggregate Cases", count: "Count Cases", getAll: "Get Many Cases" }[$parameter["operation"]] }}',
		defaults: { name: 'Datadog Cases' },
		usableAsTool: true,
		inputs: ['main'],
		outputs: ['main'],
		credentials,
		properties: [
			authentication,
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Aggregate Cases', value: 'aggregate', action: 'Aggregate cases' },
					{ name: 'Count Cases', value: 'count', action: 'Count cases' },
					{ name: 'Get Many Cases', value: 'getAll', action: 'Get many cases' },
				],
				default: 'count',
			},
			...shownFor({ '/operation': ['aggregate'] }, [
				query,
				groupBy,
				customGroupBy,
				{ ...maxGroups, typeOptions: { minValue: 1, maxValue: 1000 } },
				simplify,
				allOptions,
			]),
			...shownFor({ '/operation': ['count'] }, [
				query,
				groupBy,
				customGroupBy,
				maxGroups,
				simplify,
				allOptions,
			]),
			...shownFor({ '/operation': ['getAll'] }, [
				query,
				{ displayName: 'Return All', name: 'returnAll', type: 'boolean', default: false },
			]),
			{
				displayName: 'Limit',
				name: 'limit',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 50,
				displayOptions: { show: { '/operation': ['getAll'], returnAll: [false] } },
			},
			...shownFor({ '/operation': ['getAll'] }, [
				simplify,
				options(direction, maxConcurrency, maxRetries, maxWait, sort, timeout),
			]),
		],
	});
	expect(Object.keys(methods.credentialTest)).toEqual(['testCredential']);
});

it('is kept by the trigger', () => {
	const { description, methods } = new DatadogCasesTrigger();
	expect(withoutTexts(description)).toEqual({
		displayName: 'Datadog Cases Trigger',
		name: 'datadogCasesTrigger',
		icon: { light: 'file:datadogCases.svg', dark: 'file:datadogCases.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["event"] === "countChanged" ? "Count Changed" : "Threshold Crossed" }}',
		defaults: { name: 'Datadog Cases Trigger' },
		polling: true,
		inputs: [],
		outputs: ['main'],
		credentials,
		properties: [
			authentication,
			{
				displayName: 'Event',
				name: 'event',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Count Changed', value: 'countChanged' },
					{ name: 'Threshold Crossed', value: 'thresholdCrossed' },
				],
				default: 'thresholdCrossed',
			},
			...shownFor({ event: ['countChanged'] }, [
				{
					displayName: 'Minimum Change',
					name: 'minimumChange',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 1,
				},
				{
					displayName: 'Direction',
					name: 'direction',
					type: 'options',
					options: [
						{ name: 'Any', value: 'any' },
						{ name: 'Down', value: 'down' },
						{ name: 'Up', value: 'up' },
					],
					default: 'any',
				},
			]),
			...shownFor({ event: ['thresholdCrossed'] }, [
				{
					displayName: 'Condition',
					name: 'condition',
					type: 'options',
					options: [
						{ name: 'Above', value: 'above' },
						{ name: 'At Least', value: 'atLeast' },
						{ name: 'At Most', value: 'atMost' },
						{ name: 'Below', value: 'below' },
					],
					default: 'above',
				},
				{
					displayName: 'Threshold',
					name: 'threshold',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 0,
				},
			]),
			query,
			{
				...groupBy,
				type: 'options',
				options: [{ name: 'None (Total)', value: '' }, ...groupBy.options],
				default: '',
			},
			{ displayName: 'Only Values', name: 'onlyValues', type: 'string', default: '' },
			...shownFor({ event: ['countChanged'] }, [
				{ displayName: 'Include Gone', name: 'includeGone', type: 'boolean', default: true },
			]),
			...shownFor({ event: ['thresholdCrossed'] }, [
				{
					displayName: 'Notify on Recovery',
					name: 'notifyRecovery',
					type: 'boolean',
					default: false,
				},
				{
					displayName: 'Trigger If Already Crossed',
					name: 'triggerIfAlreadyCrossed',
					type: 'boolean',
					default: true,
				},
			]),
			options(
				{
					displayName: 'Attach Cases',
					name: 'attachCases',
					type: 'number',
					typeOptions: { minValue: 0, maxValue: 10 },
					default: 0,
				},
				...shownFor({ '/event': ['thresholdCrossed'] }, [
					{
						displayName: 'Consecutive Polls',
						name: 'consecutivePolls',
						type: 'number',
						typeOptions: { minValue: 1 },
						default: 1,
					},
				]),
				customGroupBy,
				{ ...maxGroups, default: 1000 },
				maxRetries,
				maxWait,
				...shownFor({ '/event': ['thresholdCrossed'] }, [
					{ displayName: 'Recovery Threshold', name: 'recovery', type: 'number', default: '' },
					{
						displayName: 'Repeat Every',
						name: 'repeatEvery',
						type: 'number',
						typeOptions: { minValue: 1 },
						default: '',
					},
				]),
				timeout,
			),
		],
	});
	expect(Object.keys(methods.credentialTest)).toEqual(['testCredential']);
});

const site = {
	displayName: 'Site',
	name: 'site',
	type: 'options',
	options: [
		{ name: 'AP1 (Japan) - ap1.datadoghq.com', value: 'ap1.datadoghq.com' },
		{ name: 'AP2 (Australia) - ap2.datadoghq.com', value: 'ap2.datadoghq.com' },
		{ name: 'EU1 (Germany) - datadoghq.eu', value: 'datadoghq.eu' },
		{ name: 'UK1 (United Kingdom) - uk1.datadoghq.com', value: 'uk1.datadoghq.com' },
		{ name: 'US1 - datadoghq.com', value: 'datadoghq.com' },
		{ name: 'US1-FED - ddog-gov.com', value: 'ddog-gov.com' },
		{ name: 'US2-FED - us2.ddog-gov.com', value: 'us2.ddog-gov.com' },
		{ name: 'US3 - us3.datadoghq.com', value: 'us3.datadoghq.com' },
		{ name: 'US5 - us5.datadoghq.com', value: 'us5.datadoghq.com' },
		{ name: 'Use a Custom Base URL', value: 'custom' },
	],
	default: 'datadoghq.com',
};
const text = { type: 'string', default: '' };
const secret = { ...text, typeOptions: { password: true } };
const [forCustom] = shownFor({ site: ['custom'] }, [{}]);
const baseUrl = { displayName: 'Base URL', name: 'baseUrl', ...text, ...forCustom };
const icon = { light: 'file:datadogCases.svg', dark: 'file:datadogCases.dark.svg' };

it('is kept by the credential for keys', () => {
	const { authenticate: _, properties, ...credential } = new DatadogCasesApi();
	// The hidden fields tell whether one look-up serves all items; nobody stores anything in them.
	const shown = properties.filter(({ type }) => type !== 'hidden');
	expect(withoutTexts({ ...credential, properties: shown })).toEqual({
		name: 'datadogCasesApi',
		displayName: 'Datadog Cases API',
		icon,
		documentationUrl:
			'https://github.com/n8n-nodes-datadog-cases/n8n-nodes-datadog-cases/blob/main/docs/credentials.md',
		properties: [
			site,
			baseUrl,
			{
				displayName: 'Authenticate With',
				name: 'authentication',
				type: 'options',
				options: [
					{ name: 'Access Token', value: 'accessToken' },
					{ name: 'API Key and Application Key', value: 'keys' },
				],
				default: 'keys',
			},
			...shownFor({ authentication: ['keys'] }, [
				{ displayName: 'API Key', name: 'apiKey', ...secret, required: true },
				{ displayName: 'Application Key', name: 'appKey', ...secret, required: true },
			]),
			...shownFor({ authentication: ['accessToken'] }, [
				{ displayName: 'Access Token', name: 'accessToken', ...secret, required: true },
			]),
		],
	});
});

it('is kept by the credential for OAuth2', () => {
	const fixed = { ...text, noDataExpression: true };
	const hidden = { type: 'hidden', default: '' };
	expect(withoutTexts(new DatadogCasesOAuth2Api())).toEqual({
		name: 'datadogCasesOAuth2Api',
		extends: ['oAuth2Api'],
		displayName: 'Datadog Cases OAuth2 API',
		icon,
		documentationUrl:
			'https://github.com/n8n-nodes-datadog-cases/n8n-nodes-datadog-cases/blob/main/docs/credentials.md#oauth2',
		properties: [
			{ ...site, noDataExpression: true },
			{ ...baseUrl, noDataExpression: true },
			{ displayName: 'Authorization URL', name: 'authorizationUrl', ...fixed, ...forCustom },
			{ displayName: 'Access Token URL', name: 'tokenUrl', ...fixed, ...forCustom },
			{ displayName: 'Client ID', name: 'clientId', required: true, ...fixed },
			{ displayName: 'Client Secret', name: 'clientSecret', ...secret, noDataExpression: true },
			{ displayName: 'Grant Type', name: 'grantType', ...hidden, default: 'pkce' },
			// What these give is in DatadogCasesOAuth2Api.test.ts.
			{
				displayName: 'Authorization URL',
				name: 'authUrl',
				...hidden,
				default: expect.any(String),
			},
			{
				displayName: 'Access Token URL',
				name: 'accessTokenUrl',
				...hidden,
				default: expect.any(String),
			},
			{ displayName: 'Scope', name: 'scope', ...hidden, default: 'cases_read' },
			{ displayName: 'Auth URI Query Parameters', name: 'authQueryParameters', ...hidden },
			{ displayName: 'Authentication', name: 'authentication', ...hidden, default: 'body' },
			{
				displayName: 'Allowed HTTP Request Domains',
				name: 'allowedHttpRequestDomains',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'All', value: 'all' },
					{ name: 'None', value: 'none' },
					{ name: 'Specific Domains', value: 'domains' },
				],
				default: 'none',
			},
			{
				displayName: 'Allowed Domains',
				name: 'allowedDomains',
				...fixed,
				displayOptions: { show: { allowedHttpRequestDomains: ['domains'] } },
			},
		],
	});
});
