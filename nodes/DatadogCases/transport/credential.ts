import type {
	IAdditionalCredentialOptions,
	IExecuteFunctions,
	IHttpRequestOptions,
	IPollFunctions,
} from 'n8n-workflow';

import type { Account } from './account/account';
import type { Outcome } from './outcome';
import { readResponse } from './response';

/** A loaded credential: where its requests go, and how to send them. */
export interface Credential {
	account: Account;
	/** What Datadog's rate limit counts together. */
	organization: string;
	/**
	 * Sends the request once, or up to four times if a token has to be refreshed.
	 * @param timeoutMs how long it may take, and the refreshing of a token once more
	 * @throws UserFacingError when no further attempt can be accepted.
	 */
	attempt(request: IHttpRequestOptions, timeoutMs: number): Promise<Outcome>;
	/** What must not stand in a message: the same list as long as it is the same. Read it late: a token may have been refreshed. */
	secrets(): Promise<string[]>;
}

/** What the node and the trigger are given by n8n. */
export type NodeContext = IExecuteFunctions | IPollFunctions;

/**
 * Sends one request through n8n, with a credential of that type.
 * @param signal ends it
 * @throws what n8n throws when no response came.
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
			// A redirect would carry the keys to another host.
			disableFollowRedirect: true,
		},
		options,
	);
	return await readResponse(response, signal);
}

/** n8n puts the signal of the run in the place of a request's own, so the run's has to be that. */
const stoppedBy = (signal: AbortSignal, context: NodeContext) =>
	Object.create(context, { getExecutionCancelSignal: { value: () => signal } }) as NodeContext;
