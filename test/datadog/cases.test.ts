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
