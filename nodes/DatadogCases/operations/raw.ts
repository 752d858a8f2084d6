import { deepCopy } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import type { Parameters } from '../parameters';
import type { Operation, Result } from './operation';

/** What comes out with Simplify off: Datadog's data as it came, of any form; the rest is told where it can be read. */
export function rawResultFrom(
	operation: Operation,
	data: IDataObject,
	parameters: Parameters,
): Result {
	const items = [deepCopy(data)];
	try {
		return { ...operation.resultFrom(data, { ...parameters, includeValues: [] }), items };
	} catch {
		return { items, isCut: false, isEmpty: false, isPartial: false };
	}
}
