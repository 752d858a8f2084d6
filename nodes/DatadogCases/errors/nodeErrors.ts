// What n8n is given of a refusal.
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';

import { isAgentTool } from './agentTool';
import type { Refusal } from './refusal';

/** @returns what is thrown for an item, of n8n's two kinds: for an answer of Datadog, or for anything before it. A poll has no items. */
export function nodeErrorFrom(refusal: Refusal, node: INode, itemIndex?: number): Error {
	const { description, about, failure } = refusal;
	const message = messageFor(refusal, itemIndex);
	const { httpCode } = about;
	const error = httpCode
		? new NodeApiError(node, {}, { message, description, httpCode, itemIndex, failure })
		: new NodeOperationError(node, message, { description, itemIndex, failure });
	if (isAgentTool(node)) error.message = `${message}. ${description}`;
	return error;
}

/** @returns what comes out for an item when the workflow continues. */
export function outputOfRefused(refusal: Refusal, node: INode, item: number): INodeExecutionData {
	const output = { json: errorItemFrom(refusal, item), pairedItem: { item } };
	// n8n 1.x looks for it to choose the output; were it enumerable, n8n would drop the details for it.
	if (node.onError === 'continueErrorOutput') {
		const value = nodeErrorFrom(refusal, node, item);
		Object.defineProperty(output, 'error', { value, writable: true });
	}
	return output;
}

/** @returns what an item holds instead of its groups when the workflow continues. */
export function errorItemFrom(refusal: Refusal, itemIndex: number): IDataObject {
	const { description, about } = refusal;
	return { error: messageFor(refusal, itemIndex), details: { ...about, description } };
}

const messageFor = ({ message, about }: Refusal, itemIndex?: number) =>
	about.field && itemIndex !== undefined ? `${message} [item ${itemIndex}]` : message;
