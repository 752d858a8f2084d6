import { type Account, OTHER_PROJECT_KEY } from './accounts';
import { type Case, generateCases, PROJECTS } from './cases';
import { compileQuery, searchable, type SearchableCase } from './query';

/** What can be set on a case; closing one is the status CLOSED. */
export interface CaseChanges {
	title?: string;
	status?: 'OPEN' | 'IN_PROGRESS' | 'CLOSED';
	priority?: 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'NOT_DEFINED';
	/** A project's key. */
	project?: string;
	service?: string;
}

const GENERATED = generateCases().filter(({ attributes }) => !attributes.archived_at);
const SEARCHABLE = GENERATED.map(searchable);
const isOthers = compileQuery(`project:${OTHER_PROJECT_KEY}`);

/** The cases that are not archived, of which those of one project belong to the other account. */
export class Caseload {
	private cases = GENERATED;

	private searched = SEARCHABLE;

	/** The account's cases that match the query. */
	matching(account: Account, query: string): SearchableCase[] {
		const matches = compileQuery(query);
		return this.searched.filter((one) => (account === 'default' || isOthers(one)) && matches(one));
	}

	/** Opens that many cases, alike but for their keys; without changes they are open and have no priority. */
	open(count: number, changes: CaseChanges): void {
		const { length } = this.cases;
		const opened = Array.from({ length: count }, (_, i) =>
			newCase(`NEW-${length + i + 1}`, changes),
		);
		this.cases = [...this.cases, ...opened];
		this.searched = [...this.searched, ...opened.map(searchable)];
	}

	/** Changes all cases that match the query. Returns how many these are. */
	change(query: string, changes: CaseChanges): number {
		const matches = compileQuery(query);
		const found = this.searched.map(matches);
		this.cases = this.cases.map((one, i) => (found[i] ? changedCase(one, changes) : one));
		this.searched = this.searched.map((one, i) => (found[i] ? searchable(this.cases[i]) : one));
		return found.filter(Boolean).length;
	}

	/** The generated cases, as at the start. */
	reset(): void {
		this.cases = GENERATED;
		this.searched = SEARCHABLE;
	}
}

function newCase(key: string, changes: CaseChanges): Case {
	const [model] = GENERATED;
	const attributes = { ...model.attributes, key, attributes: {}, custom_attributes: {} };
	const blank: Case = {
		...model,
		attributes,
		relationships: { project: model.relationships.project },
	};
	return changedCase(blank, {
		title: 'A new case',
		status: 'OPEN',
		priority: 'NOT_DEFINED',
		...changes,
	});
}

function changedCase(one: Case, { project, service, ...changes }: CaseChanges): Case {
	const { attributes, relationships } = one;
	const found = PROJECTS.find(({ key }) => key === project);
	return {
		...one,
		attributes: {
			...attributes,
			...changes,
			attributes: { ...attributes.attributes, ...(service && { service: [service] }) },
		},
		relationships: {
			...relationships,
			...(found && { project: { data: { id: found.id, type: 'project' } } }),
		},
	};
}
