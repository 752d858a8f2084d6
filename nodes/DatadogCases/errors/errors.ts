import type { Failure, IDataObject } from 'n8n-workflow';

import { addressAdvice, explainConnectionError, explainStatus, unavailable } from './explanations';
import { quoted } from './quoted';
import { reasonInBody } from './reasons';
import { rateLimitNameIn, redirectTargetIn } from './responseHeaders';
import { UserFacingError } from './userFacingError';

export interface HttpResponse {
	status: number;
	headers: IDataObject;
	body: unknown;
}

/**
 * @param secrets hidden in the description
 * @param retryAfterMs how long Datadog asks to wait, 0 or less for not at all
 * @returns the error for a status other than 200, with Datadog's message.
 */
export function errorForStatus(
	{ status, headers, body }: HttpResponse,
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

/** @returns n8n's `failure`, with the wait if waiting can help. */
function failureOf(cause: Failure['cause'] | undefined, retryAfterMs: number): Failure | undefined {
	if (cause === 'rate-limited' || cause === 'temporarily-unavailable')
		return retryAfterMs > 0 ? { cause, retryAfterMs } : { cause };
	return cause && ({ cause } as Failure);
}

/** @returns the error for a response with status 200 in which `missingPath` is missing or has the wrong type. */
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

/** @returns the error for a response above the size limit. */
export function errorForTooLargeResponse(): UserFacingError {
	return new UserFacingError(
		"Datadog's response is too large",
		`It's larger than 16 MB. Lower 'Max Groups' or narrow 'Query'. ${addressAdvice}`,
		{ httpCode: '200' },
	);
}

/** @returns the error for a request without a response, with n8n's message. `words` can contain `secrets`. */
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

/** @returns the error for an OAuth2 credential that was never connected. */
export function errorForUnconnectedCredential(): UserFacingError {
	return new UserFacingError(
		"The credential isn't connected to Datadog",
		'Open the credential in n8n and connect your account.',
		{},
		{ cause: 'credential-invalid' },
	);
}

/**
 * @param words n8n's message, which can quote a response with a new token
 * @returns the error for a rejected token that n8n couldn't refresh.
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
 * @param status that asked for the wait, `none` for a lost connection
 * @param limitName from `X-RateLimit-Name`
 * @returns the error for a required wait that exceeds Max Wait, both in milliseconds.
 */
export function errorForMaxWait(
	waitMs: number,
	maxWaitMs: number,
	status: number | 'none' = 429,
	limitName?: string,
): UserFacingError {
	const advice = "Raise 'Max Wait' in the node's options, or try again later.";
	return new UserFacingError(
		`Datadog requires a wait of ${Math.ceil(waitMs / 1000)} seconds, which is longer than 'Max Wait'`,
		[`'Max Wait' is ${maxWaitMs / 1000} seconds.`, ...rateLimitSentence(limitName), advice].join(
			' ',
		),
		httpCodeOf(status),
		failureOf(status === 429 ? 'rate-limited' : 'temporarily-unavailable', waitMs),
		true,
	);
}

/**
 * @param limitName from `X-RateLimit-Name`
 * @param retryAfterMs how long Datadog asks to wait, 0 or less for not at all
 * @returns the error for a request that isn't sent because other requests kept hitting the rate limit.
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
 * @param waitMs how long until the next request may be sent
 * @param status that caused the wait, `none` for a lost connection
 * @returns the error for a request that may only be sent after the poll has ended.
 */
export function errorForDeadline(
	waitMs: number,
	status: number | 'none',
	limitName?: string,
): UserFacingError {
	const { message, advice, cause } = status === 'none' ? unavailable : explainStatus(status, '');
	const wait = `The next request is allowed in ${Math.ceil(waitMs / 1000)} seconds, but the poll ends before that.`;
	return new UserFacingError(
		message,
		[wait, ...rateLimitSentence(limitName), advice].join(' '),
		httpCodeOf(status),
		failureOf(cause, waitMs),
		true,
	);
}

/** @returns the error for a request that isn't sent because the poll has no time left. */
export function errorForSpentTime(): UserFacingError {
	const { message, cause } = explainStatus(408, '');
	const description = `The poll has no time left for another request. Try again later, or narrow 'Query'.`;
	return new UserFacingError(message, description, {}, failureOf(cause, 0), true);
}

const httpCodeOf = (status: number | 'none') =>
	status === 'none' ? {} : { httpCode: String(status) };

/** @returns the error for a request that isn't sent because Datadog stayed down. `cause` is the error of the last attempt. */
export function errorForOutage(cause: UserFacingError): UserFacingError {
	return cause.withDescription(
		`Other requests failed too, and so did every retry. ${cause.description}`,
	);
}

/** @returns the error for an item that was still waiting when the run was cancelled or another item failed. */
export function errorForStoppedRun(): UserFacingError {
	return new UserFacingError('The execution was stopped', 'No more requests were sent to Datadog.');
}
