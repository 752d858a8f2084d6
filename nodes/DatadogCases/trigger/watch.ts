import type { IDataObject, INodeProperties } from 'n8n-workflow';

import {
	customGroupByField,
	groupByField,
	limitField,
	optionsField,
	queryField,
} from '../descriptions/fields';
import { errorForInvalidResponse } from '../errors/errors';
import { UserFacingError } from '../errors/userFacingError';
import { withIncludedValues } from '../actions/includeValues';
import type { OperationResult } from '../actions/operation';
import { listFrom, readSharedParameters } from '../actions/parameters';
import type { GetParameter, OperationParameters } from '../actions/parameters';
import type { EventDetails, Rule, ValueCount } from './state';

const UNWANTED_OPTIONS = ['includeValues', 'maxConcurrency'];

/** The fields of the trigger that say what is watched. */
export const watchFields: INodeProperties[] = [
	queryField,
	{
		...groupByField,
		description: 'The field to group by. Each of its values is watched separately.',
		hint: 'Leave empty to watch the total',
	},
	{
		...customGroupByField,
		description: "A field that isn't listed in 'Group By', such as a custom attribute",
	},
	{
		displayName: 'Only Values',
		name: 'onlyValues',
		type: 'string',
		default: '',
		placeholder: 'e.g. P1, P2',
		description: 'Values to watch, separated by commas. Leave empty to watch all values.',
	},
	{ ...limitField, default: 1000, description: 'Maximum number of values to watch' },
	{
		...optionsField,
		options: (optionsField.options as INodeProperties[]).filter(
			({ name }) => !UNWANTED_OPTIONS.includes(name),
		),
	},
];

/** What a trigger watches, read and checked. */
export interface WatchParameters extends OperationParameters {
	/** The values of the field to watch; none for all. */
	onlyValues: string[];
}

/** @throws UserFacingError naming the first field that cannot be used. */
export function readWatchParameters(getParameter: GetParameter): WatchParameters {
	const shared = readSharedParameters(getParameter);
	const onlyValues = listFrom('Only Values', getParameter('onlyValues'));
	if (shared.fields.length > 1) {
		throw new UserFacingError(
			"'Group By' takes at most one field",
			`'Group By' and 'Custom Group By' contain ${shared.fields.length} fields. To watch another field, add another trigger.`,
			{ field: 'Group By' },
		);
	}
	if (onlyValues.length > 0 && shared.fields.length === 0) {
		throw new UserFacingError(
			"'Only Values' needs a field to group by",
			"Choose a field in 'Group By' or 'Custom Group By', or clear 'Only Values'.",
			{ field: 'Only Values' },
		);
	}
	return { ...shared, simplify: true, includeValues: [], onlyValues };
}

/**
 * @returns the counts of what is watched, and whether the response may have left out values.
 * @throws UserFacingError for a response that does not tell the count of each of Only Values.
 */
export function watchedCountsFrom(
	result: OperationResult,
	{ fields, onlyValues, limit }: WatchParameters,
): { counts: ValueCount[]; isCut: boolean } {
	if (result.missesField)
		throw errorForInvalidResponse('the field to group by in data.attributes.groups');
	const asked = { fields, includeValues: onlyValues, limit };
	const { items } = withIncludedValues(result, asked, { count: 0 }, 'Only Values');
	const byValue = new Map<ValueCount['value'], number>();
	const ofField = items.filter(({ groupBy }) => groupBy === fields[0]);
	for (const { value, count } of ofField as unknown as ValueCount[]) {
		if ((byValue.get(value) ?? count) !== count) {
			throw errorForInvalidResponse('data.attributes.groups (different counts for one value)');
		}
		byValue.set(value, count);
	}
	const counts = [...byValue].map(([value, count]) => ({ value, count }));

	return onlyValues.length === 0
		? { counts, isCut: result.isCut }
		: {
				counts: counts.filter(
					({ value }) => typeof value === 'string' && onlyValues.includes(value),
				),
				isCut: false,
			};
}

/** @returns the item of what triggered. Keys that do not apply are left out. */
export function triggerItemFor(
	{ value, count, event, previousCount, threshold, since }: ValueCount & EventDetails,
	{ fields, query }: WatchParameters,
): IDataObject {
	return {
		event,
		...(value !== undefined && { groupBy: fields[0], value }),
		count,
		...(previousCount !== undefined && { previousCount, change: count - previousCount }),
		...(threshold !== undefined && { threshold }),
		query,
		...(since !== undefined && { since }),
	};
}

/** @returns what an item looks like, with a present count, for Fetch Test Event. */
export function sampleItemFor(
	valueCount: ValueCount,
	event: unknown,
	{ threshold }: Rule,
	parameters: WatchParameters,
	now: string,
): IDataObject {
	const triggered: EventDetails = {
		event: event as EventDetails['event'],
		previousCount: valueCount.count,
		threshold,
		since: threshold === undefined ? undefined : now,
	};
	return { ...triggerItemFor({ ...valueCount, ...triggered }, parameters), sample: true };
}
