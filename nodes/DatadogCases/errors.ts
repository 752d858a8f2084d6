import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { Failure, IDataObject, INode } from 'n8n-workflow';

import { isAgentTool } from './agentTool';

/** Why an item gets no answer. Thrown everywhere below the node file, which gives it the item's number. */
export class Refusal extends Error {
	/**
	 * @param message what happened, in fixed words: n8n replaces a message that holds an error code anywhere.
	 * @param description how to get unstuck, and the words of Datadog or n8n.
	 * @param failure why, as n8n names it: n8n 2.41 polls less often for it. Older versions ignore it.
	 * @param isTemporary whether it passes without a person mending anything.
	 */
	constructor(
		message: string,
		readonly description: string,
		readonly about: { httpCode?: string; field?: string } = {},
		readonly failure: Failure | undefined = about.field === undefined
			? undefined
			: { cause: 'configuration-invalid' },
		readonly isTemporary = false,
	) {
		super(message);
	}
}

/** What happened, in fixed words, what to change, and whether it passes without a change. */
interface Meaning {
	message: string;
	advice: string;
	cause?: Failure['cause'];
	isTemporary?: boolean;
}

const addressAdvice =
	"Check the 'Site' of the credential, or the host and path of its 'Base URL' when you use a gateway.";

const rateLimitAdvice =
	"Ask less often or for less, or raise 'Max Retries' and 'Max Wait' in the node's options. Datadog can raise the limit on request.";

const outageAdvice =
	"Try again later, or raise 'Max Retries' in the node's options. See https://status.datadoghq.com.";

const unaccepted: Meaning = {
	message: 'Datadog did not accept the credential',
	cause: 'credential-invalid',
	advice:
		"Check in the credential: the 'Site' that your organization uses, the 'API Key', the 'Application Key' (its value, not its ID) or the 'Access Token', and that it has the permission cases_read. Datadog mixes these up, so check each. With OAuth2, connect it again and allow cases_read.",
};

const tooLong: Meaning = {
	message: 'Datadog did not accept so long a request',
	cause: 'configuration-invalid',
	advice: "Shorten 'Query'.",
};

const unable: Meaning = {
	message: 'Datadog could not answer',
	advice: addressAdvice,
	cause: 'configuration-invalid',
};

const statuses: Record<string, Meaning> = {
	400: {
		message: 'Datadog did not accept the request',
		cause: 'configuration-invalid',
		advice:
			"Check the syntax of 'Query' and the names in 'Group By': they are those of the search bar on Datadog's case list.",
	},
	401: unaccepted,
	403: unaccepted,
	404: {
		message: 'Datadog has no case counts at this address',
		advice: addressAdvice,
		cause: 'configuration-invalid',
	},
	408: {
		message: 'Datadog gave no answer within the time allowed',
		advice:
			"Try again later, or narrow 'Query'. A gateway before Datadog may allow too little time.",
		cause: 'temporarily-unavailable',
		isTemporary: true,
	},
	413: tooLong,
	414: tooLong,
	429: {
		message: "Datadog's rate limit is used up",
		advice: rateLimitAdvice,
		cause: 'rate-limited',
		isTemporary: true,
	},
	431: tooLong,
	501: unable,
	505: unable,
};

const statusClasses: Record<string, Meaning> = {
	3: {
		message: 'The address leads elsewhere',
		advice: addressAdvice,
		cause: 'configuration-invalid',
	},
	4: {
		message: 'Datadog did not accept the request',
		advice: addressAdvice,
		cause: 'configuration-invalid',
	},
	5: {
		message: 'Datadog could not answer',
		advice: outageAdvice,
		cause: 'temporarily-unavailable',
		isTemporary: true,
	},
};

/** @returns what a status other than 200 means, be it from Datadog or from a gateway before it. */
function meaningOf(status: number): Meaning {
	return (
		statuses[status] ??
		statusClasses[Math.floor(status / 100)] ?? {
			message: 'Datadog gave an answer that cannot be used',
			advice: addressAdvice,
		}
	);
}

/** An answer that is not the documented one. */
export interface Answer {
	status: number;
	headers: IDataObject;
	body: unknown;
}

/**
 * @param retryAfterMs how long Datadog said to wait, where it did
 * @returns what to say of an answer other than 200, with Datadog's own words less the `secrets`.
 */
export function refusalForStatus(
	{ status, body }: Answer,
	secrets: string[],
	retryAfterMs?: number,
): Refusal {
	const { message, advice, cause, isTemporary } = meaningOf(status);
	const words = quoted("Datadog's words", wordsOf(body), secrets);
	return new Refusal(
		message,
		`${words} ${advice}`,
		{ httpCode: String(status) },
		failureOf(cause, retryAfterMs),
		isTemporary,
	);
}

/** @returns what n8n is told: the wait only where a wait can help. */
function failureOf(
	cause: Failure['cause'] | undefined,
	retryAfterMs?: number,
): Failure | undefined {
	if (cause === 'rate-limited' || cause === 'temporarily-unavailable')
		return retryAfterMs === undefined ? { cause } : { cause, retryAfterMs };
	return cause && ({ cause } as Failure);
}

/**
 * @param missing path of the first part of the answer that is missing or of another type
 * @returns what to say when an answer of status 200 is not what Datadog documents.
 */
export function refusalForAnswer(missing: string, body?: unknown, secrets: string[] = []): Refusal {
	const words = body === undefined ? '' : quoted("Datadog's words", wordsOf(body), secrets);
	return new Refusal(
		"Datadog's answer does not have the documented form",
		[`Missing or of another type: ${missing}.`, words, addressAdvice].filter(Boolean).join(' '),
		{ httpCode: '200' },
	);
}

/** By the code that Node.js and axios give. */
const lostConnections: Record<string, Meaning> = {
	ENOTFOUND: { message: 'The host of Datadog was not found', advice: addressAdvice },
	ECONNREFUSED: { message: 'The host of Datadog refused the connection', advice: addressAdvice },
	ECONNABORTED: {
		message: 'Datadog gave no answer within the time allowed',
		advice: "Raise 'Timeout' in the node's options, or narrow 'Query'.",
		isTemporary: true,
	},
};

/** Of codes for certificates and addresses that a person has to mend. */
const LASTING_CODE = /CERT|SIGNATURE|^ERR_(TLS|SSL|INVALID)|^EPROTO$/;

/** @returns what to say when no answer came, with n8n's words for it less the `secrets`. */
export function refusalForLostConnection(
	code: string | undefined,
	words: string,
	secrets: string[],
): Refusal {
	const { message, advice, isTemporary } = lostConnections[String(code)] ?? {
		message: 'The connection to Datadog was lost',
		advice: `${addressAdvice} A proxy or a firewall between n8n and Datadog can be in the way too.`,
		isTemporary: !LASTING_CODE.test(String(code)),
	};
	return new Refusal(
		message,
		`${quoted("n8n's words", words, secrets)} ${advice}`,
		{},
		{ cause: 'temporarily-unavailable' },
		isTemporary,
	);
}

/** @returns what to say of an OAuth2 credential that was never connected. */
export function refusalForNoConnection(): Refusal {
	return new Refusal(
		'The credential is not connected to Datadog',
		'Open it in n8n and connect your account with its button.',
		{},
		{ cause: 'credential-invalid' },
	);
}

/** @returns what to say when a token is accepted no more and n8n got no other, with n8n's words less the `secrets`. */
export function refusalForRenewal(words: string, secrets: string[]): Refusal {
	// n8n repeats the beginning of an answer that it cannot read, and a new token may stand in it.
	const shown = quoted("n8n's words", words, secrets).replace(/[\w.~+/=-]{24,}/g, '[hidden]');
	return new Refusal(
		'The credential has to be connected to Datadog again',
		`${shown} Open the credential in n8n and connect it again: Datadog accepts its token no more and gave no new one. When that does not help, check its 'Client ID', 'Client Secret' and, for a custom base URL, its 'Access Token URL'.`,
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
	const advice = status === 429 ? rateLimitAdvice : outageAdvice;
	return new Refusal(
		`Datadog can be asked again in ${Math.ceil(waitMs / 1000)} seconds, longer than 'Max Wait' allows`,
		`${[`'Max Wait' is ${maxWaitMs / 1000} seconds.`, ...sentenceOf(limitName), advice].join(' ')}`,
		{ httpCode: String(status) },
		failureOf(status === 429 ? 'rate-limited' : 'temporarily-unavailable', waitMs),
		true,
	);
}

/**
 * @param limitName of the rate limit, by `X-RateLimit-Name`
 * @returns what to say of a request that is not sent any more, since waiting has not helped others.
 */
export function refusalForRateLimit(limitName?: string, retryAfterMs?: number): Refusal {
	const { message, advice } = meaningOf(429);
	return new Refusal(
		message,
		['Datadog refused again after every wait.', ...sentenceOf(limitName), advice].join(' '),
		{ httpCode: '429' },
		failureOf('rate-limited', retryAfterMs),
		true,
	);
}

const sentenceOf = (limitName: string | undefined) =>
	limitName === undefined ? [] : [`The limit is "${limitName}".`];

/** @returns the refusal that was thrown, or one with that message around what n8n threw instead. */
export function refusalFrom(error: unknown, message: string): Refusal {
	return error instanceof Refusal
		? error
		: new Refusal(message, quoted("n8n's words", (error as Error).message));
}

/** @returns what is thrown for an item, of n8n's two kinds: for an answer of Datadog, or for anything before it. A poll has no items. */
export function nodeErrorFrom(refusal: Refusal, node: INode, itemIndex?: number): Error {
	const { description, about, failure } = refusal;
	const message = messageFor(refusal, itemIndex);
	const { httpCode } = about;
	const error = httpCode
		? new NodeApiError(node, {}, { message, description, httpCode, itemIndex, failure })
		: new NodeOperationError(node, message, { description, itemIndex, failure });
	if (isAgentTool(node)) error.message = `${message}. ${description}`;
	return error;
}

/** @returns what an item holds instead of its groups when the workflow continues. */
export function errorItemFrom(refusal: Refusal, itemIndex: number): IDataObject {
	const { description, about } = refusal;
	return { error: messageFor(refusal, itemIndex), details: { ...about, description } };
}

const messageFor = ({ message, about }: Refusal, itemIndex?: number) =>
	about.field && itemIndex !== undefined ? `${message} [item ${itemIndex}]` : message;

/** Enough to find the reason in an HTML page, and what of it is shown. In characters. */
const READ_WORDS = 10_000;
const SHOWN_WORDS = 500;

/** Somebody else's words, as plain text, of readable length and without the secrets. */
function quoted(whose: string, words: string, secrets: string[] = []): string {
	const text = secrets
		.flatMap(spellingsOf)
		.reduce((rest, secret) => rest.replace(new RegExp(patternOf(secret), 'gi'), '[hidden]'), words)
		.slice(0, READ_WORDS)
		.replace(/<(script|style)\b.*?<\/\1>|<[^<>]*>/gis, ' ')
		.replace(/\s+/g, ' ')
		.trim()
		.replace(/\.$/, '');
	if (text === '') return `${whose}: none.`;
	return `${whose}: "${text.length > SHOWN_WORDS ? `${text.slice(0, SHOWN_WORDS)}…` : text}".`;
}

/** Gateways repeat what they were sent also in base64, and as a part of an address. */
function spellingsOf(secret: string): string[] {
	const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
	return [secret, base64, base64.replace(/\+/g, '-').replace(/\//g, '_')];
}

/** @returns the source of an expression for the text, with any of its characters percent-encoded. */
const patternOf = (text: string) =>
	Array.from(text, (character) => {
		const encoded = Array.from(Buffer.from(character), (byte) => `%${byte.toString(16)}`).join('');
		return `(?:${character.replace(/\W/, '\\$&')}|${encoded})`;
	}).join('');

/**
 * Datadog's own words in any body: `{errors: string[]}`, JSON:API objects with `title` and `detail`, the texts
 * of other JSON, an HTML page, cut or empty text.
 */
function wordsOf(body: unknown): string {
	const { errors } = Object(body) as { errors?: unknown };
	const entries: unknown[] = Array.isArray(errors) ? errors : [body];
	return entries
		.map((entry) =>
			isText(entry) ? entry : Object.values(Object(entry)).filter(isText).join(': '),
		)
		.join('; ');
}

const isText = (value: unknown): value is string => typeof value === 'string';
