import { refusalFor } from '../parameters';

/** @throws Refusal for a value that an expression gave and that is none of the list. */
export function oneOf<T extends string>(field: string, value: unknown, values: T[]): T {
	const found = values.find((known) => known === value);
	if (found === undefined) throw refusalFor(field, `must be one of: ${values.join(', ')}`, value);
	return found;
}
