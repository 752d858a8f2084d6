import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { DatadogRequest } from '../transport/client';
import type { OperationParameters } from './parameters';

/** Everything about one entry of the Operation list, in one file each. */
export interface Operation {
	option: INodePropertyOptions;
	fields: INodeProperties[];
	/** @throws UserFacingError for parameters that this endpoint does not take. */
	requestFor(parameters: OperationParameters): DatadogRequest;
	/** @throws UserFacingError for a response without the documented form. */
	resultFrom(data: IDataObject, parameters: OperationParameters): OperationResult;
}

export interface OperationResult {
	/** One for each group value. */
	items: IDataObject[];
	/** Whether there may be more groups than Max Groups let through. */
	isCut: boolean;
	/** Whether no case was counted. */
	isEmpty: boolean;
	/** Whether the response has nothing of one of the fields to group by. */
	missesField: boolean;
	/** The fields to group by that no case has a value for, though there are cases. */
	fieldsWithoutValues: string[];
}
