// Reads the pages of a search. No case is read twice, and none is lost because others are opened or closed meanwhile.
import { UserFacingError } from '../errors/userFacingError';
import type { DatadogRequest } from '../transport/client';
import { inOrder } from './caseOrder';
import type { CaseOrder } from './caseOrder';
import { casesOn } from './foundCase';
import type { FoundCase } from './foundCase';
import type { SendRequest } from './operation';
import { isCount, memberOf } from './responseData';

export interface CaseSearch {
	/** In the syntax of Datadog's search bar; empty for every case. */
	query: string;
	order: CaseOrder;
}

export interface FoundCases {
	cases: FoundCase[];
	/** Whether cases that stopped matching meanwhile may have hidden others. */
	mayMissCases: boolean;
}

/** The largest page that Datadog documents. */
const MAX_PAGE_SIZE = 100;

/** @returns the request for one page of a search. Datadog counts pages from 1. */
export function searchRequest(
	{ query, order }: CaseSearch,
	size: number,
	page: number,
): DatadogRequest {
	return {
		data: 'list',
		method: 'GET',
		url: '/api/v2/cases',
		qs: {
			...(query !== '' && { filter: query }),
			'page[size]': size,
			'page[number]': page,
			'sort[field]': order.field,
			'sort[asc]': order.direction === 'asc',
		},
	};
}

/**
 * Reads every case, the oldest first, whatever the order of the items: a case that is opened meanwhile then stands behind
 * all others and moves none to another page. One that stops matching does move those behind it, and one of them
 * over the end of a page that was read before. So, when Datadog's total says that this has happened, all is read again.
 * @throws UserFacingError
 */
export async function readAllCases(search: CaseSearch, send: SendRequest): Promise<FoundCases> {
	const oldestFirst: CaseSearch = {
		query: search.query,
		order: { field: 'created_at', direction: 'asc' },
	};
	const first = await readPages(oldestFirst, Infinity, 1, send);
	if (!first.hasShrunk && first.cases.size >= first.total) {
		return { cases: inOrder([...first.cases.values()], search.order), mayMissCases: false };
	}
	const second = await readPages(oldestFirst, Infinity, 2, send);
	const cases = new Map([...first.cases, ...second.cases]);
	return {
		cases: inOrder([...cases.values()], search.order),
		mayMissCases: cases.size < second.total,
	};
}

/**
 * Reads cases in Datadog's order until there are enough.
 * @throws UserFacingError
 */
export async function readCases(
	search: CaseSearch,
	limit: number,
	send: SendRequest,
): Promise<FoundCases> {
	const first = await readPages(search, limit, 1, send);
	const read = first.hasShrunk ? await readPages(search, limit, 2, send) : first;
	const mayMissCases = read.hasShrunk || read.cases.size < Math.min(limit, read.total);
	return { cases: [...read.cases.values()].slice(0, limit), mayMissCases };
}

interface ReadPages {
	/** By id, in the order in which they were read. */
	cases: Map<string, FoundCase>;
	/** How many cases match, by the last page; 0 where Datadog doesn't say. */
	total: number;
	/** Whether a page told of fewer cases than the one before. */
	hasShrunk: boolean;
}

/** @param reading 1 for the first; a later one shares no response with it. */
async function readPages(
	search: CaseSearch,
	limit: number,
	reading: number,
	send: SendRequest,
): Promise<ReadPages> {
	const size = Math.min(limit, MAX_PAGE_SIZE);
	const read: ReadPages = { cases: new Map(), total: 0, hasShrunk: false };
	for (let page = 1; read.cases.size < limit; page++) {
		const before = read.cases.size;
		const { body } = await send(searchRequest(search, size, page), reading).catch(
			async (error) => await Promise.reject(withCasesRead(error, before)),
		);
		const found = casesOn(body);
		for (const one of found) read.cases.set(one.id, one);
		const total = memberOf(body.meta, 'total_cases');
		if (isCount(total)) {
			read.hasShrunk ||= total < read.total;
			read.total = total;
		}
		// A page that repeats what was read would be followed by others without end.
		if (found.length < size || read.cases.size === before) break;
	}
	return read;
}

const withCasesRead = (error: unknown, casesRead: number): unknown =>
	casesRead === 0 || !(error instanceof UserFacingError)
		? error
		: new UserFacingError(
				error.message,
				`${error.description} ${casesRead} cases were read before.`,
				error.details,
				error.failure,
				error.isTemporary,
			);
