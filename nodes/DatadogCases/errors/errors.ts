import type { Failure, IDataObject } from 'n8n-workflow';

import { addressAdvice, explainConnectionError, explainStatus } from './explanations';
import { quoted } from './quoted';
import { reasonInBody } from './reasons';
import { rateLimitNameIn, redirectTargetIn } from './responseHeaders';
import { UserFacingError } from './userFacingError';

/** A response with another status than 200. */
export interface ErrorResponse {
	status: number;
	headers: IDataObject;
	body: unknown;
}

/**
 * @param retryAfterMs how long Datadog said to wait, 0 or less for not at all
 * @returns what to say of a response other than 200, with Datadog's own words less the `secrets`.
 */
export function errorForStatus(
	{ status, headers, body }: ErrorResponse,
	secrets: string[],
	retryAfterMs = 0,
): UserFacingError {
	const meaning = explainStatus(status, body);
	const whose = meaning.isFromProxy ? "The response's message" : "Datadog's message";
	const sentences = [
		quoted(whose, reasonInBody(body), secrets),
		...(status >= 300 && status < 400 ? redirectTargetIn(headers, secrets) : []),
		...(status === 429 ? rateLimitSentence(rateLimitNameIn(headers, secrets)) : []),
		meaning.advice,
	];
	return new UserFacingError(
		meaning.message,
		sentences.join(' '),
		{ httpCode: String(status) },
		failureOf(meaning.cause, retryAfterMs),
		meaning.isTemporary,
	);
}

const rateLimitSentence = (name: string | undefined) =>
	name === undefined ? [] : [`The name of the rate limit is "${name}".`];

/** @param retryAfterMs 0 or less for none. @returns what n8n is told: the wait only where a wait can help. */
function failureOf(cause: Failure['cause'] | undefined, retryAfterMs: number): Failure | undefined {
	if (cause === 'rate-limited' || cause === 'temporarily-unavailable')
		return retryAfterMs > 0 ? { cause, retryAfterMs } : { cause };
	return cause && ({ cause } as Failure);
}

/**
 * @param missingPath path of the first part of the response that is missing or of another type
 * @returns what to say when a response of status 200 is not what Datadog documents.
 */
export function errorForInvalidResponse(
	missingPath: string,
	body?: unknown,
	secrets: string[] = [],
): UserFacingError {
	const words = body === undefined ? '' : quoted("Datadog's message", reasonInBody(body), secrets);
	return new UserFacingError(
		"Datadog's response isn't in the documented format",
		[`Missing or invalid: ${missingPath}.`, words, addressAdvice].filter(Boolean).join(' '),
		{ httpCode: '200' },
	);
}

/** @returns what to say when so much comes that it can't be a response of Datadog's. Nothing of it is read. */
export function errorForTooLargeResponse(): UserFacingError {
	return new UserFacingError(
		"Datadog's response is too large",
		`It's larger than 16 MB. Lower 'Max Groups' or narrow 'Query'. ${addressAdvice}`,
		{ httpCode: '200' },
	);
}

/** @returns what to say when no response came, with n8n's words for it less the `secrets`. */
export function errorForLostConnection(
	code: string | undefined,
	words: string,
	secrets: string[],
): UserFacingError {
	const { message, advice, isTemporary } = explainConnectionError(String(code));
	return new UserFacingError(
		message,
		`${quoted("n8n's message", words, secrets)} ${advice}`,
		{},
		{ cause: 'temporarily-unavailable' },
		isTemporary,
	);
}

/** @returns what to say of an OAuth2 credential that was never connected. */
export function errorForUnconnectedCredential(): UserFacingError {
	return new UserFacingError(
		"The credential isn't connected to Datadog",
		'Open the credential in n8n and connect your account.',
		{},
		{ cause: 'credential-invalid' },
	);
}

/**
 * @param words n8n repeats the beginning of a response that it cannot read, and a new token may stand in it
 * @returns what to say when a token is accepted no more and n8n got no other, with n8n's words less the `secrets`.
 */
export function errorForFailedRefresh(words: string, secrets: string[]): UserFacingError {
	return new UserFacingError(
		'Datadog rejected the OAuth2 token',
		`${quoted("n8n's message", words, secrets)} Datadog didn't issue a new token either. Open the credential in n8n and reconnect it. If that doesn't help, check its 'Client ID', 'Client Secret' and, for a custom base URL, its 'Access Token URL'.`,
		{ httpCode: '401' },
		{ cause: 'credential-invalid' },
	);
}

/**
 * @param limitName of the rate limit, by `X-RateLimit-Name`
 * @returns what to say when the next attempt has to wait longer than the item accepts; both in milliseconds.
 */
export function errorForMaxWait(
	waitMs: number,
	maxWaitMs: number,
	status = 429,
	limitName?: string,
): UserFacingError {
	const advice = "Raise 'Max Wait' in the node's options, or try again later.";
	return new UserFacingError(
		`Datadog requires a wait of ${Math.ceil(waitMs / 1000)} seconds, which is longer than 'Max Wait'`,
		`${[`'Max Wait' is ${maxWaitMs / 1000} seconds.`, ...rateLimitSentence(limitName), advice].join(' ')}`,
		{ httpCode: String(status) },
		failureOf(status === 429 ? 'rate-limited' : 'temporarily-unavailable', waitMs),
		true,
	);
}

/**
 * @param limitName of the rate limit, by `X-RateLimit-Name`
 * @param retryAfterMs how long Datadog said to wait, 0 or less for not at all
 * @returns what to say of a request that is not sent any more, since waiting has not helped others.
 */
export function errorForRateLimit(limitName?: string, retryAfterMs = 0): UserFacingError {
	const { message, advice } = explainStatus(429, '');
	return new UserFacingError(
		message,
		['Every retry hit the rate limit too.', ...rateLimitSentence(limitName), advice].join(' '),
		{ httpCode: '429' },
		failureOf('rate-limited', retryAfterMs),
		true,
	);
}

/**
 * @param waitMs until Datadog can be asked, 0 for now
 * @param status that asked for the wait
 * @returns what to say of a request that could only be sent after the poll has to end.
 */
export function errorForDeadline(
	waitMs: number,
	status: number,
	limitName?: string,
): UserFacingError {
	const { message, advice, cause } = explainStatus(status, '');
	const wait =
		waitMs > 0
			? `The next request is allowed in ${Math.ceil(waitMs / 1000)} seconds, but the poll ends before that.`
			: 'The poll has no time left for another request.';
	return new UserFacingError(
		message,
		[wait, ...rateLimitSentence(limitName), advice].join(' '),
		{ httpCode: String(status) },
		failureOf(cause, waitMs),
		true,
	);
}

/** @returns what to say of a request that was not sent, since Datadog stayed down for the requests before it. */
export function errorForOutage(cause: UserFacingError): UserFacingError {
	const { message, description, details, failure, isTemporary } = cause;
	return new UserFacingError(
		message,
		`Other requests failed too, and so did every retry. ${description}`,
		details,
		failure,
		isTemporary,
	);
}

/** @returns what to say of an item that was still waiting when the run ended: cancelled, or another item failed. */
export function errorForStoppedRun(): UserFacingError {
	return new UserFacingError('The execution was stopped', 'No more requests were sent to Datadog.');
}
