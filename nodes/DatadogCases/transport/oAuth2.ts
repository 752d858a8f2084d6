import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

import type { Account } from '../../../credentials/account';
import { baseUrlFrom } from '../../../credentials/site';
import { send } from './apiKeys';
import type { Access, Context } from './apiKeys';
import { credentialTypeFor } from '../authentication';
import type { Clock } from './clock';
import { refusalForNoConnection, refusalForRenewal } from '../errors';
import type { Refusal } from '../errors';
import { outcomeOf } from './retryPolicy';
import type { Outcome } from './retryPolicy';

const TYPE = credentialTypeFor('oAuth2');

/**
 * Access with the token of a connected account, the same for all items of a run: n8n signs each request with what
 * the credential holds for the first item.
 * @param signal ends the waiting for a new token
 * @throws Refusal when the credential is not connected, or naming a field of it; or what n8n throws when it cannot load it.
 */
export async function oAuth2Access(
	context: Context,
	clock: Clock,
	signal: AbortSignal,
): Promise<Access> {
	return new OAuth2Access(context, clock, signal, await context.getCredentials(TYPE, 0));
}

class OAuth2Access implements Access {
	readonly account: Account;

	readonly organization: string;

	private renewal: Promise<Outcome> | undefined;

	private renewals = 0;

	/** That no token can be had any more, for all that is still to be asked. */
	private refusal: Refusal | undefined;

	private readonly sentTokens = new Set<string>();

	private lastSecrets: string[] = [];

	constructor(
		private readonly context: Context,
		private readonly clock: Clock,
		private readonly signal: AbortSignal,
		private readonly credential: ICredentialDataDecryptedObject,
	) {
		this.account = { baseURL: baseUrlFrom(credential), headers: {} };
		this.organization = this.account.baseURL;
		if (!tokensOf(credential).access_token) throw refusalForNoConnection();
	}

	/** A token that has run out is renewed once for all requests that were sent with it, or for none of them. */
	async ask(request: IHttpRequestOptions): Promise<Outcome> {
		for (;;) {
			const renewed = await this.renewal;
			if (renewed && renewed.status === undefined) return renewed;
			if (this.refusal) throw this.refusal;
			const { renewals } = this;
			const outcome = await this.try(request);
			if (!this.hasRunOut(outcome, renewals)) return outcome;
			if (this.renewal || this.renewals > renewals) continue;
			this.renewal = this.within(request.timeout!, this.askRenewed(request, outcome.status));
			return await this.renewal.finally(() => (this.renewal = undefined));
		}
	}

	async secrets(): Promise<string[]> {
		const stored = await this.context.getCredentials(TYPE, 0).catch(() => this.credential);
		const secrets = [this.credential, stored].flatMap((credential) => {
			const { access_token: access, refresh_token: refresh } = tokensOf(credential);
			return [access, refresh, credential.clientSecret];
		});
		const all = [...this.sentTokens, ...secrets].filter(
			(secret): secret is string => typeof secret === 'string' && secret !== '',
		);
		const isSame = JSON.stringify(all) === JSON.stringify(this.lastSecrets);
		return (this.lastSecrets = isSame ? this.lastSecrets : all);
	}

	private async try(request: IHttpRequestOptions): Promise<Outcome> {
		return await this.send({ ...request, ignoreHttpStatusErrors: true }).catch(outcomeOf);
	}

	private async send(request: IHttpRequestOptions, status?: number): Promise<Outcome> {
		// n8n puts the token into this object.
		const headers: IDataObject = {};
		try {
			const options = status === undefined ? {} : { oauth2: { tokenExpiredStatusCode: status } };
			return await send(this.context, TYPE, { ...request, headers }, options);
		} finally {
			this.sentTokens.add(String(headers.Authorization ?? '').replace('Bearer ', ''));
		}
	}

	/**
	 * Datadog mixes up 401 and 403, so a 403 counts too when the token's time is over by what n8n noted: for the first
	 * renewal of a run. n8n 1.x notes nothing.
	 */
	private hasRunOut({ status }: Outcome, renewals: number): boolean {
		const expiresAt = Number(tokensOf(this.credential).n8n_expires_at);
		return status === 401 || (status === 403 && renewals === 0 && expiresAt <= this.clock.now());
	}

	/** n8n renews a token only where it throws for the status, and then an answer's headers and body are lost in 1.x. */
	private async askRenewed(request: IHttpRequestOptions, status?: number): Promise<Outcome> {
		try {
			const answer = await this.send(request, status);
			this.renewals++;
			return answer;
		} catch (error) {
			const lost = outcomeOf(error);
			const forNow = { ...lost, words: `renewing the token: ${lost.words}` };
			const httpCode = String((error as { httpCode?: unknown }).httpCode);
			if (!/^[234]/.test(httpCode) && isConnection(lost.code)) return forNow;

			const outcome = await this.try(request);
			if (outcome.status !== 401) {
				this.renewals++;
				return outcome;
			}
			if (status === 403) return await this.askRenewed(request, 401);
			if (httpCode === '429') return { ...forNow, code: 'ERR_BAD_RESPONSE' };
			this.refusal = refusalForRenewal(lost.words, await this.secrets());
			throw this.refusal;
		}
	}

	/** n8n waits for a new token as long as it takes, also when the execution was stopped. */
	private async within(timeoutMs: number, renewal: Promise<Outcome>): Promise<Outcome> {
		const ended = new AbortController();
		const end = () => ended.abort();
		this.signal.addEventListener('abort', end);
		const tooLate = this.clock.timeout(timeoutMs, ended.signal).then(() => ({
			code: 'ECONNABORTED',
			words: `renewing the token: no answer within ${timeoutMs} ms`,
			headers: {},
		}));
		try {
			return await Promise.race([renewal, tooLate]);
		} finally {
			this.signal.removeEventListener('abort', end);
			end();
		}
	}
}

/** What n8n gives, if anything, for a renewal that was refused, a strange answer, and a token that cannot be renewed. */
const OTHER_CODES = ['EAUTH', 'ESTATUS', 'ERR_ASSERTION'];

const isConnection = (code: string | undefined) =>
	code !== undefined && !OTHER_CODES.includes(code);

const tokensOf = ({ oauthTokenData }: ICredentialDataDecryptedObject) =>
	Object(oauthTokenData) as IDataObject;
