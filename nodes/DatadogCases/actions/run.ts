import { sleep } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { isAgentTool, outputOfFailedItem, toNodeError } from '../errors/nodeErrors';
import { toUserFacingError } from '../errors/userFacingError';
import type { UserFacingError } from '../errors/userFacingError';
import { Client } from '../transport/client';
import { clock } from '../transport/clock';
import { hintsFor } from './hints';
import { operationNamed } from './index';
import type { OperationResult, PreparedItem } from './operation';

interface FailedItem {
	item: number;
	error: UserFacingError;
}

/** One run of the node, for all its items. */
export class Run {
	private readonly client: Client;

	/** In the order in which they failed. */
	private readonly failedItems: FailedItem[] = [];

	/** @param stop ends all waiting and sending */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly stop: AbortController,
	) {
		this.client = new Client(context, clock, stop.signal);
	}

	/** @throws n8n's error for the item that failed first, unless the workflow continues on errors. */
	async output(): Promise<INodeExecutionData[]> {
		const preparedItems = await this.prepareItems();
		// Nothing is sent while a parameter is wrong.
		this.throwFirstError();
		const results = await this.requestResults(preparedItems);
		this.throwFirstError();
		return await outputOf(this.context, results);
	}

	private async prepareItems(): Promise<Array<PreparedItem | FailedItem>> {
		const preparedItems: Array<PreparedItem | FailedItem> = [];
		for (const item of this.context.getInputData().keys()) {
			try {
				preparedItems.push(prepareItem(this.context, item));
			} catch (error) {
				preparedItems.push(this.fail(item, error, "A parameter couldn't be read"));
			}
			await pauseAfter(item);
		}
		return preparedItems;
	}

	private async requestResults(
		preparedItems: Array<PreparedItem | FailedItem>,
	): Promise<Array<OperationResult | FailedItem>> {
		const results: Array<Promise<OperationResult | FailedItem>> = [];
		for (const [item, prepared] of preparedItems.entries()) {
			results.push(this.requestResult(prepared, item));
			await pauseAfter(item);
		}
		return await Promise.all(results);
	}

	/** Never rejects. */
	private async requestResult(
		prepared: PreparedItem | FailedItem,
		item: number,
	): Promise<OperationResult | FailedItem> {
		if ('error' in prepared) return prepared;
		try {
			return await prepared.requestResult(
				async (request, reading) =>
					await this.client.request(request, item, prepared.sendOptions, reading),
			);
		} catch (error) {
			return this.fail(item, error, "The response couldn't be read");
		}
	}

	private fail(item: number, error: unknown, message: string): FailedItem {
		const failedItem = { item, error: toUserFacingError(error, message) };
		this.failedItems.push(failedItem);
		if (!this.context.continueOnFail()) this.stop.abort();
		return failedItem;
	}

	private throwFirstError(): void {
		if (this.failedItems.length === 0 || this.context.continueOnFail()) return;
		const [{ item, error }] = this.failedItems;
		throw toNodeError(error, this.context.getNode(), item);
	}
}

const ITEMS_AT_ONCE = 100;

/** Lets n8n do something else now and then, however many items there are. */
async function pauseAfter(item: number): Promise<void> {
	if (item % ITEMS_AT_ONCE === ITEMS_AT_ONCE - 1) await sleep(0);
}

/** @throws UserFacingError, or whatever the expression of a parameter throws. */
function prepareItem(context: IExecuteFunctions, item: number): PreparedItem {
	const getParameter = (name: string) => context.getNodeParameter(name, item) as unknown;
	return operationNamed(getParameter('operation')).prepare(getParameter);
}

/** @returns the items of all results, each paired with its input item; adds the hints. */
async function outputOf(
	context: IExecuteFunctions,
	results: Array<OperationResult | FailedItem>,
): Promise<INodeExecutionData[]> {
	const node = context.getNode();
	const items: INodeExecutionData[] = [];
	for (const [item, result] of results.entries()) {
		if ('error' in result) items.push(outputOfFailedItem(result.error, node, item));
		else for (const json of result.items) items.push({ json, pairedItem: { item } });
		await pauseAfter(item);
	}
	const hints = hintsFor(results.filter((result): result is OperationResult => 'items' in result));
	// Older versions of n8n have no hints where an agent uses the node.
	context.addExecutionHints?.(...hints);
	if (items.length === 0 && hints.length > 0 && isAgentTool(node)) {
		return [{ json: { hint: hints[0].message }, pairedItem: { item: 0 } }];
	}
	return items;
}
