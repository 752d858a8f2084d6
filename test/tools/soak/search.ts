/** Datadog's search behind Attach Cases, and what an item may carry of it. */
import { isDeepStrictEqual } from 'node:util';
import type { IDataObject } from 'n8n-workflow';
import type { Request } from './datadog';

export const SEARCHES = [
	'found',
	'found',
	'slow',
	'tooSlow',
	'hangs',
	'notJson',
	'halfJson',
	'noData',
	'oddData',
	403,
	429,
	503,
	'ECONNRESET',
] as const;

/** How a poll's searches are answered; a number is a status. */
export type SearchAnswer = (typeof SEARCHES)[number];

/** How much later an alert may come because of its cases. */
export const LONGEST_SEARCH_MS = 5_000;

const SLOW_MS = 4_000;
const TOO_SLOW_MS = 6_000;

/** A search that was sent, and the cases that it found. */
export interface Search {
	filter: string;
	/** The text that it asks for of the field, or none when it asks for the query alone. */
	value: string | undefined;
	size: number;
	found: IDataObject[];
}

export interface SearchReply {
	/** Milliseconds, or never. */
	after: number | 'never';
	answer: Error | { statusCode: number; headers: object; body: unknown };
}

export const isSearch = ({ url }: Request) => /\/cases\/?(\?.*)?$/.test(url);

/** @returns what the search asks for, or what is wrong with it. */
export function readSearch(
	request: Request,
	query: string,
	field: string,
): Omit<Search, 'found'> | string {
	const { searchParams } = new URL(request.url, 'http://localhost');
	const parameters = new Map<string, unknown>([
		...searchParams,
		...Object.entries(request.qs ?? {}),
	]);
	const filter = String(parameters.get('filter'));
	const value = valueIn(filter, query, field);
	if (value === 'unreadable') return `filter ${filter}`;
	const size = Number(parameters.get('page[size]') ?? 10);
	const page = Number(parameters.get('page[number]') ?? 1);
	const sort = String(parameters.get('sort[field]') ?? 'created_at');
	const isUpward = String(parameters.get('sort[asc]') ?? 'false') === 'true';
	if (page !== 1 || sort !== 'created_at' || isUpward)
		return `page ${page}, sorted by ${sort}, ascending ${isUpward}`;
	return { filter, size, value: value.text };
}

/** The value that a query names beside the one that was set. */
export function valueIn(
	filter: string,
	query: string,
	field: string,
): { text: string | undefined } | 'unreadable' {
	if (filter === query || filter === `(${query})`) return { text: undefined };
	const beginning = [`(${query})`, query].find((one) => filter.startsWith(`${one} `));
	if (!beginning) return 'unreadable';
	const rest = filter.slice(beginning.length + 1).replace(/^AND /, '');
	if (!rest.startsWith(`${field}:`)) return 'unreadable';
	const text = rest.slice(field.length + 1);
	if (/^[\w.-]+$/.test(text)) return { text };
	const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(text);
	return quoted ? { text: quoted[1].replace(/\\(.)/g, '$1') } : 'unreadable';
}

/** Answers a search, and notes there what it found. */
export function replyTo(search: Search, kind: SearchAnswer, count: number): SearchReply {
	const ok = (body: unknown) => ({ statusCode: 200, headers: {}, body });
	const failed = (statusCode: number, headers: object = {}) => ({
		after: 0,
		answer: { statusCode, headers, body: { errors: ['Refused'] } },
	});
	const numbers = Array.from({ length: Math.min(count, search.size) }, (_, i) => count - i);
	const body = {
		data: numbers.map((number) => caseWith(number)),
		included: [
			{ id: 'user-1', type: 'user', attributes: { name: 'Ann', email: 'ann@example.com' } },
			{ id: 'user-2', type: 'user', attributes: { name: '', email: 'bob@example.com' } },
			{ id: 'user-3', type: 'user', attributes: { name: '', email: '', handle: '' } },
		],
		meta: { total_cases: count, page: { current: 1, size: numbers.length, total: 1 } },
	};
	search.found = numbers.map((number) => attachedCase(number));
	switch (kind) {
		case 'found':
			return { after: 0, answer: ok(body) };
		case 'slow':
			return { after: SLOW_MS, answer: ok(body) };
		case 'tooSlow':
			return { after: TOO_SLOW_MS, answer: ok(body) };
		case 'hangs':
			return { after: 'never', answer: ok(body) };
		case 'notJson':
			return { after: 0, answer: ok('<html>Bad gateway</html>') };
		case 'halfJson':
			return { after: 0, answer: ok('{"data":[{"id":"1","attr') };
		case 'noData':
			return { after: 0, answer: ok({ data: null }) };
		case 'oddData':
			return { after: 0, answer: ok({ data: [null, {}, { attributes: null }, 7] }) };
		case 429:
			return failed(429, { 'retry-after': '60' });
		case 'ECONNRESET':
			return { after: 0, answer: Object.assign(new Error(kind), { code: kind }) };
		default:
			return failed(kind);
	}
}

/** Some cases lack a priority, some an assignee, and some assignees a name. */
function caseWith(number: number) {
	const assignee = number % 5;
	return {
		id: `case-${number}`,
		type: 'case',
		attributes: {
			key: `SOAK-${number}`,
			title: `Case ${number}`,
			status: 'OPEN',
			created_at: '2026-01-01T00:00:00.000000Z',
			...(number % 4 === 0 ? {} : { priority: 'P1' }),
		},
		relationships: {
			...(assignee === 0 ? {} : { assignee: { data: { id: `user-${assignee}`, type: 'user' } } }),
			project: { data: { id: 'project-1', type: 'project' } },
		},
	};
}

/** The same in an item. User 4 is not included. */
function attachedCase(number: number): IDataObject {
	const assignee = [undefined, 'Ann', 'bob@example.com', 'user-3', 'user-4'][number % 5];
	return {
		key: `SOAK-${number}`,
		title: `Case ${number}`,
		status: 'OPEN',
		...(number % 4 === 0 ? {} : { priority: 'P1' }),
		...(assignee === undefined ? {} : { assignee }),
	};
}

/** What the cases of a poll are judged by. */
export interface Searched {
	attachCases: number;
	kind: SearchAnswer;
	/** The poll may have had no time left to search. */
	isHurried: boolean;
	searches: Search[];
	/** How many warnings went to n8n's log, and how many of them a cut answer accounts for. */
	warnings: number;
	cutWarnings: number;
	/** How much later the poll ended than it was answered. */
	delayMs: number;
}

/** @returns what is wrong with the cases of a poll, and with how they were searched. */
export function wrongCases(items: IDataObject[], poll: Searched): string | undefined {
	const { attachCases, searches, delayMs } = poll;
	if (delayMs > LONGEST_SEARCH_MS) return `the alert came ${delayMs} ms late`;
	const filters = searches.map(({ filter }) => filter);
	if (attachCases === 0 || items.length === 0) {
		if (filters.length > 0) return `searched for ${filters.join(', ')} without need`;
	}
	if (new Set(filters).size < filters.length) return `searched twice: ${filters.join(', ')}`;
	const otherSize = searches.find(({ size }) => size !== attachCases);
	if (otherSize) return `a search for ${otherSize.size} cases`;
	for (const item of items) {
		const wrong = wrongCasesOf(item, poll, items.length);
		if (wrong) return `${String(item.value)}: ${wrong}`;
	}
	return wrongWarnings(items, poll);
}

function wrongCasesOf(
	{ cases, value }: IDataObject,
	{ attachCases, kind, isHurried, searches }: Searched,
	items: number,
): string | undefined {
	const got = `got ${JSON.stringify(cases)}`;
	if (attachCases === 0) return cases === undefined ? undefined : `no cases, ${got}`;
	if (value === null) return undefined;
	const found = searches.find((one) => one.value === value)?.found;
	const isRight = isDeepStrictEqual(cases, found);
	if (cases === undefined && isHurried) return undefined;
	if (kind === 'found')
		return found && isRight ? undefined : `cases ${JSON.stringify(found)}, ${got}`;
	// Nobody says what comes of it, but it is a list.
	if (kind === 'oddData') return !cases || Array.isArray(cases) ? undefined : got;
	if (cases === undefined) return kind === 'slow' && items === 1 ? 'no cases' : undefined;
	return kind === 'slow' && isRight ? undefined : `no cases, ${got}`;
}

function wrongWarnings(items: IDataObject[], poll: Searched): string | undefined {
	const { attachCases, kind, warnings, cutWarnings } = poll;
	const own = warnings - cutWarnings;
	const isOpen = kind === 'oddData' || items.some(({ value }) => value === null);
	const lacks = attachCases > 0 && items.some(({ cases }) => cases === undefined);
	const allowed = attachCases > 0 && isOpen ? [0, 1] : [lacks ? 1 : 0];
	return allowed.includes(own) ? undefined : `${own} warnings`;
}
