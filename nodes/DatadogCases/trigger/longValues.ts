// What is remembered of a long value, and the value itself for the items.
import { digestOf } from './digest';
import type { Counted, Entry } from './state';

/** A value with fewer characters is remembered as it is. Of others, exactly so many are: no two values become one. */
const MOST_CHARACTERS = 1_000;

/** Values that no poll has returned lately, so that they can be shown in full. */
const MOST_KEPT = 1_000;

/** The long values of each trigger by what is remembered of them. A restart of n8n forgets them. */
const longValues = new Map<string, Map<string, string>>();

/** @returns the counts under what is remembered of their values. */
export function shortened(counted: Counted[], trigger: string): Counted[] {
	return counted.map(({ value, count }) => {
		if (typeof value !== 'string' || value.length < MOST_CHARACTERS) return { value, count };
		const digest = digestOf(value);
		const beginning = value
			.slice(0, MOST_CHARACTERS - digest.length)
			.replace(/[\ud800-\udbff]$/, '?');
		const remembered = `${beginning}${digest}`;
		const values = longValues.get(trigger) ?? new Map<string, string>();
		longValues.set(trigger, values.set(remembered, value));
		return { value: remembered, count };
	});
}

/** @returns Datadog's own value, or what is remembered of it if n8n was restarted since Datadog returned it. */
export function fullValue(value: Counted['value'], trigger: string): Counted['value'] {
	return longValues.get(trigger)?.get(value as string) ?? value;
}

/**
 * Forgets the long values of a trigger that are not remembered, once it has more than `most`. Until then even those are
 * kept: n8n may go back to an older memory, when it can't start the workflow and when somebody publishes it.
 */
export function forgetOthers(entries: Entry[], trigger: string, most = MOST_KEPT): void {
	const values = longValues.get(trigger);
	if (!values || values.size <= most) return;
	const remembered = new Set(entries.map(({ value }) => value));
	for (const value of values.keys()) if (!remembered.has(value)) values.delete(value);
}
