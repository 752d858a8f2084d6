import type { IDataObject } from 'n8n-workflow';

/** What a response says about the rate limit. A missing or invalid header is left out. */
export interface RateLimit {
	/** Requests left in this period. */
	remaining?: number;
	/** Milliseconds until the next period. */
	resetMs?: number;
	/** Milliseconds to wait, from `Retry-After`. */
	retryAfterMs?: number;
}

/**
 * Reads `X-RateLimit-*` and `Retry-After`. If a header is repeated, the longest wait and the smallest remaining count
 * win. https://docs.datadoghq.com/api/latest/rate-limits/
 * @param headers by lower-case name
 * @param now milliseconds since 1970, for headers that hold a date
 */
export function rateLimitFrom(headers: IDataObject, now: number): RateLimit {
	return {
		remaining: remainingIn(headers),
		resetMs: longestWaitMs(headers['x-ratelimit-reset'], now),
		retryAfterMs: longestWaitMs(headers['retry-after'], now),
	};
}

/** @returns the requests left in this period, if the response says so. */
export function remainingIn(headers: IDataObject): number | undefined {
	const counts = valuesOf(headers['x-ratelimit-remaining']).filter((value) => NUMBER.test(value));
	return counts.length > 0 ? Math.floor(Math.min(...counts.map(Number))) : undefined;
}

const NUMBER = /^\d+(\.\d+)?$/;
const DATE = /^((Mon|Tue|Wed|Thu|Fri|Sat|Sun)|\d{4}-\d\d-\d\d)/i;

/** Larger numbers are timestamps: Datadog's tracers have received both. dd-trace-js PR #9788 */
const LARGEST_SECONDS = 1e9;
const LARGEST_EPOCH_SECONDS = 1e11;

function longestWaitMs(header: unknown, now: number): number | undefined {
	const waits = valuesOf(header)
		.map((value) => millisecondsIn(value, now))
		.filter((ms) => ms >= 0);
	return waits.length > 0 ? Math.max(...waits) : undefined;
}

/** @returns NaN for an invalid value, and a negative number for a time in the past. */
function millisecondsIn(value: string, now: number): number {
	if (DATE.test(value))
		return Date.parse(/Z|GMT|[+-]\d\d:?\d\d$/.test(value) ? value : `${value} GMT`) - now;
	if (!NUMBER.test(value)) return NaN;
	const number = Number(value);
	if (number > LARGEST_EPOCH_SECONDS) return number - now;
	return number > LARGEST_SECONDS ? number * 1_000 - now : number * 1_000;
}

/** A comma, except after a weekday: `Wed, 25 Nov 2026 12:00:09 GMT` is one value. */
const SEPARATOR = /(?<!\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*),/i;

const valuesOf = (header: unknown): string[] =>
	[header]
		.flat()
		.flatMap((text) => String(text ?? '').split(SEPARATOR))
		.map((value) => value.trim())
		.filter((value) => value !== '');
