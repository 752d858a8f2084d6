// A response without any group is trusted only when Datadog's total is 0: the same response has been seen to come by mistake.
import type { IDataObject } from 'n8n-workflow';

import { UserFacingError } from '../errors/userFacingError';
import type { DatadogRequest } from '../transport/client';
import { aggregate } from '../actions/aggregate.operation';
import { arrayAt, countAt, memberOf } from '../actions/responseData';
import type { Memory } from './memory';
import type { WatchParameters } from './watch';

/** @returns whether a response of Count, whose form was checked, has no group and no total above 0. */
export function hasNoGroups({ attributes }: IDataObject): boolean {
	const total = memberOf(attributes, 'total');
	if (typeof total === 'number' && total > 0) return false;
	return arrayAt(attributes, 'groups', 'data.attributes').every(
		(group) => (memberOf(group, 'group_values') as unknown[]).length === 0,
	);
}

/** @returns whether a response without any group needs the total: nothing was counted before, or there was a group. */
export const mustConfirmNoGroups = (memory: Memory | undefined): boolean =>
	memory === undefined || memory.hadGroups || memory.values.some(({ count }) => count > 0);

/** @returns the request for the documented total of what is watched. */
export function totalRequestFor(watch: WatchParameters): DatadogRequest {
	const fields = watch.fields.length > 0 ? watch.fields : ['status'];
	return aggregate.requestFor({ ...watch, fields, maxGroups: 1 });
}

/** @throws UserFacingError when the total isn't 0, or isn't there. */
export function assertTotalIsZero(data: IDataObject): void {
	const total = countAt(data.attributes, 'total', 'data.attributes');
	if (total === 0) return;
	throw new UserFacingError(
		'Datadog returned no groups, although cases match',
		`Datadog's total for the same query is ${total}. The next poll tries again. If this continues, check the field in 'Group By'.`,
		{ httpCode: '200' },
		{ cause: 'temporarily-unavailable' },
		true,
	);
}
