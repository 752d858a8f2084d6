import type { IDataObject } from 'n8n-workflow';

import { errorForInvalidResponse } from '../errors/errors';
import { quotedValue } from '../errors/quoted';
import { UserFacingError } from '../errors/userFacingError';
import type { OperationResult } from './operation';
import type { GroupParameters } from './parameters';

/**
 * Adds an item for each value of 'Include Values' that Datadog did not return; `countsFor` gives what it
 * holds beside the field and the value, `label` is the name of the list in the editor.
 * @throws UserFacingError when the response has such a value in another spelling, was cut or is about other fields: a missing
 * value then need not have count 0.
 */
export function withIncludedValues(
	result: OperationResult,
	{
		fields,
		includeValues,
		maxGroups,
	}: Pick<GroupParameters, 'fields' | 'includeValues' | 'maxGroups'>,
	countsFor: (field: string, value: string) => IDataObject,
	label = 'Include Values',
): OperationResult {
	const returned = new Set(result.items.map(({ value }) => value));
	const missing = includeValues.filter((value) => !returned.has(value));
	if (missing.length === 0) return result;
	assertSameSpelling(missing, [...returned].filter(isText), label);

	if (result.missesField) {
		throw errorForInvalidResponse('the field to group by in data.attributes.groups');
	}
	if (result.isCut) {
		throw new UserFacingError(
			`'Max Groups' is too low to check every value in '${label}'`,
			`Datadog returned as many groups as 'Max Groups' (${maxGroups}) allows, so a missing value may still have cases. Raise 'Max Groups'.`,
			{ field: 'Max Groups' },
		);
	}
	const spelled = missing.map(normalizeSpelling);
	// Spellings of one value get one item.
	const distinct = missing.filter((_, i) => spelled.indexOf(spelled[i]) === i);
	const added = distinct.map((value) => ({
		groupBy: fields[0],
		value,
		...countsFor(fields[0], value),
	}));
	return { ...result, items: [...result.items, ...added] };
}

/** A value that differs from a returned one merely in case or in spaces is that value: its count is not 0. */
function assertSameSpelling(missing: string[], returned: string[], label: string): void {
	const byNormalized = new Map(returned.map((value) => [normalizeSpelling(value), value]));
	for (const value of missing) {
		const other = byNormalized.get(normalizeSpelling(value));
		if (other === undefined) continue;
		throw new UserFacingError(
			`'${label}' contains a value that Datadog spells differently`,
			`'${label}' has ${quotedValue(value)}, but Datadog returned ${quotedValue(other)}. Use Datadog's spelling in '${label}'.`,
			{ field: label },
		);
	}
}

/** The same for all spellings of a value that differ merely in case or in spaces. */
const normalizeSpelling = (value: string) =>
	value.normalize('NFC').replace(/\s+/g, ' ').trim().toUpperCase().toLowerCase();

const isText = (value: unknown): value is string => typeof value === 'string';
