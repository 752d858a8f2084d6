import type { IDataObject } from 'n8n-workflow';

import { errorForInvalidResponse } from '../errors/errors';
import type { Operation, OperationResult } from './operation';
import type { OperationParameters } from './parameters';

/**
 * What comes out with Simplify off: Datadog's data as it came, of any form; the rest is told where it can be read.
 * @throws UserFacingError for data that n8n could not store.
 */
export function rawResultFrom(
	operation: Operation,
	data: IDataObject,
	parameters: OperationParameters,
): OperationResult {
	const items = [copyOf(data)];
	try {
		return { ...operation.resultFrom(data, { ...parameters, includeValues: [] }), items };
	} catch {
		return { items, isCut: false, isEmpty: false, missesField: false, fieldsWithoutValues: [] };
	}
}

/** How deep data may be nested: Datadog's has six levels, and n8n can't store what has a few thousand. */
const MAX_DEPTH = 100;

/** Not with n8n's own function, which loses a member named `__proto__`. */
function copyOf(data: IDataObject): IDataObject {
	if (isDeeperThan(data, MAX_DEPTH)) {
		throw errorForInvalidResponse(`data (nested more than ${MAX_DEPTH} levels deep)`);
	}
	return structuredClone(data);
}

function isDeeperThan(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
