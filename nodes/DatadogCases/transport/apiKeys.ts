import type {
	IAdditionalCredentialOptions,
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	IPollFunctions,
} from 'n8n-workflow';

import { accountFrom, secretsOf } from './account/account';
import type { Account } from './account/account';
import { credentialTypeFor } from '../descriptions/authentication';
import { errorForStoppedRun } from '../errors/errors';
import { isSameForAllItems } from './account/expressionMarkers';
import { outcomeFrom } from './response';
import { outcomeOf } from './rateLimiter/retryPolicy';
import type { Outcome } from './rateLimiter/retryPolicy';
import { timedOut } from './timeLimit';
import type { TimeLimit } from './timeLimit';

/** What the credential of an item gives: where its requests go, and how one try is sent. */
export interface Access {
	account: Account;
	/** What Datadog's rate limit counts together. */
	organization: string;
	/**
	 * One try, or up to four where a token has to be refreshed.
	 * @param timeoutMs how long the try may take, and the refreshing of a token once more
	 * @throws UserFacingError when no further try can be accepted.
	 */
	ask(request: IHttpRequestOptions, timeoutMs: number): Promise<Outcome>;
	/** What must not stand in a message: the same list as long as it is the same. Asked for late: a token may have been refreshed. */
	secrets(): Promise<string[]>;
}

/** What the node and the trigger are given by n8n. */
export type Context = IExecuteFunctions | IPollFunctions;

const TYPE = credentialTypeFor('apiKeys');

/**
 * Looks up the keys or the access token of the items of a run, one look-up at a time: n8n has few connections to its
 * database. One look-up serves all items, unless an expression in the credential could give each item another value.
 */
export class ApiKeys {
	private lastLookUp: Promise<unknown> = Promise.resolve();

	private shared: Promise<Access> | 'none' = 'none';

	private readonly forgotten = new WeakSet<Access>();

	constructor(
		private readonly context: Context,
		private readonly signal: AbortSignal,
		private readonly timeLimit: TimeLimit,
	) {}

	/** @throws UserFacingError naming a field of the credential, or what n8n throws for one that it cannot load. */
	async accessFor(item: number): Promise<Access> {
		// Also where another look-up serves: the items are to be sent in their order.
		const access = this.lastLookUp.then(async () => {
			if (this.shared !== 'none') return await this.shared;
			if (this.signal.aborted) throw errorForStoppedRun();
			return await this.lookUp(item);
		});
		this.lastLookUp = access.catch(() => {});
		return await access;
	}

	/** @returns the access that serves instead by now, if the given one was shared and is forgotten. */
	async latest(access: Access): Promise<Access> {
		return this.forgotten.has(access) ? await this.accessFor(0) : access;
	}

	/** Looks up again for whatever is still to be sent: somebody may have mended keys that Datadog refuses. */
	async forget(access: Access): Promise<void> {
		const { shared } = this;
		if (shared === 'none' || (await shared) !== access) return;
		this.forgotten.add(access);
		if (this.shared === shared) this.shared = 'none';
	}

	private async lookUp(item: number): Promise<Access> {
		const credential = await this.context.getCredentials(TYPE, item);
		const access = this.accessWith(credential);
		if (isSameForAllItems(credential)) this.shared = access;
		return await access;
	}

	private async accessWith(credential: ICredentialDataDecryptedObject): Promise<Access> {
		const account = accountFrom(credential);
		const secrets = secretsOf(account);
		// Datadog limits an organization: its API key, or a token, stands for it, whatever the application key.
		const { 'DD-API-KEY': apiKey, Authorization: token } = account.headers;
		// Without this, n8n would resolve the credential again, and always for the first item.
		const options = {
			credentialsDecrypted: { id: '', name: '', type: TYPE, data: credential },
		};
		return {
			account,
			organization: `${account.baseURL} ${apiKey ?? token}`,
			ask: async (request, timeoutMs) =>
				await this.timeLimit.within(
					timeoutMs,
					async (timeout, signal) => {
						const all = { ...request, timeout, ignoreHttpStatusErrors: true };
						return await send(this.context, TYPE, all, options, signal).catch(outcomeOf);
					},
					timedOut,
				),
			secrets: async () => secrets,
		};
	}
}

/**
 * Sends one request through n8n, with a credential of that type.
 * @param signal ends it
 * @throws what n8n throws when no answer came.
 */
export async function send(
	context: Context,
	type: string,
	request: IHttpRequestOptions,
	options: IAdditionalCredentialOptions,
	signal: AbortSignal,
): Promise<Outcome> {
	const { httpRequestWithAuthentication } = context.helpers;
	const response = await httpRequestWithAuthentication.call(
		stoppedBy(signal, context),
		type,
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
	return await outcomeFrom(response, signal);
}

/** n8n puts the signal of the run in the place of a request's own, so the run's has to be that. */
const stoppedBy = (signal: AbortSignal, context: Context) =>
	Object.create(context, { getExecutionCancelSignal: { value: () => signal } }) as Context;
