import type { IDataObject } from 'n8n-workflow';

import {
	errorForInvalidResponse,
	errorForLostConnection,
	errorForStatus,
	errorForTooLargeResponse,
} from '../errors/errors';
import { reasonInError } from '../errors/reasons';
import type { UserFacingError } from '../errors/userFacingError';

/** In place of a body that has too many bytes. */
export const TOO_LARGE = Symbol('too large');

/** What one attempt led to: a response of any status, or none. */
export type Outcome = HttpResponse | LostConnection;

export interface HttpResponse {
	status: number;
	headers: IDataObject;
	body: unknown;
}

/** Without a response there are no headers either. */
export interface LostConnection {
	status?: undefined;
	headers: IDataObject;
	code?: string;
	reason: string;
}

/**
 * @returns what became of an attempt that n8n threw for. It wraps the error of axios and keeps it as the cause; some
 * versions of 1.x keep only its code and its message.
 */
export function lostConnectionFrom(error: unknown): LostConnection {
	const { cause, httpCode, code, errors, messages } = Object(error) as Thrown;
	const original = Object(cause) as Thrown;
	// Each address of a host that was tried has an error of its own, in one that says nothing itself.
	const inner = [errors, original.errors, Object(original.cause).errors].flat().find(Boolean);
	const known = original.code ?? httpCode ?? code ?? (Object(inner) as Thrown).code;
	return {
		// Statuses are not thrown for, so one that is belongs to a response that broke off.
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

/** A body of JSON with Datadog's `data`: an object, or a list that is typed as one. */
export interface ResponseBody {
	data: IDataObject;
	[member: string]: unknown;
}

/** @returns the body, if the outcome is a response with such `data`. */
export function bodyOf(outcome: Outcome, expected: 'object' | 'list'): ResponseBody | undefined {
	if (outcome.status !== 200) return undefined;
	const body = Object(outcome.body) as Partial<ResponseBody>;
	const { data } = body;
	const isData = typeof data === 'object' && data !== null;
	const isExpected = isData && Array.isArray(data) === (expected === 'list');
	return isExpected ? (body as ResponseBody) : undefined;
}

/**
 * @param waitMs milliseconds that Datadog asks to wait, 0 for none
 * @returns what to say of an outcome without Datadog's `data`; the `secrets` are left out of it.
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
