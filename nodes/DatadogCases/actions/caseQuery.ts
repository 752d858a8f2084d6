// Queries for the cases behind a count, and the page of Datadog that lists them.
import { webHostOf } from '../transport/account/site';

/**
 * @param query in the syntax of Datadog's search bar; empty for every case
 * @returns a query for the cases that match it and have the value.
 */
export function queryWithValue(query: string, field: string, value: string): string {
	return prefixFor(query) + termFor(field, value);
}

/** The member `url` of an item, where there is one. */
export type CaseListLink = { url: string } | Record<string, never>;

/**
 * Links to Datadog's case list, whose address is documented, unlike that of a single case:
 * https://docs.datadoghq.com/events/correlation/triage_and_notify/
 * @param site one of Datadog's sites, or `custom`, whose pages are not known: its links are empty
 * @returns the link to all cases of the query, and to those with one value of a field. The group of the cases without a
 * value (null) has none: no documented query finds them.
 */
export function caseListLinks(site: string, query: string) {
	const linkTo = (filter: string): CaseListLink => {
		if (site === 'custom') return {};
		const list = `https://${webHostOf(site)}/cases`;
		return { url: filter.trim() === '' ? list : `${list}?query=${encodeURIComponent(filter)}` };
	};
	const prefix = prefixFor(query);
	return {
		ofQuery: linkTo(query),
		ofValue: (field: string, value: string | null): CaseListLink =>
			value === null ? {} : linkTo(prefix + termFor(field, value)),
	};
}

/** What stands before a term that is added to a query. */
function prefixFor(query: string): string {
	if (query.trim() === '') return '';
	return hasTopLevelOr(query) ? `(${query}) ` : `${query} `;
}

const termFor = (field: string, value: string) =>
	`${field}:${isPlainWord(value) ? value : quoted(value)}`;

const OPERATORS = ['AND', 'OR', 'NOT'];

const isPlainWord = (value: string) =>
	/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(value) && !OPERATORS.includes(value);

const quoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;

/** Whether an OR stands outside all quotes and parentheses: a term behind it would belong to its right side alone. */
function hasTopLevelOr(query: string): boolean {
	let depth = 0;
	for (const [token] of query.matchAll(/"(?:[^"\\]|\\.)*"?|[()]|(?:\\.|[^\s"()])+/gsu)) {
		if (token === '(') depth++;
		else if (token === ')') depth--;
		else if (['OR', '||'].includes(token) && depth <= 0) return true;
	}
	return false;
}
