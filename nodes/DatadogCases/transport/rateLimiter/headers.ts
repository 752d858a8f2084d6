import type { IDataObject } from 'n8n-workflow';

/** What a response tells of the rate limit; what it doesn't tell, or tells unreadably, is left out. */
export interface RateLimit {
	/** Requests left in this period. */
	remaining?: number;
	/** Milliseconds until the next period. */
	resetMs?: number;
	/** Milliseconds that `Retry-After` asks to wait. */
	retryAfterMs?: number;
}

/**
 * Reads `X-RateLimit-*` and `Retry-After`. Of a header that came several times, the largest wait and the smallest
 * remaining count are taken. https://docs.datadoghq.com/api/latest/rate-limits/
 * @param headers by lower-case name
 * @param now milliseconds since 1970, for headers that hold a date
 */
export function rateLimitFrom(headers: IDataObject, now: number): RateLimit {
	const counts = partsOf(headers['x-ratelimit-remaining']).filter((part) => NUMBER.test(part));
	return {
		...(counts.length > 0 && { remaining: Math.floor(Math.min(...counts.map(Number))) }),
		...asWait('resetMs', headers['x-ratelimit-reset'], now),
		...asWait('retryAfterMs', headers['retry-after'], now),
	};
}

const NUMBER = /^\d+(\.\d+)?$/;
const DATE = /^((Mon|Tue|Wed|Thu|Fri|Sat|Sun)|\d{4}-\d\d-\d\d)/i;

/** Larger numbers are points in time: Datadog's tracers have met both. dd-trace-js PR #9788 */
const LARGEST_SECONDS = 1e9;
const LARGEST_EPOCH_SECONDS = 1e11;

function asWait(key: string, value: unknown, now: number): { [key: string]: number } {
	const waits = partsOf(value)
		.map((part) => millisecondsIn(part, now))
		.filter((ms) => ms >= 0);
	return waits.length > 0 ? { [key]: Math.max(...waits) } : {};
}

/** @returns NaN for anything unreadable, less than 0 for a time that is over. */
function millisecondsIn(part: string, now: number): number {
	if (DATE.test(part))
		return Date.parse(/Z|GMT|[+-]\d\d:?\d\d$/.test(part) ? part : `${part} GMT`) - now;
	if (!NUMBER.test(part)) return NaN;
	const number = Number(part);
	if (number > LARGEST_EPOCH_SECONDS) return number - now;
	return number > LARGEST_SECONDS ? number * 1_000 - now : number * 1_000;
}

/** The comma of a date, behind its weekday, separates nothing. */
const partsOf = (value: unknown): string[] =>
	[value]
		.flat()
		.flatMap((queue) => String(queue ?? '').split(/(?<!\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*),/i))
		.map((part) => part.trim())
		.filter((part) => part !== '');
