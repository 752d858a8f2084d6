import type { Outcome } from '../outcome';
import { rateLimitFrom, remainingIn } from './headers';

/** Statuses below 500 that are worth a retry. All requests only read, so it's safe to repeat a POST. */
const RETRIED_STATUSES = [
	408, // Request Timeout
	429, // Too Many Requests
];

/** Statuses from 500 that a retry won't change. */
const FINAL_SERVER_STATUSES = [
	501, // Not Implemented
	505, // HTTP Version Not Supported
];

/** How often to retry a request without a response, by the error code of Node.js or axios. */
const RETRIES_BY_CODE = new Map(
	Object.entries({
		EAI_AGAIN: Infinity, // the name server didn't respond
		ECONNABORTED: Infinity, // no response within Timeout
		ECONNREFUSED: Infinity, // nothing listens on the port
		ECONNRESET: Infinity, // the server closed the connection
		EHOSTDOWN: Infinity, // the host doesn't respond
		EHOSTUNREACH: Infinity, // no route to the host
		ENETDOWN: Infinity, // the network is down
		ENETUNREACH: Infinity, // no route to the network
		ENOTFOUND: 1, // unknown host: usually a typo, but it also happens under load
		EPIPE: Infinity, // the server closed the connection while the request was sent
		ERR_BAD_RESPONSE: Infinity, // the response broke off
		ERR_NETWORK: Infinity, // axios knows no details
		ERR_SOCKET_CONNECTION_TIMEOUT: Infinity, // no address of the host accepted a connection in time
		ETIMEDOUT: Infinity, // no connection in time
	}),
);

const FIRST_WAIT_MS = 1_000;
const LARGEST_JITTER = 0.25;

/** @returns how many retries make sense after this outcome: 0, 1 or Infinity. Max Retries can lower it. */
export function maxRetriesAfter(outcome: Outcome): number {
	if (outcome.status === undefined) return RETRIES_BY_CODE.get(String(outcome.code)) ?? 0;
	const { status } = outcome;
	const isRetried =
		RETRIED_STATUSES.includes(status) ||
		(status >= 500 && status < 600 && !FINAL_SERVER_STATUSES.includes(status));
	return isRetried ? Infinity : 0;
}

/** @returns true if Datadog may be down: no response, a timeout, or a temporary server error. */
export function isSignOfOutage(outcome: Outcome): boolean {
	if (outcome.status === undefined) return outcome.code !== 'ERR_CANCELED';
	return outcome.status !== 429 && maxRetriesAfter(outcome) > 0;
}

/**
 * @param random from 0 to 1, for the jitter
 * @param now milliseconds since 1970
 * @returns milliseconds to wait before the next attempt. If Datadog asks for a wait, that one, however long. Otherwise 1, 2,
 * 4 s and so on plus up to 25%, at most `maxWaitMs`, but at least a second after a 429. https://docs.datadoghq.com/api/latest/rate-limits/
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

/** @returns true if the rate limit allows no more requests in this period. */
export function isRateLimitUsedUp({ status, headers }: Outcome): boolean {
	return status === 429 || remainingIn(headers) === 0;
}

/**
 * @param now milliseconds since 1970
 * @returns milliseconds that Datadog asks to wait, 0 for not at all. Every response has the reset header, so it doesn't
 * count while requests are left, except after a 429. A wait of 0 seconds can be anything below a second, so it counts as missing.
 */
export function requestedWaitMs({ status, headers }: Outcome, now: number): number {
	const { remaining, resetMs, retryAfterMs } = rateLimitFrom(headers, now);
	const resetCounts = status === 429 || !remaining;
	return (resetCounts && resetMs) || retryAfterMs || 0;
}
