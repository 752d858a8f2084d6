// Datadog's data as it came, for Simplify off.
import type { IDataObject } from 'n8n-workflow';

import { errorForInvalidResponse } from '../errors/errors';

/** How deep data may be nested: Datadog's has six levels, and n8n can't store what has a few thousand. */
const MAX_DEPTH = 100;

/**
 * @returns a copy that n8n may change. Not with n8n's own function, which loses a member named `__proto__`.
 * @throws UserFacingError for data that n8n could not store.
 */
export function copyOf(data: IDataObject): IDataObject {
	if (isDeeperThan(data, MAX_DEPTH)) {
		throw errorForInvalidResponse(`data (nested more than ${MAX_DEPTH} levels deep)`);
	}
	return structuredClone(data);
}

function isDeeperThan(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
