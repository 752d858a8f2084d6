import { microsecondOf, timestamp } from './caseDetails';
import { generateCases, PROJECTS } from './cases';

const cases = generateCases();

test('the same seed gives the same cases, another seed gives others', () => {
	expect(generateCases()).toEqual(cases);
	expect(generateCases(1)).not.toEqual(cases);
});

test('there are 1,200 cases, each with an id, a number and a key of its own', () => {
	expect(cases).toHaveLength(1200);
	for (const property of ['internal_id', 'public_id', 'key'] as const) {
		expect(new Set(cases.map(({ attributes }) => attributes[property])).size).toBe(1200);
	}
});

test('the key of a case starts with the key of its project', () => {
	for (const { attributes, relationships } of cases) {
		const project = PROJECTS.find(({ id }) => id === relationships.project.data.id);
		expect(attributes.key).toMatch(new RegExp(`^${project?.key}-[1-9]\\d*$`));
	}
});

test('some cases are archived, unassigned, without a service, in two services', () => {
	const amount = (test: (one: (typeof cases)[number]) => boolean) => cases.filter(test).length;
	expect(amount(({ attributes }) => attributes.archived_at !== undefined)).toBeGreaterThan(50);
	expect(amount(({ relationships }) => !relationships.assignee)).toBeGreaterThan(50);
	expect(amount(({ attributes }) => !attributes.attributes.service)).toBeGreaterThan(50);
	expect(amount(({ attributes }) => attributes.attributes.service?.length === 2)).toBeGreaterThan(
		50,
	);
});

test('some closed cases have no time of it, some open ones were never modified', () => {
	const closed = cases.filter(({ attributes }) => attributes.status === 'CLOSED');
	const others = cases.filter(({ attributes }) => attributes.status !== 'CLOSED');
	expect(closed.filter(({ attributes }) => attributes.closed_at)).toHaveLength(384);
	expect(closed.filter(({ attributes }) => !attributes.closed_at)).toHaveLength(23);
	expect(others.filter(({ attributes }) => attributes.closed_at)).toEqual([]);
	const unmodified = cases.filter(({ attributes }) => !attributes.modified_at);
	expect(new Set(unmodified.map(({ attributes }) => attributes.status))).toEqual(new Set(['OPEN']));
	expect(unmodified).toHaveLength(156);
});

test('a case is opened in microseconds, and modified and closed in nanoseconds', () => {
	const digits = (times: Array<string | undefined>) =>
		Math.max(...times.map((time) => time?.split('.')[1]?.replace('Z', '').length ?? 0));
	expect(digits(cases.map(({ attributes }) => attributes.created_at))).toBe(6);
	expect(digits(cases.map(({ attributes }) => attributes.modified_at))).toBe(9);
	expect(digits(cases.map(({ attributes }) => attributes.closed_at))).toBe(9);
});

test.each([
	[1_777_157_848_486_715, 0, '2026-04-25T22:57:28.486715Z'],
	[1_777_157_848_486_700, 0, '2026-04-25T22:57:28.4867Z'],
	[1_777_157_848_486_700, 5, '2026-04-25T22:57:28.486700005Z'],
	[1_777_157_840_000_000, 0, '2026-04-25T22:57:20Z'],
])('microsecond %d and %d nanoseconds are written %s', (microsecond, nanoseconds, text) => {
	expect(timestamp(microsecond, nanoseconds)).toBe(text);
	expect(microsecondOf(text)).toBe(microsecond);
});
