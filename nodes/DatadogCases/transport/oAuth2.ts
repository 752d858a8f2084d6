import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

import type { Account } from './account/account';
import { assertTokenIsForSite } from './account/issuer';
import { baseUrlFrom } from './account/site';
import { send } from './apiKeys';
import type { Access, Context } from './apiKeys';
import { credentialTypeFor } from '../descriptions/authentication';
import type { Clock } from './clock';
import { errorForUnconnectedCredential, errorForFailedRefresh } from '../errors/errors';
import type { UserFacingError } from '../errors/userFacingError';
import { outcomeOf } from './rateLimiter/retryPolicy';
import type { Lost, Outcome } from './rateLimiter/retryPolicy';
import { timedOut } from './timeLimit';
import type { TimeLimit } from './timeLimit';

const TYPE = credentialTypeFor('oAuth2');

/**
 * Access with the token of a connected account, the same for all items of a run: n8n signs each request with what
 * the credential holds for the first item.
 * @throws UserFacingError when the credential is not connected, or to another site, or naming a field of it; or what n8n throws when it cannot load it.
 */
export async function oAuth2Access(
	context: Context,
	clock: Clock,
	timeLimit: TimeLimit,
): Promise<Access> {
	return new OAuth2Access(context, clock, timeLimit, await context.getCredentials(TYPE, 0));
}

/** What came of asking with a new token: the answer, that there was no connection, or that no token can be had. */
type Renewal = { renewed: Outcome } | { lost: Lost } | { error: UserFacingError };

class OAuth2Access implements Access {
	readonly account: Account;

	readonly organization: string;

	private renewal: Promise<Outcome> | undefined;

	private renewals = 0;

	/** That no token can be had any more, for all that is still to be asked. */
	private refreshError: UserFacingError | undefined;

	private readonly sentTokens = new Set<string>();

	private lastSecrets: string[] = [];

	constructor(
		private readonly context: Context,
		private readonly clock: Clock,
		private readonly timeLimit: TimeLimit,
		private readonly credential: ICredentialDataDecryptedObject,
	) {
		this.account = { baseURL: baseUrlFrom(credential), headers: {} };
		this.organization = this.account.baseURL;
		if (!tokensOf(credential).access_token) throw errorForUnconnectedCredential();
		assertTokenIsForSite(credential);
	}

	/** A token that has run out is renewed once for all requests that were sent with it, or for none of them. */
	async ask(request: IHttpRequestOptions, timeoutMs: number): Promise<Outcome> {
		for (;;) {
			const renewed = await this.renewal;
			if (renewed && renewed.status === undefined) return renewed;
			if (this.refreshError) throw this.refreshError;
			const { renewals } = this;
			const outcome = await this.timeLimit.within(
				timeoutMs,
				async (timeout, signal) => await this.try({ ...request, timeout }, signal),
				timedOut,
			);
			if (!this.hasRunOut(outcome, renewals)) return outcome;
			if (this.renewal || this.renewals > renewals) continue;
			this.renewal = this.renew(request, timeoutMs, outcome.status);
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

	private async try(request: IHttpRequestOptions, signal: AbortSignal): Promise<Outcome> {
		return await this.send({ ...request, ignoreHttpStatusErrors: true }, signal).catch(outcomeOf);
	}

	private async send(
		request: IHttpRequestOptions,
		signal: AbortSignal,
		status?: number,
	): Promise<Outcome> {
		// n8n puts the token into this object.
		const headers: IDataObject = {};
		try {
			const options = status === undefined ? {} : { oauth2: { tokenExpiredStatusCode: status } };
			return await send(this.context, TYPE, { ...request, headers }, options, signal);
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

	/** n8n waits for a new token as long as it takes, also when the execution was stopped. What comes later is ignored. */
	private async renew(
		request: IHttpRequestOptions,
		timeoutMs: number,
		status?: number,
	): Promise<Outcome> {
		const renewal = await this.timeLimit.within<Renewal>(
			timeoutMs,
			async (timeout, signal) => await this.askRenewed({ ...request, timeout }, signal, status),
			(ms) => ({
				lost: { ...timedOut(ms), words: `renewing the token: no answer within ${ms} ms` },
			}),
		);
		if ('lost' in renewal) return renewal.lost;
		if ('error' in renewal) throw (this.refreshError = renewal.error);
		this.renewals++;
		return renewal.renewed;
	}

	/** n8n renews a token only where it throws for the status, and then an answer's headers and body are lost in 1.x. */
	private async askRenewed(
		request: IHttpRequestOptions,
		signal: AbortSignal,
		status?: number,
	): Promise<Renewal> {
		try {
			return { renewed: await this.send(request, signal, status) };
		} catch (error) {
			const lost = outcomeOf(error);
			const forNow = { ...lost, words: `renewing the token: ${lost.words}` };
			const httpCode = String((error as { httpCode?: unknown }).httpCode);
			if (!/^[234]/.test(httpCode) && isConnection(lost.code)) return { lost: forNow };

			const outcome = await this.try(request, signal);
			if (outcome.status !== 401) return { renewed: outcome };
			if (status === 403) return await this.askRenewed(request, signal, 401);
			if (httpCode === '429') return { lost: { ...forNow, code: 'ERR_BAD_RESPONSE' } };
			return { error: errorForFailedRefresh(lost.words, await this.secrets()) };
		}
	}
}

/** What n8n gives, if anything, for a renewal that was refused, a strange answer, and a token that cannot be renewed. */
const OTHER_CODES = ['EAUTH', 'ESTATUS', 'ERR_ASSERTION'];

const isConnection = (code: string | undefined) =>
	code !== undefined && !OTHER_CODES.includes(code);

const tokensOf = ({ oauthTokenData }: ICredentialDataDecryptedObject) =>
	Object(oauthTokenData) as IDataObject;
