import fc from 'fast-check';

import { UserFacingError } from '../../../../../nodes/DatadogCases/errors/userFacingError';
import { readOperationParameters } from '../../../../../nodes/DatadogCases/actions/parameters';

const defaults = {
	authentication: 'apiKeys',
	query: '',
	groupBy: ['status'],
	customGroupBy: '',
	limit: 50,
	simplify: true,
	options: {},
};
const read = (values: object) =>
	readOperationParameters(
		(name) => (({ ...defaults, ...values }) as Record<string, unknown>)[name],
	);

function errorOf(values: object): UserFacingError {
	try {
		read(values);
	} catch (error) {
		return error as UserFacingError;
	}
	throw new Error('Nothing was refused');
}

it('reads the defaults', () => {
	expect(read({})).toEqual({
		authentication: 'apiKeys',
		query: '',
		fields: ['status'],
		limit: 50,
		simplify: true,
		includeValues: [],
		limits: { maxConcurrency: 25, maxRetries: 3, maxWaitMs: 60_000, timeoutMs: 30_000 },
	});
});

it('reads every parameter', () => {
	expect(
		read({
			authentication: 'oAuth2',
			query: 'status:open',
			groupBy: ['priority'],
			customGroupBy: '',
			limit: 7,
			simplify: false,
			options: {
				includeValues: 'P1, P2,,P1',
				maxConcurrency: 4,
				maxRetries: 0,
				maxWait: 0,
				timeout: 1.5,
			},
		}),
	).toEqual({
		authentication: 'oAuth2',
		query: 'status:open',
		fields: ['priority'],
		limit: 7,
		simplify: false,
		includeValues: ['P1', 'P2'],
		limits: { maxConcurrency: 4, maxRetries: 0, maxWaitMs: 0, timeoutMs: 1_500 },
	});
});

it.each([
	[['status', 'priority'], '', ['status', 'priority']],
	['status,priority', '', ['status', 'priority']],
	[' status , ,priority,status ', 'team', ['status', 'priority', 'team']],
	[' ["status", "priority"]', '["team"]', ['status', 'priority', 'team']],
	['[\'status\', "priority",]', "[ 'it\\'s' , '' ]", ['status', 'priority', "it's"]],
	['[status, 5]', '["Platform, Core"]', ['status', '5', 'Platform, Core']],
	['[]', "['Platform, Core', 'a\\\\b']", ['Platform, Core', 'a\\b']],
	[" ['status', 'priority', ] ", '', ['status', 'priority']],
	['null', '"a"', ['null', '"a"']],
	[['status', 'a, b'], 'region, status', ['status', 'a, b', 'region']],
	[[], 'region', ['region']],
	['', '', []],
	[[], '', []],
])('takes %j and %j as the fields %j', (groupBy, customGroupBy, fields) => {
	expect(read({ groupBy, customGroupBy }).fields).toEqual(fields);
});

it.each([null, undefined, '{"maxRetries":1}', 5, [{ maxRetries: 1 }]])(
	'refuses %j as Options',
	(options) => {
		expect(errorOf({ options }).message).toBe("'Options' must be an object with options");
	},
);

it.each([
	[{ limit: 0 }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ limit: 1.5 }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ limit: -1 }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ limit: 'ten' }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ limit: '' }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ limit: '0x10' }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ limit: NaN }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ limit: Infinity }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ limit: true }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ limit: 2 ** 60 }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ limit: ['5'] }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ limit: null }, 'Max Groups', "'Max Groups' must be a whole number, 1 or more"],
	[{ query: undefined }, 'Query', "'Query' must be text, or an empty string to leave it out"],
	[{ query: null }, 'Query', "'Query' must be text, or an empty string to leave it out"],
	[{ query: NaN }, 'Query', "'Query' must be text, or an empty string to leave it out"],
	[{ query: {} }, 'Query', "'Query' must be text, or an empty string to leave it out"],
	[{ query: ['a'] }, 'Query', "'Query' must be text, or an empty string to leave it out"],
	[
		{ query: 'a\ud800b' },
		'Query',
		"'Query' contains an incomplete character, such as a cut-off emoji",
	],
	[{ groupBy: [null] }, 'Group By', "'Group By' must be text, or an empty string to leave it out"],
	...[
		'[status',
		"['a' 'b']",
		"['a', None]",
		'[a, null]',
		'[a, undefined]',
		"['a]",
		'[a, {b}]',
		"['a'], b",
	].map(
		(groupBy) =>
			[
				{ groupBy },
				'Group By',
				"'Group By' must be comma-separated values or a list such as ['a', 'b']",
			] as [object, string, string],
	),
	[{ groupBy: {} }, 'Group By', "'Group By' must be text, or an empty string to leave it out"],
	[
		{ customGroupBy: undefined },
		'Custom Group By',
		"'Custom Group By' must be text, or an empty string to leave it out",
	],
	[
		{ authentication: 'keys' },
		'Authentication',
		"'Authentication' must be one of: apiKeys, oAuth2",
	],
	[{ simplify: 'no' }, 'Simplify', "'Simplify' must be true or false"],
	[{ simplify: null }, 'Simplify', "'Simplify' must be true or false"],
	[{ simplify: ['true'] }, 'Simplify', "'Simplify' must be true or false"],
	[{ simplify: { toString: null } }, 'Simplify', "'Simplify' must be true or false"],
	[
		{ options: { includeValues: undefined } },
		'Include Values',
		"'Include Values' must be text, or an empty string to leave it out",
	],
	[
		{ options: { maxConcurrency: 0 } },
		'Max Concurrency',
		"'Max Concurrency' must be a whole number, 1 or more",
	],
	[
		{ options: { maxRetries: -1 } },
		'Max Retries',
		"'Max Retries' must be a whole number, 0 or more",
	],
	[
		{ options: { maxWait: 86_401 } },
		'Max Wait',
		"'Max Wait' must be a number of seconds from 0 to 86400",
	],
	[
		{ options: { timeout: 0 } },
		'Timeout',
		"'Timeout' must be a number of seconds from 0.001 to 86400",
	],
	[
		{ options: { includeValues: 'P1' }, groupBy: ['status', 'priority'] },
		'Include Values',
		"'Include Values' needs exactly one field to group by",
	],
	[
		{ options: { includeValues: 'P1' }, groupBy: [] },
		'Include Values',
		"'Include Values' needs exactly one field to group by",
	],
])('refuses %j, naming the field', (values, field, message) => {
	const error = errorOf(values);
	expect(error.message).toBe(message);
	expect(error.details).toEqual({ field });
});

it.each([
	['a secret', 'text with 8 characters'],
	[1.5, '1.5'],
	[true, 'true'],
	[null, 'nothing'],
	[undefined, 'nothing'],
	[['a secret'], 'a list'],
	[{ key: 'a secret' }, 'an object'],
])('tells what an expression gave, but repeats no text: %j', (limit, shown) => {
	expect(errorOf({ limit }).description).toBe(
		`Check the value or expression in 'Max Groups'. The node received ${shown}.`,
	);
});

it.each([
	[{ limit: ' 12 ' }, 'limit', 12],
	[{ limit: 1 }, 'limit', 1],
	[{ simplify: 'true' }, 'simplify', true],
	[{ simplify: 'false' }, 'simplify', false],
	[{ query: 123 }, 'query', '123'],
	[{ query: true }, 'query', 'true'],
	[{ query: ' a ' }, 'query', ' a '],
	[{ query: '💳' }, 'query', '💳'],
])('takes %j', (values, name, value) => {
	expect(read(values)).toMatchObject({ [name]: value });
});

it.each([
	[{ maxWait: 86_400 }, { maxWaitMs: 86_400_000 }],
	[{ timeout: 86_400 }, { timeoutMs: 86_400_000 }],
	[{ timeout: 0.001 }, { timeoutMs: 1 }],
	[{ timeout: '12.25' }, { timeoutMs: 12_250 }],
	[{ maxConcurrency: 1 }, { maxConcurrency: 1 }],
	[{ maxRetries: '2' }, { maxRetries: 2 }],
])('takes the options %j', (options, limits) => {
	expect(read({ options }).limits).toMatchObject(limits);
});

it.each(['12 a', 'a 12', '1.', '.5', '1.x', '1,5', '1 2', '1.5.'])(
	'refuses %j as a number of seconds',
	(timeout) => {
		expect(errorOf({ options: { timeout } }).message).toBe(
			"'Timeout' must be a number of seconds from 0.001 to 86400",
		);
	},
);

it.each([
	[['status', 'priority'], 2],
	[[], 0],
])('says how many fields there are beside Include Values: %j', (groupBy, count) => {
	expect(errorOf({ options: { includeValues: 'P1' }, groupBy }).description).toBe(
		`'Group By' and 'Custom Group By' contain ${count} fields. Choose one, or clear 'Include Values'.`,
	);
});

it('ends in parameters or in an error that names a field, whatever is given', () => {
	const anything = fc.anything({ withBigInt: false });
	fc.assert(
		fc.property(
			fc.record({
				query: fc.oneof(fc.string({ unit: 'binary' }), anything),
				groupBy: fc.oneof(fc.array(fc.string()), anything),
				customGroupBy: fc.oneof(fc.string(), anything),
				limit: fc.oneof(fc.integer(), anything),
				simplify: fc.oneof(fc.boolean(), anything),
				options: fc.oneof(
					fc.record({ maxWait: anything, includeValues: anything }, { requiredKeys: [] }),
					anything,
				),
			}),
			(values) => {
				try {
					const { fields, limit, query } = read(values);
					expect(new Set(fields).size).toBe(fields.length);
					expect(fields.every((name) => name.trim() === name && name !== '')).toBe(true);
					expect(limit).toBeGreaterThanOrEqual(1);
					expect(() => encodeURIComponent(query)).not.toThrow();
				} catch (error) {
					expect(error).toBeInstanceOf(UserFacingError);
					expect((error as UserFacingError).details.field).toMatch(/\w/);
				}
			},
		),
		{ numRuns: 1_000 },
	);
});
