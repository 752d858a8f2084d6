// The order of Get Many Cases.
import type { FoundCase } from './foundCase';

/** What Datadog sorts by. */
export const SORT_FIELDS = ['created_at', 'priority', 'status'] as const;

export const DIRECTIONS = ['asc', 'desc'] as const;

export interface CaseOrder {
	field: (typeof SORT_FIELDS)[number];
	direction: (typeof DIRECTIONS)[number];
}

/** The smallest first. Datadog doesn't document its own order. */
const PRIORITIES = ['P1', 'P2', 'P3', 'P4', 'P5', 'NOT_DEFINED'];
const STATUSES = ['OPEN', 'IN_PROGRESS', 'CLOSED'];

/** @returns the cases in that order; those that are alike with the newest first. */
export function inOrder(cases: FoundCase[], { field, direction }: CaseOrder): FoundCase[] {
	const sign = direction === 'asc' ? 1 : -1;
	const newestFirst = [...cases].sort((one, other) => compareTimes(other, one));
	switch (field) {
		case 'created_at':
			return direction === 'desc' ? newestFirst : newestFirst.reverse();
		case 'priority':
			return newestFirst.sort(
				(one, other) => sign * (rank(PRIORITIES, one.priority) - rank(PRIORITIES, other.priority)),
			);
		case 'status':
			return newestFirst.sort(
				(one, other) => sign * (rank(STATUSES, one.status) - rank(STATUSES, other.status)),
			);
	}
}

/** Values that Datadog has added since come last. */
const rank = (values: string[], value: string) =>
	values.includes(value) ? values.indexOf(value) : values.length;

const compareTimes = (one: FoundCase, other: FoundCase) => {
	const [first, second] = [sortableTime(one.createdAt), sortableTime(other.createdAt)];
	if (first === second) return 0;
	return first < second ? -1 : 1;
};

/** Datadog's times have up to nine decimals, without trailing zeros, so that they don't sort as text. */
const sortableTime = (time: string) =>
	time.replace(/(?:\.(\d+))?Z$/, (_, decimals: string = '') => `.${decimals.padEnd(9, '0')}Z`);
