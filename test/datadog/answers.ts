import type { SearchableCase } from './query';

/** Good answers that differ from the documented example where the documentation leaves room. */
export interface Variants {
	/** Count also tells `attributes.total`. */
	total?: boolean;
	/** Numbers are written as `42.0`. */
	floats?: boolean;
	/** Members the documentation does not know, at every level. */
	extraKeys?: boolean;
	/** Aggregate's `value` is `[]`. */
	emptyValue?: boolean;
	/** `groups` is `null`. */
	nullGroups?: boolean;
	/** So many group values instead of the real ones, or so many cases on search's first page. */
	huge?: number;
	/** Search's `data` is `null`. */
	nullCases?: boolean;
	/** Search leaves out `meta`. */
	noMeta?: boolean;
	/** Search leaves out `included`. */
	noIncluded?: boolean;
	/** Search writes `assignee: {data: null}` for cases without an assignee. */
	nullAssignee?: boolean;
	/** Cases that sort alike by priority or status come in a different order on each page. */
	looseOrder?: boolean;
}

type Tally = Array<[value: string, count: number]>;

/** Count's JSON: every field broken down on its own. */
export function countAnswer(
	cases: SearchableCase[],
	fields: string[],
	limit: number,
	variants: Variants,
): string {
	const extra = variants.extraKeys && { undocumented: 'text' };
	const groups = fields.map((field) => ({
		group: field,
		group_values: tally(cases, [field], limit, variants).map(([value, count]) => ({
			count,
			value,
			...extra,
		})),
		...extra,
	}));
	const attributes = { groups, ...(variants.total && { total: cases.length }) };
	return writeData('count', 'count-result-001', attributes, variants);
}

/** Aggregate's JSON: every combination of the fields' values, joined with a comma (an assumption). */
export function aggregateAnswer(
	cases: SearchableCase[],
	fields: string[],
	limit: number,
	variants: Variants,
): string {
	const groups = tally(cases, fields, limit, variants).map(([group, count]) => ({
		group,
		value: variants.emptyValue ? [] : [count],
		...(variants.extraKeys && { undocumented: 'text' }),
	}));
	return writeData('aggregate', 'agg-result-001', { groups, total: cases.length }, variants);
}

/**
 * Largest count first, then by value. A case counts once in each of its values and in none where it has no value
 * (assumptions: the documentation says nothing of order, several values or missing ones).
 */
function tally(
	cases: SearchableCase[],
	fields: string[],
	limit: number,
	{ huge }: Variants,
): Tally {
	if (huge !== undefined) {
		return Array.from({ length: huge }, (_, index) => [`value-${index + 1}`, 1]);
	}
	const counts = new Map<string, number>();
	for (const { values } of cases) {
		let groups = values.get(fields[0]) ?? [];
		for (const field of fields.slice(1)) {
			const next = values.get(field) ?? [];
			const crossed: string[] = [];
			for (const group of groups) {
				for (const value of next) crossed.push(`${group},${value}`);
			}
			groups = crossed;
		}
		for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
	}
	return [...counts]
		.sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
		.slice(0, limit);
}

function writeData(
	type: string,
	id: string,
	attributes: { groups: object[]; total?: number },
	variants: Variants,
): string {
	const extra = variants.extraKeys && { undocumented: { nested: [true, null] } };
	const answer = {
		data: {
			attributes: { ...attributes, ...(variants.nullGroups && { groups: null }), ...extra },
			id,
			type,
			...extra,
		},
		...extra,
	};
	return write(answer, variants);
}

/** The JSON of an answer. */
export function write(answer: object, { floats }: Variants): string {
	if (!floats) return JSON.stringify(answer);
	const marked = JSON.stringify(answer, (_, value: unknown) =>
		typeof value === 'number' ? `${value}.0 as float` : value,
	);
	return marked.replace(/"(\d+\.0) as float"/g, '$1');
}
