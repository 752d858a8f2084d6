import type { IDataObject } from 'n8n-workflow';

import { refusalForAnswer } from '../errors';
import type { Parameters } from '../parameters';
import type { Operation, Result } from './operation';

/**
 * What comes out with Simplify off: Datadog's data as it came, of any form; the rest is told where it can be read.
 * @throws Refusal for data that cannot be copied.
 */
export function rawResultFrom(
	operation: Operation,
	data: IDataObject,
	parameters: Parameters,
): Result {
	const items = [copyOf(data)];
	try {
		return { ...operation.resultFrom(data, { ...parameters, includeValues: [] }), items };
	} catch {
		return { items, isCut: false, isEmpty: false, isPartial: false, fieldsWithoutValues: [] };
	}
}

/** Not with n8n's own function, which loses a member named `__proto__`. */
function copyOf(data: IDataObject): IDataObject {
	try {
		return structuredClone(data);
	} catch {
		// The stack is too small for it, here as anywhere in n8n.
		throw refusalForAnswer('data that is not nested so deeply');
	}
}
