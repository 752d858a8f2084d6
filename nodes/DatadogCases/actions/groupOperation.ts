// What Count and Aggregate have in common: one request, and one item for each group.
import type { IDataObject } from 'n8n-workflow';

import type { DatadogRequest } from '../transport/client';
import { noHints } from './operation';
import type { Operation, OperationResult, PreparedItem } from './operation';
import { readGroupParameters } from './parameters';
import type { GetParameter, GroupParameters } from './parameters';
import { copyOf } from './rawOutput';

export interface GroupOperation extends Operation {
	/** @throws UserFacingError for parameters that this endpoint does not take. */
	requestFor(parameters: GroupParameters): DatadogRequest;
	/**
	 * @param site that the response came from: one of Datadog's, or `custom`
	 * @throws UserFacingError for a response without the documented form.
	 */
	resultFrom(data: IDataObject, parameters: GroupParameters, site: string): OperationResult;
}

/** @throws UserFacingError naming the first field that cannot be used. */
export function prepareGroups(operation: GroupOperation, getParameter: GetParameter): PreparedItem {
	const parameters = readGroupParameters(getParameter);
	const request = operation.requestFor(parameters);
	return {
		sendOptions: parameters,
		async requestResult(send) {
			const { body, account } = await send(request);
			return parameters.simplify
				? operation.resultFrom(body.data, parameters, account.site)
				: rawResultFrom(operation, body.data, parameters);
		},
	};
}

/**
 * What comes out with Simplify off: Datadog's data as it came, of any form; the rest is told where it can be read.
 * @throws UserFacingError for data that n8n could not store.
 */
function rawResultFrom(
	operation: GroupOperation,
	data: IDataObject,
	parameters: GroupParameters,
): OperationResult {
	const items = [copyOf(data)];
	try {
		return { ...operation.resultFrom(data, { ...parameters, includeValues: [] }, 'custom'), items };
	} catch {
		return { ...noHints, items };
	}
}
