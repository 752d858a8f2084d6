// Reads the pages of a search. No case is returned twice, and none is lost because others are opened in the meantime.
import { toUserFacingError, UserFacingError } from '../errors/userFacingError';
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
	/** By id, in the order of the pages. */
	cases: Map<string, FoundCase>;
	/** How many cases match, by the last page; 0 where Datadog doesn't say. */
	total: number;
	/** Whether a page told of fewer cases than the first. */
	hasShrunk: boolean;
}

interface Page {
	found: FoundCase[];
	/** How many cases match; `unknown` where Datadog doesn't say. */
	total: number | 'unknown';
}

/** Pages that are requested at once, when the first has told how many there are. */
const MAX_PARALLEL_PAGES = 25;

/** @param reading 1 for the first; a later one shares no response with it. */
async function readPages(
	search: CaseSearch,
	limit: number,
	reading: number,
	send: SendRequest,
): Promise<ReadPages> {
	const size = Math.min(limit, MAX_PAGE_SIZE);
	let casesRead = 0;
	const readPage = async (number: number): Promise<Page> => {
		const { body } = await send(searchRequest(search, size, number), reading);
		const total = memberOf(body.meta, 'total_cases');
		const page: Page = { found: casesOn(body), total: isCount(total) ? total : 'unknown' };
		casesRead += page.found.length;
		return page;
	};

	const first = await readPage(1);
	const read: ReadPages = {
		cases: new Map(first.found.map((one) => [one.id, one])),
		total: first.total === 'unknown' ? 0 : first.total,
		hasShrunk: false,
	};
	if (read.cases.size === 0 && read.total > 0) throw noCasesError(read.total);

	const firstTotal = read.total;
	// Datadog's total says which page is the last. Without one, it is the first that isn't full.
	const isComplete = ({ found, total }: Page) =>
		total === 'unknown' ? found.length < size : read.cases.size >= total;
	let isLast = isComplete(first);
	for (let next = 2; !isLast && read.cases.size < limit;) {
		const pagesLeft = Math.ceil(Math.min(limit, read.total) / size) - next + 1;
		const numbers = Array.from(
			{ length: Math.max(1, Math.min(pagesLeft, MAX_PARALLEL_PAGES)) },
			(_, i) => next + i,
		);
		const pages = await Promise.all(numbers.map(readPage)).catch(
			async (error) => await Promise.reject(withCasesRead(error, casesRead)),
		);
		const before = read.cases.size;
		for (const { found, total } of pages) {
			for (const one of found) read.cases.set(one.id, one);
			if (total === 'unknown') continue;
			read.hasShrunk ||= total < firstTotal;
			read.total = total;
		}
		// Pages that bring nothing new would be followed by others without end.
		isLast = isComplete(pages[pages.length - 1]) || read.cases.size === before;
		next += pages.length;
	}
	return read;
}

/** @returns the error for a first page without a case, though Datadog's total is above 0. */
const noCasesError = (total: number) =>
	new UserFacingError(
		'Datadog returned no cases, although cases match',
		`Datadog's total for the same query is ${total}. Try again later.`,
		{ httpCode: '200' },
		{ cause: 'temporarily-unavailable' },
		true,
	);

/** @returns the error of a page, with the number of cases on the pages that were read before it failed. */
function withCasesRead(thrown: unknown, casesRead: number): UserFacingError {
	const error = toUserFacingError(thrown, "The response couldn't be read");
	return error.withDescription(`${error.description} Cases read before the error: ${casesRead}.`);
}
