/** What the expressions in the node's fields give: good values, good ones of another type, hostile ones. */
import fc, { type Arbitrary } from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';

import { FIELDS, SPELLINGS, VALUES } from './texts';
import { writings } from './writings';

/** By the name of the field; a value that is undefined is what a mistyped expression gives. */
export interface Parameters {
	query: unknown;
	groupBy: unknown;
	customGroupBy: unknown;
	maxGroups: unknown;
	returnAll: unknown;
	limit: unknown;
	simplify: unknown;
	options: {
		includeValues: unknown;
		maxConcurrency: unknown;
		maxRetries: unknown;
		maxWait: unknown;
		timeout: unknown;
		sort: unknown;
		direction: unknown;
	};
}

/** The node's fields as they are saved: each gets what the input item says. */
export const expressions: INodeParameters = {
	query: '={{ $json.parameters.query }}',
	groupBy: '={{ $json.parameters.groupBy }}',
	customGroupBy: '={{ $json.parameters.customGroupBy }}',
	maxGroups: '={{ $json.parameters.maxGroups }}',
	returnAll: '={{ $json.parameters.returnAll }}',
	limit: '={{ $json.parameters.limit }}',
	simplify: '={{ $json.parameters.simplify }}',
	options: {
		includeValues: '={{ $json.parameters.options.includeValues }}',
		maxConcurrency: '={{ $json.parameters.options.maxConcurrency }}',
		maxRetries: '={{ $json.parameters.options.maxRetries }}',
		maxWait: '={{ $json.parameters.options.maxWait }}',
		timeout: '={{ $json.parameters.options.timeout }}',
		sort: '={{ $json.parameters.options.sort }}',
		direction: '={{ $json.parameters.options.direction }}',
	},
};

const HOSTILE: unknown[] = [
	...[undefined, null, NaN, Infinity, -Infinity, -0, 0, -1, 1.5, 2 ** 53, 1e21, true, false],
	...[
		'',
		' ',
		'5 ',
		'0x10',
		'1e2',
		'٥',
		'NaN',
		'null',
		'true',
		'[',
		'[]',
		'[null]',
		'[["a"]]',
		'{}',
	],
	...[
		'__proto__',
		'constructor',
		'\ud800',
		'a\0b',
		'\u2028',
		',',
		' , ',
		'["a","b"',
		'{{ 1 }}',
		'=',
	],
	...[[], [null], [[]], ['true'], [5], ['a,b', ' a,b '], ['__proto__', '__proto__'], {}, [{}]],
	JSON.parse('{"__proto__":{"maxRetries":99,"includeValues":"P1"}}'),
	JSON.parse('{"toString":null,"valueOf":null}'),
	{ toString: 'x', length: 1, 0: 'status' },
	{ constructor: { prototype: { polluted: true } } },
];

const other = fc.oneof(
	{ weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
	{ weight: 1, arbitrary: fc.jsonValue() },
);
export const mostly = <T>(good: Arbitrary<T>): Arbitrary<unknown> =>
	fc.oneof({ weight: 40, arbitrary: good }, { weight: 1, arbitrary: other });

export const query = fc.oneof(
	fc.constantFrom('', 'status:open', 'a+b & c=d #e %41 "é😀"\n', '__proto__', "');--", '[x]'),
	fc.string({ unit: 'grapheme', maxLength: 40 }),
	fc.constantFrom(5, true),
);
const fields = fc.subarray(FIELDS, { maxLength: 2 });
const written = (names: string[]) => fc.constantFrom(...writings.map((write) => write(names)));
const asText = (names: string[]) => fc.constantFrom(names.join(','), ` ${names.join(' , ')},`);
const groupBy = fc.oneof(
	{ weight: 4, arbitrary: fc.constantFrom<unknown>(['status'], ['priority'], 'status') },
	{ weight: 4, arbitrary: fields },
	{ weight: 1, arbitrary: fields.chain(asText) },
	{ weight: 2, arbitrary: fields.chain(written) },
);
export const customGroupBy = fc.oneof(
	{ weight: 8, arbitrary: fc.constant('') },
	{ weight: 1, arbitrary: fields },
	{ weight: 1, arbitrary: fields.chain(asText) },
);
export const maxGroups = fc.constantFrom<unknown>(
	1,
	2,
	3,
	50,
	50,
	1_000,
	'50',
	' 3 ',
	'5.0',
	1_001,
	2 ** 53 - 1,
);
const simplify = fc.constantFrom<unknown>(true, true, true, true, false, 'true', 'false');

const values = fc.oneof(
	{ weight: 4, arbitrary: fc.subarray(VALUES, { maxLength: 3 }) },
	{ weight: 1, arbitrary: fc.subarray([...VALUES, ...SPELLINGS], { maxLength: 3 }) },
);
export const includeValues = fc.oneof(
	values.map((some) => some.join(', ')),
	values,
	values.chain(written),
);
/** No timeout is so short that it could end a request here: it runs by the real time. */
export const options = fc.record({
	includeValues: mostly(fc.oneof(fc.constant(''), includeValues)),
	maxConcurrency: mostly(fc.constantFrom<unknown>(1, 2, 25, '3')),
	maxRetries: mostly(fc.constantFrom<unknown>(0, 1, 2, 3, '1')),
	maxWait: mostly(fc.constantFrom<unknown>(0, 1, 5, 60, '7', 86_400)),
	timeout: mostly(fc.constantFrom<unknown>(30, '60', 86_400)).filter(isLongTime),
	sort: mostly(fc.constantFrom('created_at', 'priority', 'status')),
	direction: mostly(fc.constantFrom('asc', 'desc')),
});

function isLongTime(value: unknown): boolean {
	const seconds = typeof value === 'object' ? 0 : Number(value);
	return !(seconds > 0 && seconds < 30);
}

export const parameters: Arbitrary<Parameters> = fc.record({
	query: mostly(query),
	groupBy: mostly(groupBy),
	customGroupBy: mostly(customGroupBy),
	maxGroups: mostly(maxGroups),
	returnAll: mostly(fc.constantFrom<unknown>(true, true, false, 'true', 'false')),
	limit: mostly(fc.constantFrom<unknown>(1, 2, 3, 50, '4', 250)),
	simplify: mostly(simplify),
	options,
});
