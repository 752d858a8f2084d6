import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { DatadogRequest, DatadogResponse, SendOptions } from '../transport/client';
import type { GetParameter } from './parameters';

/** Everything about one entry of the Operation list, in one file each. */
export interface Operation {
	option: INodePropertyOptions;
	fields: INodeProperties[];
	/** Reads what an item sets. @throws UserFacingError naming the first field that cannot be used. */
	prepare(getParameter: GetParameter): PreparedItem;
}

/** An item whose parameters are read and checked, and for which nothing was sent yet. */
export interface PreparedItem {
	sendOptions: SendOptions;
	/** @throws UserFacingError for a failed request, and for a response without the documented form. */
	requestResult(send: SendRequest): Promise<OperationResult>;
}

/** @param reading 1, or more for a request that must not get the response of an equal one before. */
export type SendRequest = (request: DatadogRequest, reading?: number) => Promise<DatadogResponse>;

export interface OperationResult {
	/** One for each group value, or for each case. */
	items: IDataObject[];
	/** Whether there may be more groups than Max Groups let through. */
	isCut: boolean;
	/** Whether no case was counted or found. */
	isEmpty: boolean;
	/** What to do about that. */
	emptyAdvice: string;
	/** Whether the response has nothing of one of the fields to group by. */
	missesField: boolean;
	/** The fields to group by that no case has a value for, though there are cases. */
	fieldsWithoutValues: string[];
	/** Whether cases that stopped matching while pages were read may have hidden others. */
	mayMissCases: boolean;
}

/** A result that needs no hint. */
export const noHints: Omit<OperationResult, 'items'> = {
	isCut: false,
	isEmpty: false,
	emptyAdvice:
		"Check the spelling in 'Query' and 'Group By'. To always get an item for a value, add it to 'Include Values'.",
	missesField: false,
	fieldsWithoutValues: [],
	mayMissCases: false,
};
