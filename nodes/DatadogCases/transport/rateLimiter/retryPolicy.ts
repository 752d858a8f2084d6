import type { Outcome } from '../outcome';
import { rateLimitFrom } from './headers';

/** Statuses below 500 that another attempt may change. Both endpoints only read, so repeating a POST changes nothing. */
const RETRIED_STATUSES = [
	408, // Request Timeout
	429, // Too Many Requests
];

/** Statuses from 500 that no other attempt changes. */
const FINAL_SERVER_STATUSES = [
	501, // Not Implemented
	505, // HTTP Version Not Supported
];

/** By the code of Node.js or axios, how many more attempts a request gets that had no response. */
const RETRIES_BY_CODE = new Map(
	Object.entries({
		EAI_AGAIN: Infinity, // the name server gave no response
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

/** @returns how many more attempts a request may get after such an outcome, whatever Max Retries says: 0, 1 or Infinity. */
export function maxRetriesAfter(outcome: Outcome): number {
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
	return outcome.status !== 429 && maxRetriesAfter(outcome) > 0;
}

/**
 * @param random from 0 to 1
 * @param now milliseconds since 1970
 * @returns milliseconds to wait before the next attempt: what Datadog asks for, however long, else 1, 2, 4 s and so
 * on with up to a quarter on top, at most `maxWaitMs`, but never none after a 429. https://docs.datadoghq.com/api/latest/rate-limits/
 */
export function retryWaitMs(
	outcome: Outcome,
	earlierAttempts: number,
	random: number,
	maxWaitMs: number,
	now: number,
): number {
	const ownWaitMs = FIRST_WAIT_MS * 2 ** earlierAttempts * (1 + LARGEST_JITTER * random);
	const mostMs = outcome.status === 429 ? Math.max(maxWaitMs, FIRST_WAIT_MS) : maxWaitMs;
	return requestedWaitMs(outcome, now) || Math.min(ownWaitMs, mostMs);
}

/** @returns whether the rate limit lets nothing through before its next period. */
export function isRateLimitUsedUp({ status, headers }: Outcome): boolean {
	return status === 429 || rateLimitFrom(headers, 0).remaining === 0;
}

/**
 * @returns milliseconds that Datadog asks to wait, 0 for none.
 *
 * The reset header stands on every response: where requests are left, it says nothing of a response that failed for another
 * reason. A wait of 0 seconds means that less than a second is left, so it counts as none given.
 */
export function requestedWaitMs({ status, headers }: Outcome, now: number): number {
	const { remaining, resetMs, retryAfterMs } = rateLimitFrom(headers, now);
	const resetCounts = status === 429 || !remaining;
	return (resetCounts && resetMs) || retryAfterMs || 0;
}
