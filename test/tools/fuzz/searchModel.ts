/** What has to come of a search, told from the documents and from the first page. Other pages are left open. */
import type { IDataObject } from 'n8n-workflow';

import { memberOf, type Outcome, type Request, TOO_DEEP, truth, whole } from './model';
import type { Parameters } from './parameters';

export interface Search {
	/** Infinity for all. */
	limit: number;
	sort: string;
	direction: string;
}

/** Of an operation that does not search. */
export const NO_SEARCH: Search = { limit: 1, sort: 'created_at', direction: 'desc' };

/** @param take notes the field whose value is undefined, and gives the other value */
export function searchFrom(
	given: Parameters,
	take: <T>(field: string, value: T | undefined, otherwise: T) => T,
): Search {
	const named = (value: unknown, names: string[]) => names.find((name) => name === value);
	const { sort, direction } = given.options;
	const isAll = take('Return All', truth(given.returnAll), true);
	return {
		limit: isAll ? Infinity : take('Limit', whole(given.limit, 1), 1),
		sort: take('Sort', named(sort, ['created_at', 'priority', 'status']), ''),
		direction: take('Direction', named(direction, ['asc', 'desc']), ''),
	};
}

/** For the first page; a page's number is judged apart. */
export function searchRequest(query: string, { limit, sort, direction }: Search): Request {
	const isAll = limit === Infinity;
	const sent: Array<[string, string]> = [
		['page[size]', String(sizeFor(limit))],
		['page[number]', '1'],
		['sort[field]', isAll ? 'created_at' : sort],
		['sort[asc]', String(isAll || direction === 'asc')],
	];
	if (query !== '') sent.unshift(['filter', query]);
	return { method: 'GET', path: '/api/v2/cases', query: sent };
}

const sizeFor = (limit: number) => (limit > 100 ? 100 : limit);

/** The members of a simplified item, with what Datadog calls them. */
const TEXTS: Array<[ours: string, theirs: string]> = [
	['key', 'key'],
	['title', 'title'],
	['status', 'status'],
	['statusName', 'status_name'],
	['priority', 'priority'],
	['type', 'type'],
	['createdAt', 'created_at'],
	['modifiedAt', 'modified_at'],
	['closedAt', 'closed_at'],
];

interface Found {
	raw: unknown;
	item: Record<string, string>;
}

export function searched(
	page: object,
	search: Search,
	simplify: boolean,
	isDeep: (data: unknown) => boolean,
): Outcome {
	const wrong: string[] = [];
	const data = memberOf(page, 'data') as unknown[];
	const users = memberOf(page, 'included');
	const byId = new Map<string, Found>();
	for (const [i, raw] of data.entries()) {
		const attributes = memberOf(raw, 'attributes');
		const textOf = (holder: unknown, name: string, path: string): string => {
			const value = memberOf(holder, name);
			if (value === undefined || value === null) return '';
			if (typeof value !== 'string') wrong.push(`${path}.${name}`);
			return String(typeof value === 'string' ? value : '');
		};
		const id = memberOf(raw, 'id');
		if (typeof id !== 'string') wrong.push(`data[${i}].id`);
		const item: Record<string, string> = {};
		const put = (name: string, text: string) => void (text !== '' && (item[name] = text));
		put('id', String(id));
		for (const [ours, theirs] of TEXTS)
			put(ours, textOf(attributes, theirs, `data[${i}].attributes`));
		const assigned = memberOf(memberOf(memberOf(raw, 'relationships'), 'assignee'), 'data');
		const uuid = textOf(assigned, 'id', `data[${i}].relationships.assignee.data`);
		put('assignee', nameOf(Array.isArray(users) ? users : [], uuid));
		byId.set(String(id), { raw, item });
	}
	if (wrong.length > 0) return { is: 'form', parts: wrong };

	const isAll = search.limit === Infinity;
	const total = memberOf(memberOf(page, 'meta'), 'total_cases');
	const isTotal = typeof total === 'number' && total >= 0 && Number.isFinite(total);
	// The total says whether there are more pages. Without one, a page that is not full is the last.
	const isFull = data.length >= sizeFor(search.limit) && byId.size < search.limit;
	const needsMore = isTotal ? byId.size < Math.min(search.limit, total) : isFull;
	if (needsMore) return { is: byId.size === 0 ? 'noCases' : 'open' };

	const cases = [...byId.values()].slice(0, search.limit);
	const isTimed = cases.every(({ item: { createdAt = '' } }) => isTime(createdAt));
	if (isAll && cases.length > 1 && !isTimed) return { is: 'open' };
	const ordered = isAll && isTimed ? inOrder(cases, search) : cases;
	if (simplify) return { is: 'items', items: ordered.map(({ item }) => item) };
	if (cases.some(({ raw }) => isDeep(raw))) return { is: 'form', parts: [TOO_DEEP] };
	return { is: 'items', items: ordered.map(({ raw }) => raw as IDataObject) };
}

/** The last user of that id with a name or an e-mail address that is not blank. */
function nameOf(users: unknown[], uuid: string): string {
	let shown = uuid;
	for (const user of users) {
		if (String(memberOf(user, 'id')) !== uuid) continue;
		const texts = ['name', 'email'].map((name) => memberOf(memberOf(user, 'attributes'), name));
		const [first] = texts.filter((text) => typeof text === 'string' && text.trim() !== '');
		if (first !== undefined && uuid !== '') shown = first as string;
	}
	return shown;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

const isTime = (text: string) => TIME.test(text) && !Number.isNaN(Date.parse(text));

/** In nanoseconds. */
function instantOf(time: string): bigint {
	const [seconds, decimals = ''] = time.slice(0, -1).split('.');
	return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(decimals.padEnd(9, '0'));
}

const RANKS: Record<string, string> = {
	priority: 'P1 P2 P3 P4 P5 NOT_DEFINED',
	status: 'OPEN IN_PROGRESS CLOSED',
};

/** Those that are alike stand newest first, unless the oldest come first; of one instant as they came. */
function inOrder(cases: Found[], { sort, direction }: Search): Found[] {
	const byAge = cases
		.map((one, at) => ({ one, at, instant: instantOf(one.item.createdAt) }))
		.sort((a, b) => (a.instant === b.instant ? a.at - b.at : a.instant < b.instant ? 1 : -1))
		.map(({ one }) => one);
	if (sort === 'created_at') return direction === 'asc' ? byAge.reverse() : byAge;
	const known = RANKS[sort].split(' ');
	const groups: Found[][] = [...known, ''].map(() => []);
	for (const one of byAge) {
		const at = known.indexOf(one.item[sort] ?? '');
		groups[at < 0 ? known.length : at].push(one);
	}
	return (direction === 'asc' ? groups : groups.reverse()).flat();
}
