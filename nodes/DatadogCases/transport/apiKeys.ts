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

/** The result of a load that serves all items. `none` means that the next item loads the credential itself. */
type SharedLoad =
	| { name: 'none' }
	| { name: 'usable'; credential: Credential }
	| { name: 'unusable'; error: unknown };

/**
 * Loads the keys or the access token for the items of a run, one load at a time: n8n has few database connections. One
 * load serves all items unless the credential contains an expression, which can give each item another value.
 */
export class ApiKeyCredentials {
	private lastLoad: Promise<unknown> = Promise.resolve();

	private shared: SharedLoad = { name: 'none' };

	private readonly forgotten = new WeakSet<Credential>();

	constructor(
		private readonly context: NodeContext,
		private readonly signal: AbortSignal,
		private readonly timeLimit: TimeLimit,
	) {}

	/** @throws UserFacingError naming a field of the credential, or whatever n8n throws when it can't load it. */
	async credentialFor(item: number): Promise<Credential> {
		const credential = this.loadAfter(this.lastLoad, item);
		this.lastLoad = credential.catch(() => {});
		return await credential;
	}

	/**
	 * @returns the credential to send with: the given one, or the reloaded one if the given one was forgotten.
	 * @throws the same as `credentialFor`.
	 */
	async latest(credential: Credential): Promise<Credential> {
		return this.forgotten.has(credential) ? await this.credentialFor(0) : credential;
	}

	/** Makes the next request reload a shared credential that Datadog rejected: somebody may have fixed it in the meantime. */
	forget(credential: Credential): void {
		if (this.shared.name !== 'usable' || this.shared.credential !== credential) return;
		this.forgotten.add(credential);
		this.shared = { name: 'none' };
	}

	/** Waits for the previous load even if that one serves all items, so that requests are sent in the order of the items. */
	private async loadAfter(previous: Promise<unknown>, item: number): Promise<Credential> {
		await previous;
		if (this.shared.name === 'usable') return this.shared.credential;
		if (this.shared.name === 'unusable') throw this.shared.error;
		if (this.signal.aborted) throw errorForStoppedRun();
		const data = await this.context.getCredentials(CREDENTIAL_TYPE, item);
		const load = this.credentialWith(data);
		if (isSameForAllItems(data)) this.shared = load;
		if (load.name === 'unusable') throw load.error;
		return load.credential;
	}

	private credentialWith(
		data: ICredentialDataDecryptedObject,
	): Exclude<SharedLoad, { name: 'none' }> {
		try {
			return {
				name: 'usable',
				credential: new ApiKeyCredential(this.context, this.timeLimit, data),
			};
		} catch (error) {
			return { name: 'unusable', error };
		}
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
		// Datadog's rate limit counts per organization. The API key or token identifies it, the application key doesn't.
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
