/**
 * What has to come of a case, told from the README and from the bytes of the answer. It shares nothing with the node,
 * so that a mistake is not made twice.
 */
import { brotliDecompressSync, constants, inflateRawSync, unzipSync } from 'node:zlib';
import type { IDataObject } from 'n8n-workflow';

import type { Answer, Operation } from './answers';
import type { Parameters } from './parameters';
import { NO_SEARCH, type Search, searched, searchFrom, searchRequest } from './searchModel';
import { entriesOf } from './writings';
import { isTriedAgain, type Span, waitsAfter } from './waits';

/** One way in which a case may end. */
export type Outcome =
	| { is: 'items'; items: IDataObject[] }
	/** Refused for one of these fields. */
	| { is: 'field'; fields: string[] }
	/** Refused for the answer's status. */
	| { is: 'status'; status: number }
	/** Refused since one of these parts of an answer of status 200 is missing or of another type. */
	| { is: 'form'; parts: string[] }
	/** Refused for a wait of so many seconds. */
	| { is: 'wait'; status: number; seconds: Span }
	/** Refused since nothing came in time. */
	| { is: 'late' }
	/** Refused since too much came. */
	| { is: 'size' }
	| { is: 'lost' }
	/** Refused since the first page is empty, though the total is not 0. */
	| { is: 'noCases' }
	/** More pages are needed. */
	| { is: 'open' };

/** How a case ends, and after how many requests. */
export interface End {
	outcome: Outcome;
	requests: number;
}

/** What has to be sent. */
export type Request =
	| { method: 'GET'; path: string; query: Array<[string, string]> }
	| { method: 'POST'; path: string; body: unknown };

export interface Expected {
	request?: Request;
	/** Any of these. */
	ends: End[];
}

/** Whether it goes on with other pages, whose end is left open. */
const isOpen = ({ outcome }: End) => outcome.is === 'open';

export const goesOn = ({ ends }: Expected) => ends.some(isOpen);

interface Asked {
	operation: Operation;
	search: Search;
	query: string;
	fields: string[];
	limit: number;
	simplify: boolean;
	includeValues: string[];
	maxRetries: number;
	maxWait: number;
}

export function expectedOf(operation: string, parameters: Parameters, answers: Answer[]): Expected {
	const asked = askedBy(operation, parameters);
	if ('wrong' in asked) {
		return { ends: [{ outcome: { is: 'field', fields: asked.wrong }, requests: 0 }] };
	}
	return { request: requestFor(asked), ends: endsOf(answers, asked) };
}

/**
 * Of an item that asks the same as one before it, with another Max Retries. It shares that one's request, or asks anew
 * when that one has ended before.
 */
export function expectedOfRepeat(
	operation: string,
	parameters: Parameters,
	before: Parameters,
	answers: Answer[],
): Expected {
	const [asked, other] = [askedBy(operation, parameters), askedBy(operation, before)];
	if ('wrong' in asked || 'wrong' in other) return expectedOf(operation, parameters, answers);
	const most = Math.max(asked.maxRetries, other.maxRetries);
	const ends: End[] = [];
	for (let from = 0; from <= Math.min(other.maxRetries + 1, answers.length - 1); from++) {
		const elapsed: Span = from === 0 ? [0, 0] : [0, 1e6];
		for (let { maxRetries } = asked; maxRetries <= most; maxRetries++) {
			ends.push(...endsOf(answers.slice(from), { ...asked, maxRetries }, 0, elapsed));
		}
	}
	return { request: requestFor(asked), ends };
}

function askedBy(operation: string, given: Parameters): Asked | { wrong: string[] } {
	const wrong = new Set<string>();
	const take = <T>(field: string, value: T | undefined, otherwise: T): T => {
		if (value === undefined) wrong.add(field);
		return value ?? otherwise;
	};
	const known = take('Operation', operationNamed(operation), 'count');
	const { includeValues, maxConcurrency, maxRetries, maxWait, timeout } = given.options;
	const isSearch = known === 'getAll';
	const search = isSearch ? searchFrom(given, take) : NO_SEARCH;

	const fields = [
		...new Set([
			...(isSearch ? [] : take('Group By', namesIn(given.groupBy), [])),
			...(isSearch ? [] : take('Custom Group By', namesIn(given.customGroupBy), [])),
		]),
	];
	const most = known === 'aggregate' ? 1_000 : Number.MAX_SAFE_INTEGER;
	const asked: Asked = {
		operation: known,
		search,
		query: take('Query', wordsIn(given.query), ''),
		fields,
		limit: isSearch ? 1 : take('Max Groups', whole(given.maxGroups, 1, most), 1),
		simplify: take('Simplify', truth(given.simplify), true),
		includeValues: isSearch ? [] : take('Include Values', namesIn(includeValues), []),
		maxRetries: take('Max Retries', whole(maxRetries ?? 3, 0), 0),
		maxWait: take('Max Wait', within(maxWait ?? 60, 0, 86_400), 0),
	};
	take('Max Concurrency', whole(maxConcurrency ?? 25, 1), 1);
	take('Timeout', within(timeout ?? 30, 0.001, 86_400), 1);
	if (asked.includeValues.length > 0 && fields.length !== 1) wrong.add('Include Values');
	if (known === 'aggregate' && fields.length === 0) wrong.add('Group By');
	return wrong.size > 0 ? { wrong: [...wrong] } : asked;
}

const operationNamed = (name: string) =>
	(['aggregate', 'count', 'getAll'] as const).find((known) => known === name);

/** Each gives undefined for what cannot be used. */
function wordsIn(value: unknown): string | undefined {
	if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
	if (!['string', 'number', 'boolean'].includes(typeof value)) return undefined;
	const words = `${value as string}`;
	return /\p{Surrogate}/u.test(words) ? undefined : words;
}

export function namesIn(value: unknown): string[] | undefined {
	let parts: unknown = value;
	if (typeof value === 'string') {
		parts = value.trim().startsWith('[') ? entriesOf(value) : value.split(',');
	}
	const names = (Array.isArray(parts) ? parts : [parts]).map((part) => wordsIn(part)?.trim());
	if (names.includes(undefined)) return undefined;
	return [...new Set((names as string[]).filter((name) => name.length > 0))];
}

export function within(value: unknown, least: number, most: number): number | undefined {
	const isNumeric = typeof value === 'string' && /^[0-9]+([.][0-9]+)?$/.test(value.trim());
	const number = typeof value === 'number' ? value : isNumeric ? parseFloat(value) : NaN;
	return number >= least && number <= most ? number : undefined;
}

export function whole(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER) {
	const number = within(value, least, most);
	return number !== undefined && number % 1 === 0 ? number : undefined;
}

export function truth(value: unknown): boolean | undefined {
	if (value === true || value === 'true') return true;
	return value === false || value === 'false' ? false : undefined;
}

function requestFor({ operation, search, query, fields, limit, simplify }: Asked): Request {
	if (operation === 'getAll') return searchRequest(query, search);
	if (operation === 'aggregate') {
		const attributes = { query_filter: query, group_by: { groups: fields, limit } };
		return {
			method: 'POST',
			path: '/api/v2/cases/aggregate',
			body: { data: { type: 'aggregate', attributes } },
		};
	}
	const isTotal = fields.length === 0 && simplify;
	const names = isTotal ? 'status' : fields.join(',');
	const sent: Array<[string, string]> = [['limit', String(isTotal ? Math.max(50, limit) : limit)]];
	if (names !== '') sent.unshift(['group_bys', names]);
	if (query !== '') sent.unshift(['query_filter', query]);
	return { method: 'GET', path: '/api/v2/cases/count', query: sent };
}

/** How the exchange may end from the given try on, so many seconds after the start. */
function endsOf(answers: Answer[], asked: Asked, tries = 0, elapsed: Span = [0, 0]): End[] {
	const { maxRetries, maxWait } = asked;
	const answer = answers[Math.min(tries, answers.length - 1)];
	const end = (outcome: Outcome): End[] => [{ outcome, requests: tries + 1 }];
	const isLast = tries >= maxRetries;
	const nextAfter = ([least, most]: Span) =>
		endsOf(answers, asked, tries + 1, [elapsed[0] + least, elapsed[1] + most]);
	const nextAfterOwn = () =>
		nextAfter([Math.min(2 ** tries, maxWait), Math.min(1.25 * 2 ** tries, maxWait)]);

	if (answer.ending === 'tooMuch') return end({ is: 'size' });
	if (answer.ending === 'endless') return isLast ? end({ is: 'late' }) : nextAfterOwn();
	// Whether it is asked again after what is no HTTP, or is not packed as it says, is left open.
	if (answer.ending === 'garbled' || unpacked(answer) === undefined) {
		return [...end({ is: 'lost' }), ...(isLast ? [] : nextAfterOwn())];
	}
	const body = unpacked(answer)!;
	const isTooLarge = body.length > MOST_BYTES;
	// What breaks off behind the largest size is not noticed.
	if (answer.ending === 'closed' || (answer.ending === 'cut' && !isTooLarge)) {
		return isLast ? end({ is: 'lost' }) : nextAfterOwn();
	}
	const { status } = answer;
	if (status === 200) {
		if (isTooLarge) return end({ is: 'size' });
		return end(outcomeOf(new TextDecoder().decode(body), asked));
	}
	const refused = end({ is: 'status', status });
	const again = isTriedAgain(status);
	if (!again) return refused;
	if (isLast) {
		// How long the rate limit makes everybody wait is told also where there is no other try.
		const told = status === 429 ? waitsAfter(answer, tries, maxWait, elapsed).waits : [];
		const tooLong = told.filter((wait) => wait[1] > maxWait);
		return [...refused, ...tooLong.flatMap((seconds) => end({ is: 'wait', status, seconds }))];
	}

	const { remaining, isResetTold, waits } = waitsAfter(answer, tries, maxWait, elapsed);
	const ends = waits.flatMap((wait) => {
		const isTooLong = wait[1] > maxWait ? end({ is: 'wait', status, seconds: wait }) : [];
		if (wait[0] > maxWait) return isTooLong;
		// Nothing may be sent for a second when nothing remains and no reset is told.
		if (remaining !== 0 || isResetTold) return [...isTooLong, ...nextAfter(wait)];
		return [...isTooLong, ...nextAfter([Math.max(1, wait[0]), Math.max(1, wait[1])])];
	});
	return again === 'open' ? [...refused, ...ends] : ends;
}

/** The largest answer that is read, after unpacking. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The body; undefined when it is not packed as it says. */
function unpacked(answer: Answer): Buffer | undefined {
	const encoding = answer.headers.find(([name]) => name === 'Content-Encoding')?.[1].toLowerCase();
	let body = answer.body;
	// A packed text that ends early is read as far as it goes.
	const lenient = { finishFlush: constants.Z_SYNC_FLUSH };
	try {
		if (encoding === 'gzip' || encoding === 'x-gzip') body = unzipSync(body, lenient);
		if (encoding === 'deflate') {
			body = body[0] === 0x78 ? unzipSync(body, lenient) : inflateRawSync(body, lenient);
		}
		if (encoding === 'br') {
			body = brotliDecompressSync(body, { finishFlush: constants.BROTLI_OPERATION_FLUSH });
		}
	} catch {
		return undefined;
	}
	return body;
}

function outcomeOf(text: string, asked: Asked): Outcome {
	let answer: unknown;
	try {
		answer = JSON.parse(text);
	} catch {
		return { is: 'form', parts: ['data'] };
	}
	const data = memberOf(answer, 'data');
	if (typeof data !== 'object' || data === null) return { is: 'form', parts: ['data'] };
	if (Array.isArray(data) !== (asked.operation === 'getAll')) {
		return { is: 'form', parts: ['data'] };
	}
	if (asked.operation === 'getAll') {
		return searched(answer as object, asked.search, asked.simplify, isDeep);
	}
	if (!asked.simplify) {
		return isDeep(data)
			? { is: 'form', parts: [TOO_DEEP] }
			: { is: 'items', items: [data as IDataObject] };
	}

	const read = new Reader();
	const attributes = memberOf(data, 'attributes');
	const items =
		asked.operation === 'aggregate'
			? aggregated(attributes, asked, read)
			: counted(attributes, asked, read);
	if (read.wrong.length > 0) return { is: 'form', parts: read.wrong };
	return items;
}

/** How deep data may be nested. */
const DEPTH = 100;

export const TOO_DEEP = `data (nested more than ${DEPTH} levels deep)`;

function isDeep(data: unknown): boolean {
	let level: unknown[] = [data];
	for (let depth = 0; depth < DEPTH && level.length > 0; depth++) {
		level = level.flatMap((value) =>
			typeof value === 'object' && value !== null ? Object.values(value) : [],
		);
	}
	return level.some((value) => typeof value === 'object' && value !== null);
}

/** Reads parts of the answer, and notes those that are not as documented. */
class Reader {
	wrong: string[] = [];

	list(holder: unknown, name: string, path: string): unknown[] {
		const value = memberOf(holder, name);
		return Array.isArray(value) ? value : this.note(`${path}.${name}`, []);
	}

	number(holder: unknown, name: string, path: string): number {
		const value = memberOf(holder, name);
		return typeof value === 'number' && Number.isFinite(value) && value >= 0
			? value
			: this.note(`${path}.${name}`, 0);
	}

	/** The text of a group's value; null where it has none. */
	value(holder: unknown, name: string, path: string): string | null {
		const value = memberOf(holder, name);
		if (value === undefined || value === null) return null;
		const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
		return isPlain ? `${value as string}` : this.note(`${path}.${name}`, '');
	}

	words(holder: unknown, name: string, path: string): string {
		const value = memberOf(holder, name);
		return typeof value === 'string' ? value : this.note(`${path}.${name}`, '');
	}

	private note<T>(part: string, instead: T): T {
		this.wrong.push(part);
		return instead;
	}
}

export const memberOf = (holder: unknown, name: string): unknown =>
	typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
		? (holder as Record<string, unknown>)[name]
		: undefined;

const PATH = 'data.attributes';

function aggregated(attributes: unknown, asked: Asked, read: Reader): Outcome {
	const total = read.number(attributes, 'total', PATH);
	const items = read.list(attributes, 'groups', PATH).map((group, i) => {
		const path = `${PATH}.groups[${i}]`;
		const value = read.value(group, 'group', path);
		const count = read.number(read.list(group, 'value', path), '0', `${path}.value`);
		const share = total === 0 ? 0 : count / total;
		return { groupBy: asked.fields.join(','), value, count, total, share };
	});
	return withValues(items, items.length >= asked.limit, asked, { count: 0, total, share: 0 });
}

function counted(attributes: unknown, asked: Asked, read: Reader): Outcome {
	const { fields, limit } = asked;
	const groups = read.list(attributes, 'groups', PATH).map((group, i) => {
		const path = `${PATH}.groups[${i}]`;
		const groupBy = read.words(group, 'group', path);
		return read.list(group, 'group_values', path).map((entry, j) => ({
			groupBy,
			value: read.value(entry, 'value', `${path}.group_values[${j}]`),
			count: read.number(entry, 'count', `${path}.group_values[${j}]`),
		}));
	});
	const names = read.list(attributes, 'groups', PATH).map((group) => memberOf(group, 'group'));
	if (fields.length > 0) {
		const isCut = groups.some((values) => values.length >= limit);
		const isAboutOthers = names.length > 0 && !names.includes(fields[0]);
		return withValues(groups.flat(), isCut, asked, { count: 0 }, isAboutOthers);
	}

	const total = memberOf(attributes, 'total');
	if (typeof total === 'number' && Number.isFinite(total) && total >= 0) {
		return { is: 'items', items: [{ count: total }] };
	}
	if (groups.length === 0) return { is: 'items', items: [{ count: 0 }] };
	const at = names.indexOf('status');
	if (at < 0 || names.indexOf('status', at + 1) > 0) {
		return { is: 'form', parts: ['the group "status" in data.attributes.groups'] };
	}
	const asMany = Math.max(50, limit);
	if (groups[at].length >= asMany) {
		return { is: 'form', parts: [`the statuses beyond the first ${asMany}`] };
	}
	let sum = 0;
	for (const { count } of groups[at]) sum += count;
	return { is: 'items', items: [{ count: sum }] };
}

/** Whether two texts differ merely in case and in spaces. */
const isSpellingOf = (one: string, other: string) => {
	const [a, b] = [one, other].map((text) =>
		text.normalize('NFC').trim().split(/\s+/).join(' ').toUpperCase().toLowerCase(),
	);
	return a === b;
};

function withValues(
	items: IDataObject[],
	isCut: boolean,
	{ fields, includeValues }: Asked,
	zero: IDataObject,
	isAboutOthers = false,
): Outcome {
	const missing = includeValues.filter((value) => !items.some((item) => item.value === value));
	const values = items.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
	if (missing.some((one) => values.some((value) => isSpellingOf(one, value)))) {
		return { is: 'field', fields: ['Include Values'] };
	}
	if (missing.length > 0 && isAboutOthers) {
		return { is: 'form', parts: ['the field to group by in data.attributes.groups'] };
	}
	if (missing.length > 0 && isCut) return { is: 'field', fields: ['Max Groups'] };
	const distinct = missing.filter(
		(value, i) => !missing.slice(0, i).some((before) => isSpellingOf(before, value)),
	);
	const added = distinct.map((value) => ({ groupBy: fields[0], value, ...zero }));
	return { is: 'items', items: [...items, ...added] };
}
