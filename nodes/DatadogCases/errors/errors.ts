import type { Failure, IDataObject } from 'n8n-workflow';

import { limitNameIn, targetIn } from './answerHeaders';
import { addressAdvice, meaningOf, meaningOfCode } from './meanings';
import { quoted } from './quoted';
import { reasonIn, reasonOf } from './reasons';
import { Refusal } from './refusal';

/** An answer that is not the documented one. */
export interface Answer {
	status: number;
	headers: IDataObject;
	body: unknown;
}

/**
 * @param retryAfterMs how long Datadog said to wait, 0 or less for not at all
 * @returns what to say of an answer other than 200, with Datadog's own message less the `secrets`.
 */
export function refusalForStatus(
	{ status, headers, body }: Answer,
	secrets: string[],
	retryAfterMs = 0,
): Refusal {
	const meaning = meaningOf(status, body);
	const whose = meaning.isFromProxy ? "The response's message" : "Datadog's message";
	const sentences = [
		quoted(whose, reasonIn(body), secrets),
		...(status >= 300 && status < 400 ? targetIn(headers, secrets) : []),
		...(status === 429 ? limitSentence(limitNameIn(headers, secrets)) : []),
		meaning.advice,
	];
	return new Refusal(
		meaning.message,
		sentences.join(' '),
		{ httpCode: String(status) },
		failureOf(meaning.cause, retryAfterMs),
		meaning.isTemporary,
	);
}

const limitSentence = (name: string | undefined) =>
	name === undefined ? [] : [`The name of the rate limit is "${name}".`];

/** @param retryAfterMs 0 or less for none. @returns what n8n is told: the wait only where a wait can help. */
function failureOf(cause: Failure['cause'] | undefined, retryAfterMs: number): Failure | undefined {
	if (cause === 'rate-limited' || cause === 'temporarily-unavailable')
		return retryAfterMs > 0 ? { cause, retryAfterMs } : { cause };
	return cause && ({ cause } as Failure);
}

/**
 * @param missing path of the first part of the answer that is missing or of another type
 * @returns what to say when an answer of status 200 is not what Datadog documents.
 */
export function refusalForAnswer(missing: string, body?: unknown, secrets: string[] = []): Refusal {
	const words = body === undefined ? '' : quoted("Datadog's message", reasonIn(body), secrets);
	return new Refusal(
		"Datadog's response isn't in the documented format",
		[`Missing or invalid: ${missing}.`, words, addressAdvice].filter(Boolean).join(' '),
		{ httpCode: '200' },
	);
}

/** @returns what to say when so much comes that it can't be an answer of Datadog's. Nothing of it is read. */
export function refusalForSize(): Refusal {
	return new Refusal(
		"Datadog's response is too large",
		`It's larger than 16 MB. Lower 'Max Groups' or narrow 'Query'. ${addressAdvice}`,
		{ httpCode: '200' },
	);
}

/** @returns what to say when no answer came, with n8n's message for it less the `secrets`. */
export function refusalForLostConnection(
	code: string | undefined,
	words: string,
	secrets: string[],
): Refusal {
	const { message, advice, isTemporary } = meaningOfCode(String(code));
	return new Refusal(
		message,
		`${quoted("n8n's message", words, secrets)} ${advice}`,
		{},
		{ cause: 'temporarily-unavailable' },
		isTemporary,
	);
}

/** @returns what to say of an OAuth2 credential that was never connected. */
export function refusalForNoConnection(): Refusal {
	return new Refusal(
		"The credential isn't connected to Datadog",
		'Open the credential in n8n and connect your account.',
		{},
		{ cause: 'credential-invalid' },
	);
}

/**
 * @param words n8n repeats the beginning of an answer that it cannot read, and a new token may stand in it
 * @returns what to say when a token is accepted no more and n8n got no other, with n8n's message less the `secrets`.
 */
export function refusalForRenewal(words: string, secrets: string[]): Refusal {
	return new Refusal(
		'Datadog rejected the OAuth2 token',
		`${quoted("n8n's message", words, secrets)} Datadog didn't issue a new token either. Open the credential in n8n and reconnect it. If that doesn't help, check its 'Client ID', 'Client Secret' and, for a custom base URL, its 'Access Token URL'.`,
		{ httpCode: '401' },
		{ cause: 'credential-invalid' },
	);
}

/**
 * @param limitName of the rate limit, by `X-RateLimit-Name`
 * @returns what to say when the next try has to wait longer than the item accepts; both in milliseconds.
 */
export function refusalForWait(
	waitMs: number,
	maxWaitMs: number,
	status = 429,
	limitName?: string,
): Refusal {
	const advice = "Raise 'Max Wait' in the node's options, or try again later.";
	return new Refusal(
		`Datadog requires a wait of ${Math.ceil(waitMs / 1000)} seconds, which is longer than 'Max Wait'`,
		`${[`'Max Wait' is ${maxWaitMs / 1000} seconds.`, ...limitSentence(limitName), advice].join(' ')}`,
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
export function refusalForRateLimit(limitName?: string, retryAfterMs = 0): Refusal {
	const { message, advice } = meaningOf(429, '');
	return new Refusal(
		message,
		['Every retry hit the rate limit too.', ...limitSentence(limitName), advice].join(' '),
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
export function refusalForDeadline(waitMs: number, status: number, limitName?: string): Refusal {
	const { message, advice, cause } = meaningOf(status, '');
	const wait =
		waitMs > 0
			? `The next request is allowed in ${Math.ceil(waitMs / 1000)} seconds, but the poll ends before that.`
			: 'The poll has no time left for another request.';
	return new Refusal(
		message,
		[wait, ...limitSentence(limitName), advice].join(' '),
		{ httpCode: String(status) },
		failureOf(cause, waitMs),
		true,
	);
}

/** @returns what to say of a request that was not sent, since Datadog stayed down for the requests before it. */
export function refusalForOutage(reason: Refusal): Refusal {
	const { message, description, about, failure, isTemporary } = reason;
	return new Refusal(
		message,
		`Other requests failed too, and so did every retry. ${description}`,
		about,
		failure,
		isTemporary,
	);
}

/** @returns what to say of an item that was still waiting when the run ended: cancelled, or another item refused. */
export function refusalForStop(): Refusal {
	return new Refusal('The execution was stopped', 'No more requests were sent to Datadog.');
}

/**
 * @param thrown anything: n8n and its libraries also throw texts and nothing at all
 * @returns the refusal that was thrown, or one with that message around what n8n threw instead.
 */
export function refusalFrom(thrown: unknown, message: string): Refusal {
	return thrown instanceof Refusal
		? thrown
		: new Refusal(message, quoted("n8n's message", reasonOf(thrown), []));
}
