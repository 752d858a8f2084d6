import type { IDataObject } from 'n8n-workflow';

import { Refusal, refusalForAnswer } from '../errors';
import type { Parameters } from '../parameters';
import type { Result } from './operation';

/**
 * Adds an item for each value of 'Include Values' that Datadog did not return; `counts` is what it holds beside
 * the field and the value, `label` the name of the list in the editor.
 * @throws Refusal when the answer was cut or is about other fields: a missing value then need not have count 0.
 */
export function withIncludedValues(
	result: Result,
	{ fields, includeValues, limit }: Pick<Parameters, 'fields' | 'includeValues' | 'limit'>,
	counts: IDataObject,
	label = 'Include Values',
): Result {
	const returned = new Set(result.items.map(({ value }) => value));
	const missing = includeValues.filter((value) => !returned.has(value));
	if (missing.length === 0) return result;

	if (result.isPartial) {
		throw refusalForAnswer('the field to group by in data.attributes.groups');
	}
	if (result.isCut) {
		throw new Refusal(
			`'Max Groups' is too low to tell whether the '${label}' that are missing have no cases`,
			`Datadog returned as many groups as 'Max Groups' (${limit}) allows. Raise it, so that the missing values can be counted.`,
			{ field: 'Max Groups' },
		);
	}
	const added = missing.map((value) => ({ groupBy: fields[0], value, ...counts }));
	return { ...result, items: [...result.items, ...added] };
}
