/** Answers as bytes: as documented, nearly so, and hostile. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc, { type Arbitrary } from 'fast-check';

import { type Account, spellings } from './accounts';

/** What one request is answered with. */
export class Answer {
	constructor(
		readonly status: number,
		readonly headers: ReadonlyArray<[name: string, value: string]>,
		readonly body: Buffer,
		/** `cut` ends before the announced length, `closed` sends nothing, `garbled` sends the body alone. */
		readonly ending: 'whole' | 'chunked' | 'cut' | 'closed' | 'garbled' = 'whole',
	) {}

	/** How a counterexample shows it. */
	toString(): string {
		if (this.ending === 'closed') return 'no answer';
		const lines = this.headers.map(([name, value]) => `${name}: ${value}`).join(', ');
		const text = JSON.stringify(this.body.toString('latin1', 0, SHOWN_BYTES));
		const more = this.body.length > SHOWN_BYTES ? `… (${this.body.length} bytes)` : '';
		return `${this.ending} ${this.status} {${lines}} ${text}${more}`;
	}

	[fc.toStringMethod] = () => this.toString();
}

const SHOWN_BYTES = 3_000;

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

const weighted = <T>(...options: Array<[weight: number, arbitrary: Arbitrary<T>]>) =>
	fc.oneof(...options.map(([weight, arbitrary]) => ({ weight, arbitrary })));
const rarely = <T>(one: T, other: T) => weighted([24, fc.constant(one)], [1, fc.constant(other)]);

/** JSON text, valid or nearly so: what the parser does with it is a part of what is tested. */
type Text = Arbitrary<string>;

const textOf = (values: Arbitrary<unknown>): Text => values.map((value) => JSON.stringify(value));
const escaped = (value: string) =>
	`"${[...Array(value.length).keys()].map((at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;

const anyText: Text = weighted<string>(
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

const groupValues = list(object({ value: text(VALUES), count: number }));
const facets = list(object({ group: text(FIELDS), group_values: groupValues }), 3);
export const countAnswer = envelope(
	weighted([4, object({ groups: facets })], [1, object({ groups: facets, total: number })]),
);

const measures = weighted(
	[30, number.map((count) => `[${count}]`)],
	[2, fc.tuple(number, number).map((both) => `[${both.join(',')}]`)],
	[1, list(number)],
);
const groups = list(object({ group: text(VALUES), value: measures }));
export const aggregateAnswer = envelope(object({ groups, total: number }));

/** What Datadog, or a gateway before it, says when it refuses: also with what it was sent. */
function words(account: Account): Text {
	const echo = fc
		.tuple(fc.constantFrom(...account.secrets), fc.constantFrom(...Object.values(spellings)))
		.map(([secret, spell]) => spell(secret));
	const sentence = weighted(
		[4, fc.constantFrom('Forbidden', 'Not found', 'invalid query', '', '<b>x</b>', '[hidden]')],
		[3, echo.map((secret) => `DD-API-KEY: ${secret}; path=/`)],
		[1, echo],
		[1, fc.string({ unit: 'binary', maxLength: 50 })],
		[1, echo.map((secret) => `${'x'.repeat(480)}${secret}${'y'.repeat(20_000)}${secret}`)],
	);
	const errors = fc.array(
		weighted<unknown>(
			[3, sentence],
			[2, fc.record({ title: sentence, detail: sentence }, { requiredKeys: [] })],
			[1, fc.constantFrom(null, 5, [], {}, [['x']], { title: { a: 1 } })],
		),
		{ maxLength: 3 },
	);
	return weighted<string>(
		[4, errors.map((entries) => JSON.stringify({ errors: entries }))],
		[2, sentence.map((one) => JSON.stringify({ message: one }))],
		[2, sentence],
		[
			2,
			sentence.map(
				(one) =>
					`<html><head><style>b{}</style><script>if (1 < 2) alert("${one}")</script></head><body>${one}<!-- ${one} --></body></html>`,
			),
		],
		[1, fc.constantFrom('', ' ', 'null', '{"errors":{"length":1e9}}', '{"errors":"x"}', '<', '<a')],
		[1, fc.constantFrom(...['<script', '<', '&lt;', '> '].map((piece) => piece.repeat(20_000)))],
		[1, anyText],
	);
}

/** How the bytes may differ from the text in UTF-8. */
type Change =
	| { does: 'nothing' | 'utf16' }
	| { does: 'cut' | 'flip'; share: number }
	| { does: 'insert'; share: number; bytes: string }
	| { does: 'before' | 'after'; bytes: string }
	| { does: 'nest'; depth: number; open: string }
	| { does: 'pad'; megabytes: number; by: string };

const bytes = (...hex: string[]) => fc.constantFrom(...hex);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const change: Arbitrary<Change> = weighted<Change>(
	[240, fc.constant({ does: 'nothing' })],
	[10, fc.record({ does: fc.constantFrom('cut', 'flip'), share })],
	// Bytes that are no UTF-8, zero, a surrogate, an overlong slash.
	[
		10,
		fc.record({
			does: fc.constant('insert'),
			share,
			bytes: bytes('ff', '00', 'eda080', 'c0af', 'c3'),
		}),
	],
	[
		10,
		fc.record({
			does: fc.constant('before'),
			bytes: bytes('efbbbf', 'efbbbfefbbbf', '0a20', '5d7d', 'fffe'),
		}),
	],
	[10, fc.record({ does: fc.constant('after'), bytes: bytes('0a', '00', '7d', '7b7d', 'efbbbf') })],
	[1, fc.constant({ does: 'utf16' })],
	[
		5,
		fc.record({
			does: fc.constant('nest'),
			depth: fc.constantFrom(10, 1_000, 10_000, 200_000),
			open: fc.constantFrom('[', '{"a":', '{"__proto__":'),
		}),
	],
	[
		1,
		fc.record({
			does: fc.constant('pad'),
			megabytes: rarely(1, 50),
			by: fc.constantFrom(' ', 'x', '{"value":"a","count":1},', '{"group":"a","value":[1]},'),
		}),
	],
);

function changed(json: string, how: Change): Buffer {
	const whole = () => Buffer.from(json);
	const at = 'share' in how ? Math.floor(how.share * Buffer.byteLength(json)) : 0;
	switch (how.does) {
		case 'nothing':
			return whole();
		case 'utf16':
			return Buffer.from(`\ufeff${json}`, 'utf16le');
		case 'cut':
			return whole().subarray(0, at);
		case 'flip': {
			const flipped = whole();
			if (at < flipped.length) flipped[at] ^= 0x01;
			return flipped;
		}
		case 'insert':
			return Buffer.concat([
				whole().subarray(0, at),
				Buffer.from(how.bytes, 'hex'),
				whole().subarray(at),
			]);
		case 'before':
			return Buffer.concat([Buffer.from(how.bytes, 'hex'), whole()]);
		case 'after':
			return Buffer.concat([whole(), Buffer.from(how.bytes, 'hex')]);
		case 'nest': {
			const close = how.open === '[' ? ']' : '}';
			const nested = `${how.open.repeat(how.depth)}0${close.repeat(how.depth)}`;
			return Buffer.from(json.replace(/^\{"data":\{/, (start) => `${start}"extra":${nested},`));
		}
		case 'pad': {
			const filling = how.by.repeat(Math.ceil((how.megabytes * 2 ** 20) / how.by.length));
			if (how.by === ' ') return Buffer.from(filling + json);
			if (how.by === 'x') return Buffer.from(json.replace('{', () => `{"extra":"${filling}",`));
			const list = how.by.includes('count') ? '"group_values":[' : '"groups":[';
			const entry = filling.length > PADDED_BYTES ? filling.slice(0, PADDED_BYTES) : filling;
			const entries = entry.slice(0, entry.lastIndexOf('}') + 1);
			const start = json.indexOf(list) + list.length;
			if (start < list.length || json[start] === ']') return whole();
			return Buffer.from(`${json.slice(0, start)}${entries},${json.slice(start)}`);
		}
	}
}

/** 40,000 items: more of them only take longer. */
const PADDED_BYTES = 1_000_000;

/** Content-Encoding, and what is done to the bytes: also what does not fit it. */
type Packing = [encoding: string, pack: (body: Buffer) => Buffer];

const packing: Arbitrary<Packing | undefined> = weighted<Packing | undefined>(
	[30, fc.constant(undefined)],
	[
		4,
		fc.constantFrom<Packing>(
			['gzip', gzipSync],
			['X-GZIP', gzipSync],
			['deflate', deflateSync],
			['br', brotliCompressSync],
			['identity', (body) => body],
		),
	],
	[
		2,
		fc.constantFrom<Packing>(
			['gzip', (body) => body],
			['gzip', (body) => gzipSync(body).subarray(0, -9)],
			['gzip', (body) => gzipSync(body).subarray(0, -8)],
			['gzip', (body) => Buffer.concat([gzipSync(body).subarray(0, -8), Buffer.alloc(8)])],
			['gzip', brotliCompressSync],
			['br', gzipSync],
			['br', (body) => brotliCompressSync(body).subarray(0, -1)],
			['deflate', (body) => deflateSync(body).fill(0xff, 4)],
			['unheard-of', gzipSync],
			['gzip, gzip', (body) => gzipSync(gzipSync(body))],
			['gzip', () => Buffer.alloc(0)],
		),
	],
);

type Header = [name: string, value: string];
const contentType: Arbitrary<Header[]> = weighted<Header[]>(
	[4, fc.constant<Header[]>([['content-type', 'application/vnd.api+json']])],
	[
		2,
		fc
			.constantFrom(
				...['application/json', 'text/html', 'text/plain; charset=iso-8859-1', '', 'a/b'],
				...['application/octet-stream', 'multipart/form-data', 'application/json; charset=utf-16'],
			)
			.map((type): Header[] => [['content-type', type]]),
	],
	[1, fc.constant([])],
);
const seconds = fc.constantFrom('0', '1', '3', '0.2', '7', '59', '61', '3600', '99999999');
const junk = fc.constantFrom(
	'',
	'-5',
	'NaN',
	'1e1',
	'0x1',
	'Wed, 21 Oct 2026 07:28:00 GMT',
	'1, 1',
);
const limitHeader = (name: string, values: Arbitrary<string>): Arbitrary<Header> =>
	weighted([3, values], [1, junk]).map((value): Header => [name, value]);
const otherHeaders = fc.uniqueArray(
	weighted<Header>(
		[2, limitHeader('X-RateLimit-Remaining', fc.constantFrom('0', '1', '10'))],
		[2, limitHeader('x-ratelimit-reset', seconds)],
		[2, limitHeader('Retry-After', seconds)],
		[
			1,
			fc.constantFrom<Header>(
				['location', 'http://127.0.0.1:9/'],
				['set-cookie', 'a=b'],
				['__proto__', 'x'],
				['constructor', 'x'],
				['www-authenticate', 'Digest nonce="x"'],
				['connection', 'close'],
			),
		],
	),
	{ maxLength: 3, selector: ([name]) => name.toLowerCase() },
);

const httpAnswer = (
	statuses: Arbitrary<number>,
	texts: Text,
	endings: Arbitrary<Answer['ending']>,
): Arbitrary<Answer> =>
	fc
		.record({ status: statuses, texts, change, packing, contentType, otherHeaders, endings })
		.map(({ status, texts: json, change: how, ...parts }) => {
			const headers = [...parts.contentType, ...parts.otherHeaders];
			const body = changed(json, how);
			// A 401 that breaks off is asked for once more by n8n itself, which would put the answers out of step.
			// A 204 and a 304 have no body that could break off.
			if ([204, 304, 401].includes(status)) return new Answer(status, headers, body);
			if (!parts.packing) return new Answer(status, headers, body, parts.endings);
			const [encoding, pack] = parts.packing;
			headers.push(['Content-Encoding', encoding]);
			return new Answer(status, headers, pack(body), parts.endings);
		});

const endings = weighted<Answer['ending']>(
	[30, fc.constant('whole')],
	[5, fc.constant('chunked')],
	[1, fc.constant('cut')],
);
const fine = fc.constant<Answer['ending']>('whole');
const refusedStatus = weighted(
	[4, fc.constantFrom(429, 500, 502, 503, 504)],
	[4, fc.constantFrom(400, 401, 403, 404, 413, 414, 422, 431)],
	[1, fc.constantFrom(201, 202, 204, 206, 301, 302, 304, 307, 308, 418, 501, 505, 599, 600, 999)],
);
// No 101: Node.js drops the connection for it without a word to axios, so that n8n's request never ends.
const noAnswer = weighted(
	[2, fc.constant(new Answer(0, [], Buffer.alloc(0), 'closed'))],
	[
		1,
		fc
			.constantFrom(
				'HTTP/1.1 abc\r\n\r\n',
				'\0\0\0\0',
				'{"data":{}}',
				'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n',
				'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
				'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}',
			)
			.map((raw) => new Answer(0, [], Buffer.from(raw), 'garbled')),
	],
);

/** What a case of that account is answered with, request by request; the last goes on. */
export const answersFor = (account: Account, operation: 'count' | 'aggregate') => {
	const [fitting, other] =
		operation === 'count' ? [countAnswer, aggregateAnswer] : [aggregateAnswer, countAnswer];
	const ok = fc.constant(200);
	const last = weighted<Answer>(
		[10, httpAnswer(ok, fitting, fine)],
		[4, httpAnswer(ok, fitting, endings)],
		[1, httpAnswer(ok, other, endings)],
		[1, httpAnswer(ok, words(account), endings)],
		[4, httpAnswer(refusedStatus, words(account), endings)],
		[1, httpAnswer(refusedStatus, fitting, endings)],
		[1, noAnswer],
	);
	const before = weighted<Answer>(
		[3, httpAnswer(fc.constantFrom(429, 500, 502, 503, 504), words(account), endings)],
		[1, noAnswer],
	);
	return weighted<Answer[]>(
		[6, last.map((one) => [one])],
		[1, fc.tuple(fc.array(before, { maxLength: 3 }), last).map(([some, one]) => [...some, one])],
	);
};
