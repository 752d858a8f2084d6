import type { IDataObject } from 'n8n-workflow';

import { Refusal } from '../errors';
import type { Parameters } from '../parameters';
import type { Result } from './operation';

/**
 * Adds an item for each value of 'Include Values' that Datadog did not return; `counts` is what it holds beside
 * the field and the value.
 * @throws Refusal when the answer was cut, since a value that is left out then need not have count 0.
 */
export function withIncludedValues(
	{ items, isCut }: Result,
	{ fields, includeValues, limit }: Parameters,
	counts: IDataObject,
): Result {
	const returned = new Set(items.map(({ value }) => value));
	const missing = includeValues.filter((value) => !returned.has(value));
	if (isCut && missing.length > 0) {
		throw new Refusal(
			"'Max Groups' is too low to tell whether the 'Include Values' that are missing have no cases",
			`Datadog returned as many groups as 'Max Groups' (${limit}) allows. Raise it, so that the missing values can be counted.`,
			{ field: 'Max Groups' },
		);
	}
	const added = missing.map((value) => ({ groupBy: fields[0], value, ...counts }));
	return { items: [...items, ...added], isCut };
}
