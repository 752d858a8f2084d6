// One case of a search, as Datadog sends it and as an item.
import type { IDataObject } from 'n8n-workflow';

import type { ResponseBody } from '../transport/outcome';
import { arrayAt, memberOf, optionalTextAt, textAt } from './responseData';

export interface FoundCase {
	id: string;
	/** What cases are sorted by; empty where Datadog has none. */
	createdAt: string;
	priority: string;
	status: string;
	simplified: IDataObject;
	raw: IDataObject;
}

/** @throws UserFacingError for a page without the documented form. */
export function casesOn(page: ResponseBody): FoundCase[] {
	const names = namesOfUsers(page.included);
	return arrayAt({ data: page.data }, 'data', 'response').map((raw, i) => {
		const path = `data[${i}]`;
		const attributes = memberOf(raw, 'attributes');
		const text = (name: string) => optionalTextAt(attributes, name, `${path}.attributes`);
		const assignee = memberOf(memberOf(memberOf(raw, 'relationships'), 'assignee'), 'data');
		const assigneeId = optionalTextAt(assignee, 'id', `${path}.relationships.assignee.data`);
		const [id, createdAt, priority, status] = [
			textAt(raw, 'id', path),
			text('created_at'),
			text('priority'),
			text('status'),
		];
		const simplified = withoutEmpty({
			id,
			key: text('key'),
			title: text('title'),
			status,
			statusName: text('status_name'),
			priority,
			type: text('type'),
			assignee: assigneeId && (names.get(assigneeId) ?? assigneeId),
			createdAt,
			modifiedAt: text('modified_at'),
			closedAt: text('closed_at'),
		});
		return { id, createdAt, priority, status, simplified, raw: raw as IDataObject };
	});
}

/** By id: the name, or the e-mail address where that is blank. A user with neither is left out. */
function namesOfUsers(included: unknown): Map<string, string> {
	const names = new Map<string, string>();
	for (const user of Array.isArray(included) ? (included as unknown[]) : []) {
		const attributes = memberOf(user, 'attributes');
		const [name, email] = [memberOf(attributes, 'name'), memberOf(attributes, 'email')];
		const shown = [name, email].find((text) => typeof text === 'string' && text.trim() !== '');
		if (shown !== undefined) names.set(String(memberOf(user, 'id')), String(shown));
	}
	return names;
}

const withoutEmpty = (texts: Record<string, string>): IDataObject =>
	Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
