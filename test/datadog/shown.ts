import type { SeenRequest } from './server';

/** What cases were asked for. */
const SHOWN = [
	...['query_filter', 'group_bys', 'limit', 'groups'],
	...['filter', 'page[size]', 'page[number]', 'sort[field]', 'sort[asc]'],
];
const HOLDERS = ['data', 'attributes', 'group_by'];

/**
 * What is told of a request over HTTP, where anybody on this machine can ask: of all else in its headers, parameters and
 * body, the names alone. A key or a token may stand in any.
 */
export function shown({ headers, query, body, ...rest }: SeenRequest): object {
	return { ...rest, query: onlyShown(query), headers: Object.keys(headers), body: onlyShown(body) };
}

function onlyShown(value: unknown): unknown {
	if (value === undefined) return undefined;
	if (typeof value !== 'object' || value === null) return 'not shown';
	const entries = Object.entries(value).map(([name, part]): [string, unknown] => {
		if (SHOWN.includes(name)) return [name, part];
		return [name, HOLDERS.includes(name) ? onlyShown(part) : 'not shown'];
	});
	return Object.fromEntries(entries);
}
