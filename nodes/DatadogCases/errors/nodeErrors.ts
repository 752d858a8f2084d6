// Turns a UserFacingError into n8n's errors and items.
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';

import type { UserFacingError } from './userFacingError';

/** Whether an AI agent uses the node. n8n then adds "Tool" to its type, and the agent sees neither hints nor descriptions. */
export const isAgentTool = (node: INode): boolean => node.type.endsWith('Tool');

/**
 * @param itemIndex left out in a poll, which has no items
 * @returns a NodeApiError if Datadog responded, a NodeOperationError otherwise.
 */
export function toNodeError(cause: UserFacingError, node: INode, itemIndex?: number): Error {
	const { description, details, failure } = cause;
	const message = messageFor(cause, itemIndex);
	const { httpCode } = details;
	const error = httpCode
		? new NodeApiError(node, {}, { message, description, httpCode, itemIndex, failure })
		: new NodeOperationError(node, message, { description, itemIndex, failure });
	if (isAgentTool(node)) error.message = `${message}. ${description}`;
	return error;
}

/** @returns the output item of a failed item when the workflow continues on errors. */
export function outputOfFailedItem(
	error: UserFacingError,
	node: INode,
	item: number,
): INodeExecutionData {
	const output = { json: errorJsonFrom(error, item), pairedItem: { item } };
	// n8n 1.x chooses the error output by this property. It isn't enumerable, because n8n would then drop the details.
	if (node.onError === 'continueErrorOutput') {
		const value = toNodeError(error, node, item);
		Object.defineProperty(output, 'error', { value, writable: true });
	}
	return output;
}

/** @returns the JSON of that output item. */
export function errorJsonFrom(error: UserFacingError, itemIndex: number): IDataObject {
	const { description, details } = error;
	return { error: messageFor(error, itemIndex), details: { ...details, description } };
}

const messageFor = ({ message, details }: UserFacingError, itemIndex?: number) =>
	details.field && itemIndex !== undefined ? `${message} [item ${itemIndex}]` : message;
