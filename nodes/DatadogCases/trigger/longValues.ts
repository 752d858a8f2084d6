// What is remembered of a long value, and the value itself for the items.
import { digestOf } from './digest';
import type { RememberedValue, ValueCount } from './state';

/** A value with fewer characters is remembered as it is. Of others, exactly so many are: no two values become one. */
const MAX_LENGTH = 1_000;

/** Values that no poll has returned lately, so that they can be shown in full. */
const MAX_KEPT = 1_000;

/** The long values of each trigger by what is remembered of them. A restart of n8n forgets them. */
const longValues = new Map<string, Map<string, string>>();

/** @returns the counts under what is remembered of their values. */
export function shortenLongValues(counts: ValueCount[], trigger: string): ValueCount[] {
	return counts.map(({ value, count }) => {
		if (typeof value !== 'string' || value.length < MAX_LENGTH) return { value, count };
		const digest = digestOf(value);
		const beginning = value.slice(0, MAX_LENGTH - digest.length).replace(/[\ud800-\udbff]$/, '?');
		const remembered = `${beginning}${digest}`;
		const values = longValues.get(trigger) ?? new Map<string, string>();
		longValues.set(trigger, values.set(remembered, value));
		return { value: remembered, count };
	});
}

/** @returns Datadog's own value, or what is remembered of it if n8n was restarted since Datadog returned it. */
export function fullValue(value: ValueCount['value'], trigger: string): ValueCount['value'] {
	return longValues.get(trigger)?.get(value as string) ?? value;
}

/**
 * Forgets the long values of a trigger that are not remembered, once it has more than `most`. Until then even those are
 * kept: n8n may go back to an older memory, when it can't start the workflow and when somebody publishes it.
 */
export function forgetUnusedLongValues(
	entries: RememberedValue[],
	trigger: string,
	max = MAX_KEPT,
): void {
	const values = longValues.get(trigger);
	if (!values || values.size <= max) return;
	const remembered = new Set(entries.map(({ value }) => value));
	for (const value of values.keys()) if (!remembered.has(value)) values.delete(value);
}
