import { errorForInvalidResponse } from '../errors/errors';

/**
 * Each reads one documented member of Datadog's response.
 * @param path where the holder stands in the response, for the error
 * @throws UserFacingError naming the member when it is missing or of another type: a count is never made up.
 */
export function arrayAt(holder: unknown, name: string, path: string): unknown[] {
	const value = memberOf(holder, name);
	if (Array.isArray(value)) return value;
	throw errorForInvalidResponse(`${path}.${name}`);
}

export function countAt(holder: unknown, name: string, path: string): number {
	const value = memberOf(holder, name);
	if (isCount(value)) return value;
	throw errorForInvalidResponse(`${path}.${name}`);
}

export const isCount = (value: unknown): value is number =>
	typeof value === 'number' && Number.isFinite(value) && value >= 0;

export function textAt(holder: unknown, name: string, path: string): string {
	const value = memberOf(holder, name);
	if (typeof value === 'string') return value;
	throw errorForInvalidResponse(`${path}.${name}`);
}

/** @returns empty text where there is none: the member is optional. */
export function optionalTextAt(holder: unknown, name: string, path: string): string {
	return (memberOf(holder, name) ?? '') === '' ? '' : textAt(holder, name, path);
}

/** @returns the value of a group as text; null for the group of the cases without a value. */
export function groupValueAt(holder: unknown, name: string, path: string): string | null {
	const value = memberOf(holder, name) ?? null;
	if (value === null || typeof value === 'string') return value;
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	throw errorForInvalidResponse(`${path}.${name}`);
}

export function memberOf(holder: unknown, name: string): unknown {
	return (Object(holder) as Record<string, unknown>)[name];
}
