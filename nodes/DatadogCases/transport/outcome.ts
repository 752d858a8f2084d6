import type { IDataObject } from 'n8n-workflow';

import {
	errorForInvalidResponse,
	errorForLostConnection,
	errorForStatus,
	errorForTooLargeResponse,
} from '../errors/errors';
import type { HttpResponse } from '../errors/errors';
import { reasonInError } from '../errors/reasons';
import type { UserFacingError } from '../errors/userFacingError';

/** Replaces a body that exceeds the size limit. */
export const TOO_LARGE = Symbol('too large');

/** The result of one attempt: a response with any status, or no response. */
export type Outcome = HttpResponse | LostConnection;

/** No response, or one that broke off. */
export interface LostConnection {
	status?: undefined;
	/** Always empty, so that the headers of any outcome can be read. */
	headers: Record<string, never>;
	code?: string;
	reason: string;
}

/**
 * Reads an error that n8n threw for a request. n8n wraps the axios error as the cause; some 1.x versions only keep its
 * code and message.
 */
export function lostConnectionFrom(error: unknown): LostConnection {
	const { cause, httpCode, code, errors, messages } = Object(error) as Thrown;
	const original = Object(cause) as Thrown;
	// Node.js tries each address of a host, and throws an error without a code around the errors of all attempts.
	const inner = [errors, original.errors, Object(original.cause).errors].flat().find(Boolean);
	const known = original.code ?? httpCode ?? code ?? (Object(inner) as Thrown).code;
	return {
		// n8n doesn't throw for statuses, so a status here means that the response broke off.
		code: Number(known) > 0 ? 'ERR_BAD_RESPONSE' : (known ?? undefined),
		reason: reasonInError(cause) || messages?.[0] || reasonInError(error),
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

/** A JSON body with Datadog's `data`. A list is typed as an object too. */
export interface ResponseBody {
	data: IDataObject;
	[member: string]: unknown;
}

/** @returns the body if the response has status 200 and `data` of the expected type. */
export function bodyOf(outcome: Outcome, expected: 'object' | 'list'): ResponseBody | undefined {
	if (outcome.status !== 200) return undefined;
	const body = Object(outcome.body) as Partial<ResponseBody>;
	const { data } = body;
	const isData = typeof data === 'object' && data !== null;
	const isExpected = isData && Array.isArray(data) === (expected === 'list');
	return isExpected ? (body as ResponseBody) : undefined;
}

/**
 * @param secrets hidden in the message
 * @param waitMs how long Datadog asks to wait, 0 for not at all
 * @returns the error for an outcome without Datadog's `data`.
 */
export function errorForOutcome(outcome: Outcome, secrets: string[], waitMs = 0): UserFacingError {
	if (outcome.status === undefined) {
		return errorForLostConnection(outcome.code, outcome.reason, secrets);
	}
	if (outcome.body === TOO_LARGE) return errorForTooLargeResponse();
	return outcome.status === 200
		? errorForInvalidResponse('data', outcome.body, secrets)
		: errorForStatus(outcome, secrets, waitMs);
}
