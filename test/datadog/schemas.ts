import { PROJECTS } from './cases';
import { FAULT_PRESETS } from './faults';
import { SORT_FIELDS } from './search';
import { USERS } from './users';

interface SchemaRefusal {
	instancePath: string;
	keyword: string;
	params: Record<string, unknown>;
	message?: string;
	data?: unknown;
}

const only = (properties: object, required: string[] = []) => ({
	type: 'object',
	properties,
	required,
	additionalProperties: false,
});

export const NO_QUERY = { querystring: only({}) };

/** Parameters arrive as text; a repeated one arrives as a list and is refused. */
export const COUNT_QUERY = {
	querystring: only({
		query_filter: { type: 'string' },
		group_bys: { type: 'string', pattern: '^[^,]+(,[^,]+)*$' },
		limit: { type: 'string', pattern: '^[1-9][0-9]*$' },
	}),
};

/** The documented maximum is 100. That Datadog refuses more, and page 0, is an assumption. */
export const SEARCH_QUERY = {
	querystring: only({
		filter: { type: 'string' },
		'page[size]': { type: 'string', pattern: '^([1-9][0-9]?|100)$' },
		'page[number]': { type: 'string', pattern: '^[1-9][0-9]*$' },
		'sort[field]': { type: 'string', enum: SORT_FIELDS },
		'sort[asc]': { type: 'string', enum: ['true', 'false'] },
	}),
};

/** 1,000 is the bound in Datadog's Python, Ruby and Java clients; that a field may not be repeated is an assumption. */
export const AGGREGATE_BODY = {
	querystring: only({}),
	body: only(
		{
			data: only(
				{
					type: { const: 'aggregate' },
					attributes: only(
						{
							query_filter: { type: 'string' },
							group_by: only(
								{
									groups: {
										type: 'array',
										minItems: 1,
										uniqueItems: true,
										items: { type: 'string', minLength: 1 },
									},
									limit: { type: 'integer', minimum: 1, maximum: 1000 },
								},
								['groups', 'limit'],
							),
						},
						['query_filter', 'group_by'],
					),
				},
				['type', 'attributes'],
			),
		},
		['data'],
	),
};

const VARIANTS = only({
	total: { type: 'boolean' },
	floats: { type: 'boolean' },
	extraKeys: { type: 'boolean' },
	emptyValue: { type: 'boolean' },
	nullGroups: { type: 'boolean' },
	huge: { type: 'integer', minimum: 0 },
	nullCases: { type: 'boolean' },
	noMeta: { type: 'boolean' },
	noIncluded: { type: 'boolean' },
	nullAssignee: { type: 'boolean' },
	looseOrder: { type: 'boolean' },
});

const CASE_CHANGES = {
	...only({
		title: { type: 'string' },
		status: { enum: ['OPEN', 'IN_PROGRESS', 'CLOSED'] },
		priority: { enum: ['P1', 'P2', 'P3', 'P4', 'P5', 'NOT_DEFINED'] },
		project: { enum: PROJECTS.map(({ key }) => key) },
		service: { type: 'string' },
		assignee: { enum: USERS.map(({ id }) => id) },
	}),
	minProperties: 1,
};

const OPENED = only(
	{ count: { type: 'integer', minimum: 1, maximum: 1000 }, changes: CASE_CHANGES },
	['count'],
);

const CHANGED = only({ query: { type: 'string' }, changes: CASE_CHANGES }, ['query', 'changes']);

const PRESET = { enum: Object.keys(FAULT_PRESETS) };

/** What `PUT /control` takes. */
export const CONTROL_BODY = {
	body: only({
		faults: {
			type: 'array',
			items: {
				if: { type: 'string' },
				then: PRESET,
				else: only({
					preset: PRESET,
					times: { type: 'integer', minimum: -1 },
					path: { type: 'string' },
					match: { type: 'string' },
					page: { type: 'integer', minimum: 1 },
					status: { type: 'integer', minimum: 200, maximum: 599 },
					headers: { type: 'object', additionalProperties: { type: 'string' } },
					body: { type: 'string' },
					contentType: { type: 'string' },
					delayMs: { type: 'number', minimum: 0 },
					close: { const: true },
					cut: { const: true },
					variants: VARIANTS,
					opens: OPENED,
					changes: CHANGED,
				}),
			},
		},
		rateLimit: {
			...only(
				{
					limit: { type: 'integer', minimum: 0 },
					periodSeconds: { type: 'integer', minimum: 1 },
					name: { type: 'string' },
				},
				['limit', 'periodSeconds'],
			),
			type: ['object', 'null'],
		},
		latencyMs: { type: 'number', minimum: 0 },
		variants: VARIANTS,
		tokenLifetimeSeconds: { type: 'integer', minimum: 1 },
	}),
};

/** What `POST /control/cases` takes. */
export const OPENED_CASES = { body: OPENED };

/** What `PATCH /control/cases` takes. */
export const CHANGED_CASES = { body: CHANGED };

/** The parameters that are not text. */
const PARAMETER_TYPES: Record<string, string> = {
	limit: 'integer',
	'page[size]': 'integer',
	'page[number]': 'integer',
	'sort[asc]': 'boolean',
};

/** Worded as Datadog words the refusals that were seen from its case endpoints; the rest is assumed. */
export function refusalDetail(refusal: SchemaRefusal, part: string): string {
	const { instancePath, keyword, params, data, message } = refusal;
	const name = instancePath.slice(1);
	if (keyword === 'additionalProperties') {
		return `unknown member "${[name, params.additionalProperty].filter(Boolean).join('/')}"`;
	}
	if (part === 'querystring') {
		if (name === 'sort[field]' && keyword === 'enum') {
			return `invalid sort field ${String(data)}. Must be one of ${SORT_FIELDS.join(', ')}`;
		}
		const expected = PARAMETER_TYPES[name] ?? 'string';
		return `invalid parameter "${name}" in "query"; expected type "${expected}"`;
	}
	if (name === 'data/type') return `got type "${String(data)}" expected one of "aggregate"`;
	const allowed = keyword === 'enum' ? `: ${String(params.allowedValues)}` : '';
	return `error decoding attribute "${name}": ${message}${allowed}`;
}
