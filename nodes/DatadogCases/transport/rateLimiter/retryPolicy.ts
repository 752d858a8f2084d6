import type { IDataObject } from 'n8n-workflow';

import { reasonInError } from '../../errors/reasons';
import { rateLimitFrom } from './headers';

/** Statuses below 500 that another try may change. Both endpoints only read, so repeating a POST changes nothing. */
const RETRIED_STATUSES = [
	408, // Request Timeout
	429, // Too Many Requests
];

/** Statuses from 500 that no other try changes. */
const FINAL_SERVER_STATUSES = [
	501, // Not Implemented
	505, // HTTP Version Not Supported
];

/** By the code of Node.js or axios, how many more tries a request gets that had no response. */
const RETRIES_BY_CODE = new Map(
	Object.entries({
		EAI_AGAIN: Infinity, // the name server gave no answer
		ECONNABORTED: Infinity, // no response within Timeout
		ECONNREFUSED: Infinity, // nobody listens
		ECONNRESET: Infinity, // the other side hung up
		EHOSTDOWN: Infinity, // the host does not answer
		EHOSTUNREACH: Infinity, // no way to the host
		ENETDOWN: Infinity, // the network is down
		ENETUNREACH: Infinity, // no way to the network
		ENOTFOUND: 1, // the name server knows no such host: mostly misspelt, but seen under load
		EPIPE: Infinity, // the other side hung up while the request was sent
		ERR_BAD_RESPONSE: Infinity, // the response broke off
		ERR_NETWORK: Infinity, // axios does not know more
		ERR_SOCKET_CONNECTION_TIMEOUT: Infinity, // no address of the host answered in time
		ETIMEDOUT: Infinity, // no connection in time
	}),
);

const FIRST_WAIT_MS = 1_000;
const LARGEST_JITTER = 0.25;

/** What one try led to: a response of any status, or none. */
export type Outcome = Response | Lost;

export interface Response {
	status: number;
	headers: IDataObject;
	body: unknown;
}

/** The code and n8n's words when there was no response, and so no headers either. */
export interface Lost {
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
	const { cause, httpCode, code, errors, messages } = Object(error) as Thrown;
	const original = Object(cause) as Thrown;
	// Each address of a host that was tried has an error of its own, in one that says nothing itself.
	const inner = [errors, original.errors, Object(original.cause).errors].flat().find(Boolean);
	const known = original.code ?? httpCode ?? code ?? (Object(inner) as Thrown).code;
	return {
		// Statuses are not thrown for, so one that is belongs to a response that broke off.
		code: Number(known) > 0 ? 'ERR_BAD_RESPONSE' : (known ?? undefined),
		words: reasonInError(cause) || messages?.[0] || reasonInError(error),
		headers: {},
	};
}

interface Thrown {
	cause?: unknown;
	code?: string;
	errors?: unknown;
	httpCode?: string | null;
	messages?: string[];
}

/** @returns how many more tries a request may get after such an outcome, whatever Max Retries says: 0, 1 or Infinity. */
export function retriesAfter(outcome: Outcome): number {
	if (outcome.status === undefined) return RETRIES_BY_CODE.get(String(outcome.code)) ?? 0;
	const { status } = outcome;
	const isRetried =
		RETRIED_STATUSES.includes(status) ||
		(status >= 500 && status < 600 && !FINAL_SERVER_STATUSES.includes(status));
	return isRetried ? Infinity : 0;
}

/** @returns whether it looks as if Datadog were down: no response, a timeout, or a server error that may pass. */
export function isSignOfOutage(outcome: Outcome): boolean {
	if (outcome.status === undefined) return outcome.code !== 'ERR_CANCELED';
	return outcome.status !== 429 && retriesAfter(outcome) > 0;
}

/**
 * @param attempt tries before this one, from 0
 * @param random from 0 to 1
 * @param now milliseconds since 1970
 * @returns milliseconds to wait before the next try: what Datadog asks for, however long, else 1, 2, 4 s and so
 * on with up to a quarter on top, at most `maxWaitMs`, but never none after a 429. https://docs.datadoghq.com/api/latest/rate-limits/
 */
export function waitAfter(
	outcome: Outcome,
	attempt: number,
	random: number,
	maxWaitMs: number,
	now: number,
): number {
	const ownWaitMs = FIRST_WAIT_MS * 2 ** attempt * (1 + LARGEST_JITTER * random);
	const mostMs = outcome.status === 429 ? Math.max(maxWaitMs, FIRST_WAIT_MS) : maxWaitMs;
	return waitAskedFor(outcome, now) || Math.min(ownWaitMs, mostMs);
}

/** @returns whether the rate limit lets nothing through before its next period. */
export function isUsedUp({ status, headers }: Outcome): boolean {
	return status === 429 || rateLimitFrom(headers, 0).remaining === 0;
}

/**
 * @returns milliseconds that Datadog asks to wait, 0 for none.
 *
 * The reset header stands on every response: where requests are left, it says nothing of a response that failed for another
 * reason. A wait of 0 seconds means that less than a second is left, so it counts as none given.
 */
export function waitAskedFor({ status, headers }: Outcome, now: number): number {
	const { remaining, resetMs, retryAfterMs } = rateLimitFrom(headers, now);
	const resetCounts = status === 429 || !remaining;
	return (resetCounts && resetMs) || retryAfterMs || 0;
}
