// Turns errors into n8n's own errors and items.
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';

import { isAgentTool } from './agentTool';
import type { UserFacingError } from './userFacingError';

/** @returns what is thrown for an item, of n8n's two kinds: for a response of Datadog, or for anything before it. A poll has no items. */
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

/** @returns what comes out for an item when the workflow continues. */
export function outputOfFailedItem(
	error: UserFacingError,
	node: INode,
	item: number,
): INodeExecutionData {
	const output = { json: errorJsonFrom(error, item), pairedItem: { item } };
	// n8n 1.x looks for it to choose the output; were it enumerable, n8n would drop the details for it.
	if (node.onError === 'continueErrorOutput') {
		const value = toNodeError(error, node, item);
		Object.defineProperty(output, 'error', { value, writable: true });
	}
	return output;
}

/** @returns what an item holds instead of its groups when the workflow continues. */
export function errorJsonFrom(error: UserFacingError, itemIndex: number): IDataObject {
	const { description, details } = error;
	return { error: messageFor(error, itemIndex), details: { ...details, description } };
}

const messageFor = ({ message, details }: UserFacingError, itemIndex?: number) =>
	details.field && itemIndex !== undefined ? `${message} [item ${itemIndex}]` : message;
