import type { IDataObject, INodeProperties } from 'n8n-workflow';

import {
	customGroupByField,
	groupByField,
	groupByOptions,
	maxGroupsField,
	optionsFieldWith,
	queryField,
	requestOptions,
} from '../descriptions/fields';
import { errorForInvalidResponse } from '../errors/errors';
import { UserFacingError } from '../errors/userFacingError';
import { caseListLinks } from '../actions/caseQuery';
import { withIncludedValues } from '../actions/includeValues';
import type { OperationResult } from '../actions/operation';
import {
	fieldsFrom,
	listFrom,
	parameterError,
	readOptions,
	sendOptionsFrom,
	textFrom,
	wholeNumberFrom,
} from '../actions/parameters';
import type { GetParameter, GroupParameters } from '../actions/parameters';
import type { EventDetails, Rule, TriggerEvent, ValueCount } from './state';

/** The fields of the trigger that say what is watched. */
export const watchFields: INodeProperties[] = [
	queryField,
	{
		...groupByField,
		type: 'options',
		options: [{ name: 'None (Total)', value: '' }, ...groupByOptions],
		default: '',
		description: 'The field to group by. Each of its values is watched separately.',
	},
	{
		displayName: 'Only Values',
		name: 'onlyValues',
		type: 'string',
		default: '',
		placeholder: 'e.g. P1, P2',
		description: 'Values to watch, separated by commas. Leave empty to watch all values.',
	},
];

const MAX_ATTACHED_CASES = 10;

/** @returns the trigger's Options, with those of each event where it is chosen. */
export function watchOptionsField(events: TriggerEvent[]): INodeProperties {
	const ofEvents = events.flatMap(({ option, fields }) =>
		fields.options.map((field) => ({
			...field,
			displayOptions: { show: { '/event': [option.value] } },
		})),
	);
	return optionsFieldWith([
		...ofEvents,
		{
			displayName: 'Attach Cases',
			name: 'attachCases',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: MAX_ATTACHED_CASES },
			default: 0,
			description: 'How many of the newest cases to add to each item, from 0 to 10',
		},
		{
			...customGroupByField,
			placeholder: 'e.g. region',
			description: "A field that isn't listed in 'Group By', such as a custom attribute",
		},
		{ ...maxGroupsField, default: 1000, description: 'Maximum number of values to watch' },
		...requestOptions,
	]);
}

/** What a trigger watches, read and checked. */
export interface WatchParameters extends GroupParameters {
	/** The values of the field to watch; none for all. */
	onlyValues: string[];
	/** How many of the newest cases each item gets. */
	attachCases: number;
}

/** @throws UserFacingError naming the first field that cannot be used. */
export function readWatchParameters(getParameter: GetParameter): WatchParameters {
	const options = {
		customGroupBy: '',
		maxGroups: 1_000,
		attachCases: 0,
		...readOptions(getParameter),
	};
	const fields = fieldsFrom(getParameter('groupBy'), options.customGroupBy);
	const parameters = {
		...sendOptionsFrom(getParameter('authentication'), options),
		query: textFrom('Query', getParameter('query')),
		fields,
		maxGroups: wholeNumberFrom('Max Groups', options.maxGroups, 1),
		simplify: true,
		includeValues: [],
		onlyValues: listFrom('Only Values', getParameter('onlyValues')),
		attachCases: wholeNumberFrom('Attach Cases', options.attachCases, 0),
	};
	if (parameters.attachCases > MAX_ATTACHED_CASES) {
		throw parameterError(
			'Attach Cases',
			`must be a whole number from 0 to ${MAX_ATTACHED_CASES}`,
			options.attachCases,
		);
	}
	if (fields.length > 1) {
		throw new UserFacingError(
			"'Group By' takes at most one field",
			`'Group By' and 'Custom Group By' contain ${fields.length} fields. To watch another field, add another trigger.`,
			{ field: 'Group By' },
		);
	}
	if (parameters.onlyValues.length > 0 && fields.length === 0) {
		throw new UserFacingError(
			"'Only Values' needs a field to group by",
			"Choose a field in 'Group By' or 'Custom Group By', or clear 'Only Values'.",
			{ field: 'Only Values' },
		);
	}
	return parameters;
}

/**
 * @returns the counts of what is watched, and whether the response may have left out values.
 * @throws UserFacingError for a response that does not tell the count of each of Only Values.
 */
export function watchedCountsFrom(
	result: OperationResult,
	{ fields, onlyValues, maxGroups }: WatchParameters,
): { counts: ValueCount[]; isCut: boolean } {
	if (result.missesField)
		throw errorForInvalidResponse('the field to group by in data.attributes.groups');
	const asked = { fields, includeValues: onlyValues, maxGroups };
	const { items } = withIncludedValues(result, asked, () => ({ count: 0 }), 'Only Values');
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

/**
 * @param site that the counts came from: one of Datadog's, or `custom`
 * @returns the item of what triggered. Keys that do not apply are left out.
 */
export function triggerItemFor(
	{ value, count, event, previousCount, threshold, since, dedupKey }: ValueCount & EventDetails,
	{ fields, query }: WatchParameters,
	site: string,
): IDataObject {
	const links = caseListLinks(site, query);
	return {
		event,
		...(value !== undefined && { groupBy: fields[0], value }),
		count,
		...(previousCount !== undefined && { previousCount, change: count - previousCount }),
		...(threshold !== undefined && { threshold }),
		query,
		...(since !== undefined && { since }),
		...(dedupKey !== undefined && { dedupKey }),
		...(value === undefined ? links.ofQuery : links.ofValue(fields[0], value)),
	};
}

/** @returns what an item looks like, with a present count, for Fetch Test Event. */
export function sampleEventFor(
	valueCount: ValueCount,
	event: unknown,
	{ threshold }: Rule,
	now: string,
): ValueCount & EventDetails {
	return {
		...valueCount,
		event: event as EventDetails['event'],
		previousCount: valueCount.count,
		threshold,
		since: threshold === undefined ? undefined : now,
	};
}
