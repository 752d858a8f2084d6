// What is remembered of a long value, and the value itself for the items.
import { digestOf } from './digest';
import type { Counted, Entry } from './state';

/** A value with fewer characters is remembered as it is. Of others, exactly so many are: no two values become one. */
const MOST_CHARACTERS = 1_000;

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

/** Forgets the long values of a trigger that are not remembered. */
export function forgetOthers(entries: Entry[], trigger: string): void {
	const remembered = new Set(entries.map(({ value }) => value));
	for (const value of longValues.get(trigger)?.keys() ?? []) {
		if (!remembered.has(value)) longValues.get(trigger)!.delete(value);
	}
}
