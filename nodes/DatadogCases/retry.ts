import type { IDataObject } from 'n8n-workflow';

/** What is asked again: both endpoints only read, so repeating the POST of Aggregate changes nothing. */
const RETRIED_STATUSES = [429, 500, 502, 503, 504];
const RETRIED_CODES = [
	'EAI_AGAIN',
	'ECONNABORTED',
	'ECONNREFUSED',
	'ECONNRESET',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'EPIPE',
	'ERR_BAD_RESPONSE',
	'ETIMEDOUT',
];
const FIRST_WAIT_MS = 1_000;
const LARGEST_JITTER = 0.25;

/** One try: an answer of any status, or none. */
export type Outcome = { status: number; headers: IDataObject; body: unknown } | Lost;

/** The code and n8n's words when there was no answer, and so no headers either. */
interface Lost {
	status?: undefined;
	headers: IDataObject;
	code?: string;
	words: string;
}

/**
 * @returns what became of a try that n8n threw for. It wraps the error of axios and keeps it as the cause; some
 * versions of 1.x keep only its code and its words.
 */
export function outcomeOf(error: unknown): Lost {
	const { cause, httpCode, code, messages, message } = Object(error) as Thrown;
	const original = Object(cause) as Thrown;
	const known = original.code ?? httpCode ?? code;
	return {
		// Statuses are not thrown for, so one that is belongs to an answer that broke off.
		code: Number(known) > 0 ? 'ERR_BAD_RESPONSE' : known,
		words: original.message ?? messages?.[0] ?? String(message),
		headers: {},
	};
}

interface Thrown {
	cause?: unknown;
	code?: string;
	httpCode?: string | null;
	message?: string;
	messages?: string[];
}

/** @returns whether the same request may bring an answer when it is sent again. */
export function isRetried(outcome: Outcome): boolean {
	return outcome.status === undefined
		? RETRIED_CODES.includes(String(outcome.code))
		: RETRIED_STATUSES.includes(outcome.status);
}

/**
 * @param attempt tries before this one, from 0
 * @param random from 0 to 1
 * @returns milliseconds to wait before the next try: what Datadog asks for, however long, else 1, 2, 4 s and so
 * on with up to a quarter on top, at most `maxWaitMs`, but never none after a 429. https://docs.datadoghq.com/api/latest/rate-limits/
 */
export function waitAfter(
	outcome: Outcome,
	attempt: number,
	random: number,
	maxWaitMs: number,
): number {
	const ownWaitMs = FIRST_WAIT_MS * 2 ** attempt * (1 + LARGEST_JITTER * random);
	const mostMs = outcome.status === 429 ? Math.max(maxWaitMs, FIRST_WAIT_MS) : maxWaitMs;
	return waitAskedFor(outcome) ?? Math.min(ownWaitMs, mostMs);
}

/**
 * The reset header stands on every answer: where requests are left, it says nothing of a refusal for another
 * reason. A wait of 0 seconds means that less than a second is left, so it counts as none given.
 */
function waitAskedFor(outcome: Outcome): number | undefined {
	const { remaining, resetMs } = rateLimitOf(outcome.headers);
	const resetCounts = outcome.status === 429 || !remaining;
	return (resetCounts && resetMs) || secondsIn(outcome.headers, 'retry-after') || undefined;
}

/** @returns what Datadog's headers tell of the rate limit; undefined for what they do not tell or tell unreadably. */
export function rateLimitOf(headers: IDataObject): { remaining?: number; resetMs?: number } {
	const remaining = String(headers['x-ratelimit-remaining']).trim();
	return {
		remaining: /^\d+$/.test(remaining) ? Number(remaining) : undefined,
		resetMs: secondsIn(headers, 'x-ratelimit-reset'),
	};
}

/** @returns milliseconds; only plain seconds are read, dates and anything negative are not. */
function secondsIn(headers: IDataObject, name: string): number | undefined {
	const text = String(headers[name]).trim();
	return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : undefined;
}
