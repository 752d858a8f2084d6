import { refusalForAnswer } from '../errors';

/**
 * Each reads one documented member of Datadog's answer.
 * @param path where the holder stands in the answer, for the refusal
 * @throws Refusal naming the member when it is missing or of another type: a count is never made up.
 */
export function arrayAt(holder: unknown, name: string, path: string): unknown[] {
	const value = memberOf(holder, name);
	if (Array.isArray(value)) return value;
	throw refusalForAnswer(`${path}.${name}`);
}

export function numberAt(holder: unknown, name: string, path: string): number {
	const value = memberOf(holder, name);
	if (Number.isFinite(value)) return value as number;
	throw refusalForAnswer(`${path}.${name}`);
}

export function textAt(holder: unknown, name: string, path: string): string {
	const value = memberOf(holder, name);
	if (typeof value === 'string') return value;
	throw refusalForAnswer(`${path}.${name}`);
}

export function memberOf(holder: unknown, name: string): unknown {
	return (Object(holder) as Record<string, unknown>)[name];
}
