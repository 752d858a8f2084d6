/** How the soak reads a search, and what it accepts of it. */
import { readSearch, replyTo, type Searched, wrongCases } from './search';

const search = (filter: string, more: object = {}) => ({
	url: '/api/v2/cases',
	qs: { filter, 'page[size]': 3, ...more },
});

it.each([
	['status:open', undefined],
	['(status:open)', undefined],
	['(status:open) AND priority:P1', 'P1'],
	['status:open priority:Value-1', 'Value-1'],
	['(status:open) AND priority:"a \\"b\\" c"', 'a "b" c'],
])('reads %s', (filter, value) => {
	expect(readSearch(search(filter), 'status:open', 'priority')).toEqual({ filter, value, size: 3 });
});

it.each([
	'',
	'priority:P1',
	'status:open OR priority:P1',
	'status:open AND team:P1',
	'status:open priority:P1 x',
])('finds that %s is no search for a value', (filter) => {
	expect(readSearch(search(filter), 'status:open', 'priority')).toBe(`filter ${filter}`);
});

it('finds a search for another page', () => {
	expect(readSearch(search('status:open', { 'page[number]': 2 }), 'status:open', 'priority')).toBe(
		'page 2, sorted by created_at, ascending false',
	);
});

const NEWEST = [
	{ key: 'SOAK-7', title: 'Case 7', status: 'OPEN', priority: 'P1', assignee: 'bob@example.com' },
	{ key: 'SOAK-6', title: 'Case 6', status: 'OPEN', priority: 'P1', assignee: 'Ann' },
	{ key: 'SOAK-5', title: 'Case 5', status: 'OPEN', priority: 'P1' },
];

function searched(changes: Partial<Searched>): Searched {
	const one = { filter: 'status:open', value: undefined, size: 3, found: [] };
	replyTo(one, 'found', 7);
	return {
		attachCases: 3,
		kind: 'found',
		isHurried: false,
		searches: [one],
		warnings: 0,
		cutWarnings: 0,
		delayMs: 0,
		...changes,
	};
}

it('accepts the newest cases, and none when the search failed and the log says so', () => {
	expect(wrongCases([{ cases: NEWEST }], searched({}))).toBe(undefined);
	expect(wrongCases([{}], searched({ kind: 503, warnings: 1 }))).toBe(undefined);
	expect(wrongCases([{}], searched({ kind: 'hangs', warnings: 1, delayMs: 5_000 }))).toBe(
		undefined,
	);
});

it.each<[string, object, Partial<Searched>, string]>([
	['an alert that waited', {}, { kind: 'hangs', delayMs: 5_001 }, 'the alert came 5001 ms late'],
	['a failure that the log lacks', {}, { kind: 403 }, '0 warnings'],
	['two warnings', {}, { kind: 403, warnings: 2 }, '2 warnings'],
	['a warning for nothing', { cases: NEWEST }, { warnings: 1 }, '1 warnings'],
	['a search that nobody wanted', {}, { attachCases: 0 }, 'searched for status:open without need'],
	['another size', { cases: NEWEST }, { attachCases: 2 }, 'a search for 3 cases'],
])('finds %s', (_, item, changes, wrong) => {
	expect(wrongCases([{ ...item }], searched(changes))).toBe(wrong);
});

it('finds cases that are missing or in another order', () => {
	expect(wrongCases([{}], searched({}))).toMatch(/^undefined: cases \[.*, got undefined$/);
	expect(wrongCases([{ cases: [...NEWEST].reverse() }], searched({}))).toMatch(/^undefined: cases/);
});

it('finds a search that was tried again', () => {
	const { searches } = searched({});
	const twice = [...searches, ...searches];

	expect(wrongCases([{}], searched({ kind: 503, warnings: 1, searches: twice }))).toBe(
		'searched twice: status:open, status:open',
	);
});
