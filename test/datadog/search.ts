import { type Variants, write } from './answers';
import type { Case } from './cases';
import { USERS } from './users';

/** The parameters of a search, as they arrive. */
export interface SearchQuery {
	filter?: string;
	'page[size]'?: string;
	'page[number]'?: string;
	'sort[field]'?: (typeof SORT_FIELDS)[number];
	'sort[asc]'?: 'true' | 'false';
}

/** The fields Datadog sorts by. */
export const SORT_FIELDS = ['created_at', 'priority', 'status'] as const;

const DEFAULT_PAGE_SIZE = 10;

/** Lowest first. That this is the order of Datadog's schema is an assumption. */
const VALUES = {
	priority: ['NOT_DEFINED', 'P1', 'P2', 'P3', 'P4', 'P5'],
	status: ['OPEN', 'IN_PROGRESS', 'CLOSED'],
};

/** The requested page. That the first is the default is an assumption. */
export function pageNumber(query: SearchQuery): number {
	return Number(query['page[number]'] ?? 1);
}

/**
 * Search's JSON: one page of cases, and the users they refer to. As recorded, `page.size` is the number of cases on the
 * page, and `page.total` the number of pages. That a page after the last is empty is an assumption.
 * @param cases all matching cases, oldest first
 */
export function searchAnswer(cases: Case[], query: SearchQuery, variants: Variants): string {
	const { huge } = variants;
	const extra = variants.extraKeys && { undocumented: { nested: [true, null] } };
	const current = pageNumber(query);
	const size = huge ?? Number(query['page[size]'] ?? DEFAULT_PAGE_SIZE);
	const total = huge ?? cases.length;
	const onPage = <T>(all: T[]) => all.slice((current - 1) * size, current * size);
	const page = huge === undefined ? onPage(inOrder(cases, query, variants)) : [];
	const data = page.map(({ attributes, relationships, ...one }) => ({
		...one,
		attributes: { ...attributes, ...extra },
		relationships: {
			...(variants.nullAssignee && { assignee: { data: null } }),
			...relationships,
			...extra,
		},
		...extra,
	}));
	const answered = huge === undefined ? data : onPage(bareCases(huge));
	const meta = {
		total_cases: total,
		page: { current, size: answered.length, total: Math.ceil(total / size), ...extra },
		...extra,
	};
	const included = usersOf(page).map(({ attributes, ...user }) => ({
		...user,
		type: 'user',
		attributes: { ...attributes, ...extra },
		...extra,
	}));
	const answer = {
		data: variants.nullCases ? null : answered,
		...(!variants.noMeta && { meta }),
		...(!variants.noIncluded && { included }),
		...extra,
	};
	return write(answer, variants);
}

/**
 * As recorded, the newest case comes first by default. Assumptions: `sort[asc]` alone sorts by time, and cases with equal
 * values are sorted newest first.
 */
function inOrder(cases: Case[], query: SearchQuery, { looseOrder }: Variants): Case[] {
	const field = query['sort[field]'] ?? 'created_at';
	const isAscending = query['sort[asc]'] === 'true';
	const newestFirst = [...cases].reverse();
	if (field === 'created_at') return isAscending ? cases : newestFirst;
	if (looseOrder) newestFirst.push(...newestFirst.splice(0, pageNumber(query)));
	const rank = ({ attributes }: Case) => VALUES[field].indexOf(attributes[field]);
	return newestFirst.sort((a, b) => (isAscending ? rank(a) - rank(b) : rank(b) - rank(a)));
}

/** The users that the page refers to, each once. Their order is undocumented. */
function usersOf(page: Case[]) {
	const ids = page.flatMap(({ relationships: { assignee, created_by: author } }) => [
		assignee?.data.id,
		author.data.id,
	]);
	return USERS.filter(({ id }) => ids.includes(id));
}

/** Cases with a title and only what the schema requires. */
function bareCases(amount: number) {
	return Array.from({ length: amount }, (_, index) => ({
		id: `b16ca5e5-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
		type: 'case',
		attributes: { title: `Case ${index + 1}` },
	}));
}
