import { base, en, Faker } from '@faker-js/faker';
import { withDetails } from './caseDetails';
import { type UserAttributes, USERS } from './users';

/** A case as search returns it. All members were recorded, except the two tickets, which are in Datadog's schema only. */
export interface Case {
	id: string;
	type: 'case';
	attributes: Details & {
		/** Datadog's reserved attributes: a key is absent when the case has no value for it. */
		attributes: { service?: string[]; env?: string[]; team?: string[] };
		archived_at?: string;
		/** Absent if the case was never closed. One recorded case was CLOSED without it. */
		closed_at?: string;
		comment_count: number;
		created_at: string;
		creation_source: string;
		custom_attributes: Record<string, CustomAttribute>;
		description: string;
		internal_id: string;
		key: string;
		priority: string;
		public_id: string;
		status: string;
		status_group: string;
		status_name: string;
		title: string;
		type: string;
		type_id: string;
	};
	relationships: {
		/** Absent if nobody is assigned. */
		assignee?: UserRelationship;
		created_by: UserRelationship;
		project: { data: { id: string; type: 'project' } };
	};
}

/** A case without its details. */
export interface SearchedCase extends Pick<Case, 'id' | 'type'> {
	attributes: Omit<Case['attributes'], keyof Details> & { modified_at: string };
	relationships: Omit<Case['relationships'], 'created_by'>;
}

interface Details {
	created_by_author: { type: 'USER'; content: { ID: string } & UserAttributes };
	insights: Array<{ type: string; ref: string; resource_id: string }>;
	jira_issue?: {
		result: { issue_id: string; issue_key: string; issue_url: string; project_key: string };
		status: 'COMPLETED';
	};
	merge_status: 'NOT_MERGED';
	service_now_ticket?: { result: { sys_target_link: string }; status: 'COMPLETED' };
	/** Absent if the case was never modified. */
	modified_at?: string;
}

interface UserRelationship {
	data: { id: string; type: 'user' };
}

interface CustomAttribute {
	type: 'TEXT' | 'SELECT';
	is_multi: boolean;
	value: string | string[];
}

/** The projects the cases belong to. */
export const PROJECTS = [
	{ id: '5f1c2f0e-8f6b-4d0a-9a3e-0c5b7d1e0a01', key: 'SEC', name: 'Security' },
	{ id: '5f1c2f0e-8f6b-4d0a-9a3e-0c5b7d1e0a02', key: 'PAY', name: 'Payments' },
	{ id: '5f1c2f0e-8f6b-4d0a-9a3e-0c5b7d1e0a03', key: 'WEB', name: 'Web Store' },
	{ id: '5f1c2f0e-8f6b-4d0a-9a3e-0c5b7d1e0a04', key: 'PLAT', name: 'Platform' },
	{ id: '5f1c2f0e-8f6b-4d0a-9a3e-0c5b7d1e0a05', key: 'DATA', name: 'Data' },
];

const SERVICES = [
	...['auth-api', 'billing', 'case-api', 'cdn-edge', 'checkout', 'ingest', 'kube-scheduler'],
	...['ledger', 'mailer', 'mobile-gateway', 'reports', 'search', 'web-api', 'web-store'],
];
const TEAMS = ['payments', 'platform', 'site reliability', 'security', 'données'];
const ENVIRONMENTS = ['prod', 'staging', 'test'];
const REGIONS = ['apac', 'emea', 'us-east', 'us-west', 'Paris, FR'];
const SYMPTOMS = [
	'High latency',
	'Error rate above threshold',
	'Crash of kubernetes pods',
	'Disk almost full',
	'Certificate expires soon',
	'Burst of failed logins',
	'Deployment "blue green" stuck',
	'Paiement refusé à Zürich 💳',
];

/** `BUG` is the type an organisation made itself; the spelling of such types is an assumption. */
const TYPES = [
	{ name: 'STANDARD', id: '00000000-0000-0000-0000-000000000001' },
	{ name: 'EVENT_MANAGEMENT', id: '00000000-0000-0000-0000-000000000002' },
	{ name: 'SECURITY', id: '00000000-0000-0000-0000-000000000003' },
	{ name: 'CHANGE_REQUEST', id: '00000000-0000-0000-0000-000000000004' },
	{ name: 'ERROR_TRACKING_ISSUE', id: '00000000-0000-0000-0000-000000000005' },
	{ name: 'BUG', id: '7d0c9a52-1b7e-4c39-9d25-6f1f0e2a3b4c' },
];

/** The statuses, with the names that a case, or a change request, can have in each. */
export const STATUSES = [
	{ status: 'OPEN', group: 'SG_OPEN', names: ['Open'], changeNames: ['Open', 'Pending Approval'] },
	{
		status: 'IN_PROGRESS',
		group: 'SG_IN_PROGRESS',
		names: ['In Progress'],
		changeNames: ['Approved', 'Implementing'],
	},
	{
		status: 'CLOSED',
		group: 'SG_CLOSED',
		names: ['Closed'],
		changeNames: ['Completed', 'Cancelled', 'Declined'],
	},
];

/** The same seed always gives the same cases. */
export function generateCases(seed = 20260819, amount = 1200): Case[] {
	const faker = new Faker({ locale: [en, base], seed });
	// Drawing details from `faker` would change all cases.
	const detailsFaker = new Faker({ locale: [en, base], seed: seed + 1 });
	const pick = <T>(values: readonly T[]) => faker.helpers.arrayElement(values);
	const some = (values: readonly string[], max: number) =>
		faker.helpers.arrayElements(values, { min: 1, max });
	const weighted = <T>(choices: Array<[number, T]>) =>
		faker.helpers.weightedArrayElement(choices.map(([weight, value]) => ({ weight, value })));
	const chance = (probability: number) => faker.datatype.boolean({ probability });
	const lastNumber = new Map<string, number>();

	return Array.from({ length: amount }, (_, index): Case => {
		const id = faker.string.uuid();
		const project = pick(PROJECTS);
		const number = (lastNumber.get(project.key) ?? 0) + 1;
		lastNumber.set(project.key, number);
		const type = pick(TYPES);
		const status = weighted([
			[5, STATUSES[0]],
			[3, STATUSES[1]],
			[4, STATUSES[2]],
		]);
		const service = chance(0.85) ? some(SERVICES, 2) : undefined;
		const created = faker.date.between({ from: '2026-01-01', to: '2026-09-01' }).toISOString();
		const later = () => faker.date.between({ from: created, to: '2026-10-01' }).toISOString();

		const searched: SearchedCase = {
			id,
			type: 'case',
			attributes: {
				attributes: {
					...(service && { service }),
					...(chance(0.9) && { env: [pick(ENVIRONMENTS)] }),
					...(chance(0.8) && { team: some(TEAMS, 2) }),
				},
				...(chance(0.08) && { archived_at: later() }),
				...(status.status === 'CLOSED' && { closed_at: later() }),
				comment_count: faker.number.int({ max: 20 }),
				created_at: created,
				creation_source: weighted([
					[4, 'MANUAL'],
					[3, 'EVENT_MANAGEMENT'],
					[1, 'EVENT'],
					[2, 'ERROR_TRACKING'],
					[1, 'CS_SECURITY_FINDING'],
				]),
				custom_attributes: {
					...(chance(0.5) && {
						region: { type: 'TEXT' as const, is_multi: true, value: some(REGIONS, 2) },
					}),
					...(chance(0.4) && {
						customer_tier: {
							type: 'SELECT' as const,
							is_multi: false,
							value: pick(['Gold', 'Silver', 'Bronze']),
						},
					}),
				},
				description: chance(0.8) ? faker.hacker.phrase() : '',
				internal_id: id,
				key: `${project.key}-${number}`,
				modified_at: later(),
				priority: weighted([
					[1, 'P1'],
					[2, 'P2'],
					[4, 'P3'],
					[3, 'P4'],
					[2, 'P5'],
					[2, 'NOT_DEFINED'],
				]),
				public_id: String(index + 1),
				status: status.status,
				status_group: status.group,
				status_name: pick(type.name === 'CHANGE_REQUEST' ? status.changeNames : status.names),
				title: `${pick(SYMPTOMS)} in ${service?.[0] ?? 'an unknown service'}`,
				type: type.name,
				type_id: type.id,
			},
			relationships: {
				...(chance(0.7) && { assignee: { data: { id: pick(USERS).id, type: 'user' as const } } }),
				project: { data: { id: project.id, type: 'project' } },
			},
		};
		return withDetails(searched, detailsFaker);
	});
}
