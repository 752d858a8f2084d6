import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { errorForInvalidResponse } from '../errors/errors';
import { UserFacingError } from '../errors/userFacingError';
import { customGroupBy, groupBy, limit, options, query } from '../descriptions/fields';
import { withIncludedValues } from '../actions/includeValues';
import type { Result } from '../actions/operation';
import { listFrom, readQuestion } from '../actions/parameters';
import type { Get, Parameters } from '../actions/parameters';
import type { Counted, Fired, Rule } from './state';

const UNWANTED_OPTIONS = ['includeValues', 'maxConcurrency'];

/** The fields of the trigger that say what is watched. */
export const watchFields: INodeProperties[] = [
	query,
	{
		...groupBy,
		description:
			'The field whose values are watched, each by itself; none watches the total. Datadog documents Status and Priority.',
	},
	{
		...customGroupBy,
		description: "A field that is not in 'Group By', such as a custom attribute",
	},
	{
		displayName: 'Only Values',
		name: 'onlyValues',
		type: 'string',
		default: '',
		placeholder: 'e.g. P1, P2',
		description:
			'The values to watch, separated by commas. A value that Datadog does not return has count 0. Leave empty to watch each value.',
	},
	{ ...limit, default: 1000, description: 'Maximum number of values to watch' },
	{
		...options,
		options: (options.options as INodeProperties[]).filter(
			({ name }) => !UNWANTED_OPTIONS.includes(name),
		),
	},
];

/** What a trigger watches, read and checked. */
export interface Watch extends Parameters {
	/** The values of the field to watch; none for all. */
	onlyValues: string[];
}

/** @throws UserFacingError naming the first field that cannot be used. */
export function readWatch(get: Get): Watch {
	const question = readQuestion(get);
	const onlyValues = listFrom('Only Values', get('onlyValues'));
	if (question.fields.length > 1) {
		throw new UserFacingError(
			"'Group By' takes at most one field",
			`There are ${question.fields.length}, with 'Custom Group By'. Add another trigger to watch another field.`,
			{ field: 'Group By' },
		);
	}
	if (onlyValues.length > 0 && question.fields.length === 0) {
		throw new UserFacingError(
			"'Only Values' needs a field to group by",
			"Choose one in 'Group By' or 'Custom Group By', or empty 'Only Values'.",
			{ field: 'Only Values' },
		);
	}
	return { ...question, simplify: true, includeValues: [], onlyValues };
}

/**
 * @returns the counts of what is watched, and whether the answer may have left out values.
 * @throws UserFacingError for an answer that does not tell the count of each of Only Values.
 */
export function countedFrom(
	result: Result,
	{ fields, onlyValues, limit: most }: Watch,
): { counted: Counted[]; isCut: boolean } {
	if (result.isPartial)
		throw errorForInvalidResponse('the field to group by in data.attributes.groups');
	const asked = { fields, includeValues: onlyValues, limit: most };
	const { items } = withIncludedValues(result, asked, { count: 0 }, 'Only Values');
	const counts = new Map<Counted['value'], number>();
	const ofField = items.filter(({ groupBy }) => groupBy === fields[0]);
	for (const { value, count } of ofField as unknown as Counted[]) {
		if ((counts.get(value) ?? count) !== count) {
			throw errorForInvalidResponse('one count for each value in data.attributes.groups');
		}
		counts.set(value, count);
	}
	const counted = [...counts].map(([value, count]) => ({ value, count }));

	return onlyValues.length === 0
		? { counted, isCut: result.isCut }
		: {
				counted: counted.filter(
					({ value }) => typeof value === 'string' && onlyValues.includes(value),
				),
				isCut: false,
			};
}

/** @returns the item of what triggered. Keys that do not apply are left out. */
export function itemFor(
	{ value, count, event, previousCount, threshold, since }: Counted & Fired,
	{ fields, query: filter }: Watch,
): IDataObject {
	return {
		event,
		...(value !== undefined && { groupBy: fields[0], value }),
		count,
		...(previousCount !== undefined && { previousCount, change: count - previousCount }),
		...(threshold !== undefined && { threshold }),
		query: filter,
		...(since !== undefined && { since }),
	};
}

/** @returns what an item looks like, with a present count, for Fetch Test Event. */
export function sampleFor(
	counted: Counted,
	event: unknown,
	{ threshold }: Rule,
	watch: Watch,
	now: string,
): IDataObject {
	const fired: Fired = {
		event: event as Fired['event'],
		previousCount: counted.count,
		threshold,
		since: threshold === undefined ? undefined : now,
	};
	return { ...itemFor({ ...counted, ...fired }, watch), sample: true };
}
