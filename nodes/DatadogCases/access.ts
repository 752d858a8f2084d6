import type {
	IAdditionalCredentialOptions,
	IExecuteFunctions,
	IHttpRequestOptions,
	IPollFunctions,
} from 'n8n-workflow';

import { accountFrom, secretsOf } from '../../credentials/account';
import type { Account } from '../../credentials/account';
import { credentialTypeFor } from './authentication';
import { outcomeOf } from './retry';
import type { Outcome } from './retry';

/** What the credential of an item gives: where its requests go, and how one try is sent. */
export interface Access {
	account: Account;
	/** What Datadog's rate limit counts together. */
	organization: string;
	/** @throws Refusal when no further try can be accepted. */
	ask(request: IHttpRequestOptions): Promise<Outcome>;
	/** What must not stand in a message. Asked for late: a token may have been renewed. */
	secrets(): Promise<string[]>;
}

/** What the node and the trigger are given by n8n. */
export type Context = IExecuteFunctions | IPollFunctions;

/**
 * Access with the keys or the access token that n8n resolves for that item.
 * @throws Refusal naming a field of the credential, or what n8n throws for one that it cannot load.
 */
export async function keyAccess(context: Context, item: number): Promise<Access> {
	const type = credentialTypeFor('apiKeys');
	const credential = await context.getCredentials(type, item);
	const account = accountFrom(credential);
	// Datadog limits an organization: its API key, or a token, stands for it, whatever the application key.
	const { 'DD-API-KEY': apiKey, Authorization: token } = account.headers;
	// Without this, n8n would resolve the credential again, and always for the first item.
	const options = { credentialsDecrypted: { id: '', name: '', type, data: credential } };
	return {
		account,
		organization: `${account.baseURL} ${apiKey ?? token}`,
		ask: async (request) =>
			await send(context, type, { ...request, ignoreHttpStatusErrors: true }, options).catch(
				outcomeOf,
			),
		secrets: async () => secretsOf(account),
	};
}

/** Sends one request through n8n, with a credential of that type. @throws what n8n throws when no answer came. */
export async function send(
	context: Context,
	type: string,
	request: IHttpRequestOptions,
	options: IAdditionalCredentialOptions,
): Promise<Outcome> {
	const { httpRequestWithAuthentication } = context.helpers;
	const { statusCode, headers, body } = await httpRequestWithAuthentication.call(
		context,
		type,
		{
			...request,
			json: true,
			returnFullResponse: true,
			// A redirect would carry the keys to another host.
			disableFollowRedirect: true,
		},
		options,
	);
	return { status: statusCode, headers, body };
}
