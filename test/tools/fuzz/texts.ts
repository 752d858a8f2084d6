/** Datadog's answers as JSON text: as documented, nearly so, and hostile. */
import fc, { type Arbitrary } from 'fast-check';

/** Names and values that a program may trip over. */
const HOSTILE_NAMES = [
	'__proto__',
	'constructor',
	'prototype',
	'toString',
	'valueOf',
	'hasOwnProperty',
	'toJSON',
	'then',
	'length',
	'0',
	'',
];

/** The fields that cases are grouped by, in parameters and answers alike, so that they often match. */
export const FIELDS = ['status', 'priority', 'team', '__proto__', 'constructor'];
export const VALUES = ['OPEN', 'CLOSED', 'P1', '', ' ', 'a,b', 'é😀', '__proto__', 'toString'];
/** Other spellings of these values, and of each other. */
export const SPELLINGS = ['open', ' Open', 'closed ', 'p1', 'e\u0301\u{1f600}', 'A,  B', '\u00a0'];

export const weighted = <T>(...options: Array<[weight: number, arbitrary: Arbitrary<T>]>) =>
	fc.oneof(...options.map(([weight, arbitrary]) => ({ weight, arbitrary })));

/** JSON text, valid or nearly so: what the parser does with it is a part of what is tested. */
export type Text = Arbitrary<string>;

const textOf = (values: Arbitrary<unknown>): Text => values.map((value) => JSON.stringify(value));
const escaped = (value: string) =>
	`"${[...Array(value.length).keys()].map((at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;

export const anyText: Text = weighted<string>(
	[3, fc.json()],
	[1, fc.constantFrom('null', '{}', '[]', '""', '0', 'true', '{"__proto__":{"polluted":true}}')],
	[1, fc.constantFrom('{"constructor":{"prototype":{"polluted":true}}}', '[[[[]]]]')],
);
const notANumber: Text = fc.constantFrom(
	...['"5"', '"NaN"', '""', 'null', 'true', 'false', '[]', '[5]', '{}', '{"valueOf":5}', '"0x10"'],
	...['1e400', '-1e400', 'NaN', 'Infinity', '-', '01', '+5', '5.', '.5', '5n', 'undefined'],
);
const number: Text = weighted<string>(
	[40, fc.nat(500).map(String)],
	[8, fc.nat(500).map((count) => `${count}.0`)],
	[6, fc.constantFrom('0', '-0', '4.2E1', '1e3', '2.5', '-3', '9007199254740993', '123456789012')],
	[1, fc.constantFrom('1e308', '5e-324', '1e-400', '0.1')],
	[2, notANumber],
);
const text = (values: string[]): Text => {
	const good = weighted(
		[8, fc.constantFrom(...values)],
		[1, fc.string({ unit: 'binary', maxLength: 20 })],
	);
	return weighted(
		[40, textOf(good)],
		[5, good.map(escaped)],
		[1, fc.constantFrom('"\\ud800"', '"\\udc00\\ud800"', '"a\\u0000b"')],
		[1, fc.constantFrom('null', '5', '["OPEN"]', '{}', 'true', "'OPEN'", '"\n"')],
	);
};
/** A group's value, which need not be text; null stands for cases without one. */
const groupValue: Text = weighted(
	[30, text(VALUES)],
	[2, textOf(fc.constantFrom(...SPELLINGS))],
	[3, fc.constantFrom('null', '5', '-0', '1e21', '0.1', 'true', 'false', '"null"', '"5"')],
);
const list = (entries: Text, maxLength = 4): Text =>
	weighted(
		[40, fc.array(entries, { maxLength }).map((texts) => `[${texts.join(',')}]`)],
		[1, fc.constantFrom('null', '{}', '{"length":1,"0":{}}', '"[]"', '[,]', '[null]', '5')],
	);

/** How an object may differ from the plain one. */
type Quirk =
	| { does: 'nothing' | 'reverse' }
	| { does: 'drop' | 'replace' | 'repeatBefore' | 'repeatAfter'; at: number; by: string }
	| { does: 'add'; name: string; by: string };

const quirk: Arbitrary<Quirk> = weighted<Quirk>(
	[30, fc.constant({ does: 'nothing' })],
	[3, fc.constant({ does: 'reverse' })],
	[
		3,
		fc.record({ does: fc.constant('add'), name: fc.constantFrom(...HOSTILE_NAMES), by: anyText }),
	],
	[
		2,
		fc.record({
			does: fc.constantFrom('drop', 'replace', 'repeatBefore', 'repeatBefore', 'repeatAfter'),
			at: fc.nat(9),
			by: anyText,
		}),
	],
);

function object(members: Record<string, Text>): Text {
	const names = Object.keys(members);
	return fc.tuple(fc.tuple(...Object.values(members)), quirk).map(([texts, how]) => {
		const pairs = texts.map((value, at): [string, string] => [names[at], value]);
		if (how.does === 'reverse') pairs.reverse();
		if (how.does === 'add') pairs.push([how.name, how.by]);
		if ('at' in how) {
			const at = how.at % pairs.length;
			const pair: [string, string] = [pairs[at][0], how.by];
			if (how.does === 'drop') pairs.splice(at, 1);
			if (how.does === 'replace') pairs[at] = pair;
			if (how.does === 'repeatBefore') pairs.unshift(pair);
			if (how.does === 'repeatAfter') pairs.push(pair);
		}
		return `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
	});
}

const envelope = (attributes: Text): Text =>
	object({
		data: object({ attributes, id: text(['result-001']), type: text(['count', 'aggregate']) }),
	});

const groupValues = list(object({ value: groupValue, count: number }));
const facets = list(object({ group: text(FIELDS), group_values: groupValues }), 3);
export const countAnswer = envelope(
	weighted([4, object({ groups: facets })], [1, object({ groups: facets, total: number })]),
);

const measures = weighted(
	[30, number.map((count) => `[${count}]`)],
	[2, fc.tuple(number, number).map((both) => `[${both.join(',')}]`)],
	[1, list(number)],
);
const groups = list(object({ group: groupValue, value: measures }));
export const aggregateAnswer = envelope(object({ groups, total: number }));

const time = weighted<string>(
	[
		12,
		fc.constantFrom('2026-01-02T03:04:05Z', '2026-01-02T03:04:05.1Z', '2026-01-02T03:04:05.09Z'),
	],
	[12, fc.constantFrom('2026-01-02T03:04:05.100000001Z', '2026-03-01T00:00:00.123456Z')],
	[1, fc.constantFrom('', 'yesterday', '2026-01-02')],
);
const optional = (member: Text): Text => weighted([12, member], [1, fc.constantFrom('null', '""')]);
const ids = ['a', 'b', 'c', 'd', 'e', 'f', '__proto__', 'constructor'];
const USER_IDS = ['u-1', 'u-2', 'u-3', '__proto__', 'constructor'];
const caseAttributes = object({
	key: optional(text(['SEC-1', 'PAY-2', '__proto__'])),
	title: optional(text(VALUES)),
	status: optional(text(['OPEN', 'IN_PROGRESS', 'CLOSED', 'SUNKNOWN'])),
	status_name: optional(text(['Open', 'Pending Approval'])),
	priority: optional(text(['P1', 'P2', 'P5', 'NOT_DEFINED', 'P0'])),
	type: optional(text(['STANDARD', 'TUNKNOWN'])),
	created_at: optional(textOf(time)),
	modified_at: optional(textOf(time)),
	closed_at: optional(textOf(time)),
});
const assignee = weighted(
	[6, object({ data: object({ id: text(USER_IDS), type: text(['user']) }) })],
	[1, fc.constantFrom('null', '{"data":null}', '{}')],
);
const oneCase = object({
	id: text(ids),
	type: text(['case']),
	attributes: caseAttributes,
	relationships: weighted([8, object({ assignee })], [1, fc.constantFrom('null', '{}')]),
});
const user = object({
	id: text(USER_IDS),
	attributes: object({
		name: text(['Ada', '', ' ', '__proto__']),
		email: text(['ada@example.com', '']),
	}),
});
const pageMeta = weighted(
	[6, fc.nat(4).map((total) => `{"total_cases":${total}}`)],
	[1, object({ total_cases: number })],
	[1, fc.constantFrom('null', '{}')],
);
/** One page of a search. */
export const searchAnswer = object({
	data: list(oneCase),
	meta: pageMeta,
	included: list(user),
});
