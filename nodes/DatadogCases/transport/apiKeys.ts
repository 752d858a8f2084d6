import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { credentialTypeFor } from '../descriptions/authentication';
import { errorForStoppedRun } from '../errors/errors';
import { accountFrom, secretsOf } from './account/account';
import type { Account } from './account/account';
import { isSameForAllItems } from './account/expressionMarkers';
import { sendWithCredential } from './credential';
import type { Credential, NodeContext } from './credential';
import { lostConnectionFrom } from './outcome';
import type { Outcome } from './outcome';
import { timeoutOutcome } from './timeLimit';
import type { TimeLimit } from './timeLimit';

const CREDENTIAL_TYPE = credentialTypeFor('apiKeys');

/**
 * Loads the keys or the access token of the items of a run, one after the other: n8n has few connections to its
 * database. One load serves all items, unless an expression in the credential could give each item another value.
 */
export class ApiKeyCredentials {
	private lastLoad: Promise<unknown> = Promise.resolve();

	private shared: Promise<Credential> | 'none' = 'none';

	private readonly forgotten = new WeakSet<Credential>();

	constructor(
		private readonly context: NodeContext,
		private readonly signal: AbortSignal,
		private readonly timeLimit: TimeLimit,
	) {}

	/** @throws UserFacingError naming a field of the credential, or what n8n throws for one that it cannot load. */
	async credentialFor(item: number): Promise<Credential> {
		const credential = this.loadAfter(this.lastLoad, item);
		this.lastLoad = credential.catch(() => {});
		return await credential;
	}

	/** @returns the credential that serves instead by now, if the given one was shared and is forgotten. */
	async latest(credential: Credential): Promise<Credential> {
		return this.forgotten.has(credential) ? await this.credentialFor(0) : credential;
	}

	/** Loads again for whatever is still to be sent: somebody may have mended keys that Datadog rejects. */
	async forget(credential: Credential): Promise<void> {
		const { shared } = this;
		if (shared === 'none' || (await shared) !== credential) return;
		this.forgotten.add(credential);
		if (this.shared === shared) this.shared = 'none';
	}

	/** Also waits where another load serves: the items are to be sent in their order. */
	private async loadAfter(previous: Promise<unknown>, item: number): Promise<Credential> {
		await previous;
		if (this.shared !== 'none') return await this.shared;
		if (this.signal.aborted) throw errorForStoppedRun();
		const data = await this.context.getCredentials(CREDENTIAL_TYPE, item);
		const credential = this.credentialWith(data);
		if (isSameForAllItems(data)) this.shared = credential;
		return await credential;
	}

	private async credentialWith(data: ICredentialDataDecryptedObject): Promise<Credential> {
		return new ApiKeyCredential(this.context, this.timeLimit, data);
	}
}

class ApiKeyCredential implements Credential {
	readonly account: Account;

	readonly organization: string;

	private readonly secretValues: string[];

	constructor(
		private readonly context: NodeContext,
		private readonly timeLimit: TimeLimit,
		private readonly data: ICredentialDataDecryptedObject,
	) {
		this.account = accountFrom(data);
		this.secretValues = secretsOf(this.account);
		// Datadog limits an organization: its API key, or a token, stands for it, whatever the application key.
		const { 'DD-API-KEY': apiKey, Authorization: token } = this.account.headers;
		this.organization = `${this.account.baseURL} ${apiKey ?? token}`;
	}

	async attempt(request: IHttpRequestOptions, timeoutMs: number): Promise<Outcome> {
		return await this.timeLimit.within(
			timeoutMs,
			async (timeout, signal) =>
				await this.send({ ...request, timeout, ignoreHttpStatusErrors: true }, signal),
			timeoutOutcome,
		);
	}

	async secrets(): Promise<string[]> {
		return this.secretValues;
	}

	private async send(request: IHttpRequestOptions, signal: AbortSignal): Promise<Outcome> {
		// Without this, n8n would resolve the credential again, and always for the first item.
		const options = {
			credentialsDecrypted: { id: '', name: '', type: CREDENTIAL_TYPE, data: this.data },
		};
		return await sendWithCredential(this.context, CREDENTIAL_TYPE, request, options, signal).catch(
			lostConnectionFrom,
		);
	}
}
