import type {
	IAdditionalCredentialOptions,
	IExecuteFunctions,
	IHttpRequestOptions,
	IPollFunctions,
} from 'n8n-workflow';

import type { Account } from './account/account';
import type { Outcome } from './outcome';
import { readResponse } from './response';

/** A loaded credential, which can send requests. */
export interface Credential {
	account: Account;
	/** Identifies what shares a rate limit. */
	organization: string;
	/**
	 * Sends the request once, or several times if a token has to be refreshed.
	 * @param timeoutMs the time limit for the request, and again for refreshing a token
	 * @throws UserFacingError when no attempt with this credential can succeed any more.
	 */
	attempt(request: IHttpRequestOptions, timeoutMs: number): Promise<Outcome>;
	/**
	 * Call it after the attempt, which may have refreshed a token.
	 * @returns what to hide in messages: the same array object while nothing has changed, because hideKeys caches by it.
	 */
	secrets(): Promise<string[]>;
}

/** The context that n8n gives to the node or the trigger. */
export type NodeContext = IExecuteFunctions | IPollFunctions;

/**
 * Sends one request through n8n, which adds the credential.
 * @param signal aborts the request
 * @returns the response, whatever its status
 * @throws what n8n throws when there is no response.
 */
export async function sendWithCredential(
	context: NodeContext,
	credentialType: string,
	request: IHttpRequestOptions,
	options: IAdditionalCredentialOptions,
	signal: AbortSignal,
): Promise<Outcome> {
	const { httpRequestWithAuthentication } = context.helpers;
	const response = await httpRequestWithAuthentication.call(
		stoppedBy(signal, context),
		credentialType,
		{
			...request,
			abortSignal: signal,
			json: true,
			encoding: 'stream',
			returnFullResponse: true,
			// A redirect would send the keys to another host.
			disableFollowRedirect: true,
		},
		options,
	);
	return await readResponse(response, signal);
}

/** n8n replaces a request's `abortSignal` with the execution's cancel signal, so the context has to return ours. */
const stoppedBy = (signal: AbortSignal, context: NodeContext) =>
	Object.create(context, { getExecutionCancelSignal: { value: () => signal } }) as NodeContext;
