import { type Account, OTHER_PROJECT_KEY } from './accounts';
import { microsecondOf, timestamp } from './caseDetails';
import { type Case, generateCases, PROJECTS, STATUSES } from './cases';
import { compileQuery, searchable, type SearchableCase } from './query';

/** What can be set on a case; closing one is the status CLOSED. */
export interface CaseChanges {
	title?: string;
	status?: 'OPEN' | 'IN_PROGRESS' | 'CLOSED';
	priority?: 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'NOT_DEFINED';
	/** A project's key. A case that is moved gets a new key, as in Datadog. */
	project?: string;
	service?: string;
	/** A user's id. */
	assignee?: string;
}

const GENERATED = generateCases();
const NOT_ARCHIVED = GENERATED.filter(({ attributes }) => !attributes.archived_at);
const [MODEL] = NOT_ARCHIVED;
const SEARCHABLE = [...NOT_ARCHIVED]
	.sort((a, b) => microsecondOf(a.attributes.created_at) - microsecondOf(b.attributes.created_at))
	.map(searchable);
const NEWEST = microsecondOf(SEARCHABLE[SEARCHABLE.length - 1].source.attributes.created_at);
const isOthers = compileQuery(`project:${OTHER_PROJECT_KEY}`);

/** The cases that are not archived, of which those of one project belong to the other account. */
export class Caseload {
	/** Oldest first. */
	private cases = SEARCHABLE;

	/** The number in the newest key, counted across all projects. */
	private lastNumber = GENERATED.length;

	/** The time of the newest case or change, in microseconds. */
	private latest = NEWEST;

	/** @param now in milliseconds */
	constructor(private readonly now: () => number) {}

	/** The account's cases that match the query, oldest first. */
	matching(account: Account, query: string): SearchableCase[] {
		const matches = compileQuery(query);
		return this.cases.filter((one) => (account === 'default' || isOthers(one)) && matches(one));
	}

	/**
	 * Opens cases, each newer than all others, that differ only in ids, keys and times. By default they are open, without
	 * a priority or an assignee.
	 */
	open(count: number, changes: CaseChanges): void {
		const opened = Array.from({ length: count }, () => searchable(this.newCase(changes)));
		this.cases = [...this.cases, ...opened];
	}

	/** Changes all cases that match the query. Returns how many these are. */
	change(query: string, changes: CaseChanges): number {
		const matches = compileQuery(query);
		const found = this.cases.map(matches);
		this.cases = this.cases.map((one, i) =>
			found[i] ? searchable(this.changedCase(one.source, changes)) : one,
		);
		return found.filter(Boolean).length;
	}

	/** The generated cases, as at the start. */
	reset(): void {
		this.cases = SEARCHABLE;
		this.lastNumber = GENERATED.length;
		this.latest = NEWEST;
	}

	private newCase(changes: CaseChanges): Case {
		const { creation_source, description, type, type_id } = MODEL.attributes;
		const { created_by_author, insights, merge_status } = MODEL.attributes;
		const { created_by } = MODEL.relationships;
		const project = projectNamed(changes.project) ?? projectOf(MODEL);
		const number = ++this.lastNumber;
		const id = `0dd0ca5e-0000-4000-8000-${String(number).padStart(12, '0')}`;
		const opened = this.nextTime();
		const blank: Case = {
			id,
			type: 'case',
			attributes: {
				attributes: {},
				comment_count: 0,
				created_at: timestamp(opened, 0),
				created_by_author,
				creation_source,
				custom_attributes: {},
				description,
				insights,
				internal_id: id,
				key: `${project.key}-${number}`,
				merge_status,
				priority: 'NOT_DEFINED',
				public_id: String(number),
				status: 'OPEN',
				status_group: 'SG_OPEN',
				status_name: 'Open',
				title: 'A new case',
				type,
				type_id,
			},
			relationships: { created_by, project: { data: { id: project.id, type: 'project' } } },
		};
		return this.edited(blank, changes, opened);
	}

	private changedCase(one: Case, changes: CaseChanges): Case {
		const changed = this.nextTime();
		const { attributes, ...rest } = this.edited(one, changes, changed);
		return { ...rest, attributes: { ...attributes, modified_at: timestamp(changed, 1) } };
	}

	private edited(one: Case, changes: CaseChanges, microsecond: number): Case {
		const { attributes, relationships } = one;
		const { project, service, assignee, status, ...texts } = changes;
		const target = projectNamed(project);
		const moves = target && target !== projectOf(one);
		return {
			...one,
			attributes: {
				...attributes,
				...texts,
				...(status && status !== attributes.status && statusFor(one, status, microsecond)),
				...(moves && { key: `${target.key}-${++this.lastNumber}` }),
				attributes: { ...attributes.attributes, ...(service && { service: [service] }) },
			},
			relationships: {
				...relationships,
				...(assignee && { assignee: { data: { id: assignee, type: 'user' } } }),
				...(moves && { project: { data: { id: target.id, type: 'project' } } }),
			},
		};
	}

	/** The current time, but always later than any other time. */
	private nextTime(): number {
		this.latest = Math.max(Math.floor(this.now() * 1000), this.latest + 1);
		return this.latest;
	}
}

function projectNamed(wanted: string | undefined) {
	return PROJECTS.find(({ key }) => key === wanted);
}

function projectOf({ relationships }: Case) {
	return PROJECTS.find(({ id }) => id === relationships.project.data.id)!;
}

/** Assumptions: the status gets its first name, and a reopened case keeps `closed_at`. */
function statusFor({ attributes }: Case, wanted: string, microsecond: number) {
	const { status, group, names, changeNames } = STATUSES.find((one) => one.status === wanted)!;
	const [name] = attributes.type === 'CHANGE_REQUEST' ? changeNames : names;
	return {
		status,
		status_group: group,
		status_name: name,
		...(status === 'CLOSED' && { closed_at: timestamp(microsecond, 1) }),
	};
}
