import type { Faker } from '@faker-js/faker';
import type { Case, SearchedCase } from './cases';
import { type User, USERS } from './users';

/** That inactive users are no authors is an assumption. */
const AUTHORS = USERS.filter(({ attributes }) => attributes.active);

/** Adds what queries cannot find, and gives the times as many digits as Datadog does. */
export function withDetails(searched: SearchedCase, faker: Faker): Case {
	const { modified_at: modified, closed_at: closed, ...attributes } = searched.attributes;
	const { archived_at: archived } = attributes;
	const chance = (probability: number) => faker.datatype.boolean({ probability });
	const finer = (time: string, nanoseconds: number) =>
		timestamp(Date.parse(time) * 1000 + faker.number.int({ max: 999 }), nanoseconds);
	const nanoseconds = () => faker.number.int({ max: 999 });
	const author = faker.helpers.arrayElement(AUTHORS);
	const issueId = faker.string.uuid();
	const ticket = faker.number.int({ min: 1, max: 999 });
	return {
		...searched,
		attributes: {
			...attributes,
			created_at: finer(attributes.created_at, 0),
			...(archived && { archived_at: finer(archived, nanoseconds()) }),
			...(closed && chance(0.95) && { closed_at: finer(closed, nanoseconds()) }),
			...((attributes.status !== 'OPEN' || chance(0.7)) && {
				modified_at: finer(modified, nanoseconds()),
			}),
			created_by_author: authorFrom(author),
			insights: attributes.creation_source === 'ERROR_TRACKING' ? [insight(issueId)] : [],
			merge_status: 'NOT_MERGED',
			...(chance(0.1) && { jira_issue: jiraIssue(ticket) }),
			...(chance(0.1) && { service_now_ticket: serviceNowTicket(ticket) }),
		},
		relationships: {
			...searched.relationships,
			created_by: { data: { id: author.id, type: 'user' } },
		},
	};
}

/** Writes a time as recorded from Datadog: up to nine decimals, without trailing zeros. */
export function timestamp(microsecond: number, nanoseconds: number): string {
	const [second] = new Date(microsecond / 1000).toISOString().split('.');
	const digits = String((microsecond % 1_000_000) * 1000 + nanoseconds).padStart(9, '0');
	return `${second}.${digits}`.replace(/\.?0*$/, '') + 'Z';
}

/** Reads such a time, to the microsecond. */
export function microsecondOf(time: string): number {
	const [second, digits = ''] = time.slice(0, -1).split('.');
	return Date.parse(`${second}Z`) * 1000 + Number(digits.padEnd(9, '0').slice(0, 6));
}

function authorFrom({ id, attributes }: User): Case['attributes']['created_by_author'] {
	return { type: 'USER', content: { ID: id, ...attributes } };
}

function insight(issueId: string) {
	const ref = `/error-tracking?issueId=${issueId}`;
	return { type: 'ERROR_TRACKING', ref, resource_id: issueId };
}

/** Datadog's schema has it; none was recorded. */
function jiraIssue(number: number): Case['attributes']['jira_issue'] {
	const key = `OPS-${number}`;
	const url = `https://example.atlassian.net/browse/${key}`;
	return {
		result: {
			issue_id: String(10_000 + number),
			issue_key: key,
			issue_url: url,
			project_key: 'OPS',
		},
		status: 'COMPLETED',
	};
}

/** Datadog's schema has it; none was recorded. */
function serviceNowTicket(number: number): Case['attributes']['service_now_ticket'] {
	const link = `https://example.service-now.com/incident.do?sys_id=${number}`;
	return { result: { sys_target_link: link }, status: 'COMPLETED' };
}
