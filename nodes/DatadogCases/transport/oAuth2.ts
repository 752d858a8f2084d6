import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { credentialTypeFor } from '../descriptions/authentication';
import { errorForFailedRefresh, errorForUnconnectedCredential } from '../errors/errors';
import type { UserFacingError } from '../errors/userFacingError';
import type { Account } from './account/account';
import { assertTokenIsForSite } from './account/issuer';
import { baseUrlFrom } from './account/site';
import type { Clock } from './clock';
import { sendWithCredential } from './credential';
import type { Credential, NodeContext } from './credential';
import { lostConnectionFrom } from './outcome';
import type { LostConnection, Outcome } from './outcome';
import { timeoutOutcome } from './timeLimit';
import type { TimeLimit } from './timeLimit';

const CREDENTIAL_TYPE = credentialTypeFor('oAuth2');

/**
 * Loads the OAuth2 credential, once for all items: n8n always signs requests with the credential of the first item.
 * @throws UserFacingError when the credential isn't connected, is connected to another site, or has an invalid field;
 * whatever n8n throws when it can't load it.
 */
export async function loadOAuth2Credential(
	context: NodeContext,
	clock: Clock,
	timeLimit: TimeLimit,
): Promise<Credential> {
	return new OAuth2Credential(
		context,
		clock,
		timeLimit,
		await context.getCredentials(CREDENTIAL_TYPE, 0),
	);
}

/** The result of a request with a refreshed token. `error` means that there is no new token. */
type RefreshResult = { outcome: Outcome } | { lost: LostConnection } | { error: UserFacingError };

class OAuth2Credential implements Credential {
	readonly account: Account;

	readonly organization: string;

	private pendingRefresh: Promise<Outcome> | undefined;

	private refreshes = 0;

	/** Set when refreshing has failed for good: all later requests fail with it. */
	private refreshError: UserFacingError | undefined;

	private readonly sentTokens = new Set<string>();

	private lastSecrets: string[] = [];

	constructor(
		private readonly context: NodeContext,
		private readonly clock: Clock,
		private readonly timeLimit: TimeLimit,
		private readonly credential: ICredentialDataDecryptedObject,
	) {
		this.account = {
			baseURL: baseUrlFrom(credential),
			site: String(credential.site),
			headers: {},
		};
		this.organization = this.account.baseURL;
		if (!tokensOf(credential).access_token) throw errorForUnconnectedCredential();
		assertTokenIsForSite(credential);
	}

	/** Refreshes an expired token once for all requests that were sent with it. */
	async attempt(request: IHttpRequestOptions, timeoutMs: number): Promise<Outcome> {
		for (;;) {
			const refreshed = await this.pendingRefresh;
			if (refreshed && refreshed.status === undefined) return refreshed;
			if (this.refreshError) throw this.refreshError;
			const { refreshes } = this;
			const outcome = await this.timeLimit.within(
				timeoutMs,
				async (timeout, signal) => await this.attemptOnce({ ...request, timeout }, signal),
				timeoutOutcome,
			);
			if (!this.hasExpired(outcome, refreshes)) return outcome;
			if (this.pendingRefresh || this.refreshes > refreshes) continue;
			this.pendingRefresh = this.refresh(request, timeoutMs, outcome.status);
			return await this.pendingRefresh.finally(() => (this.pendingRefresh = undefined));
		}
	}

	async secrets(): Promise<string[]> {
		const stored = await this.context
			.getCredentials(CREDENTIAL_TYPE, 0)
			.catch(() => this.credential);
		const secrets = [this.credential, stored].flatMap((credential) => {
			const { access_token: accessToken, refresh_token: refreshToken } = tokensOf(credential);
			return [accessToken, refreshToken, credential.clientSecret];
		});
		const all = [...this.sentTokens, ...secrets].filter(
			(secret): secret is string => typeof secret === 'string' && secret !== '',
		);
		const isSame = JSON.stringify(all) === JSON.stringify(this.lastSecrets);
		return (this.lastSecrets = isSame ? this.lastSecrets : all);
	}

	private async attemptOnce(request: IHttpRequestOptions, signal: AbortSignal): Promise<Outcome> {
		return await this.sendWithToken({ ...request, ignoreHttpStatusErrors: true }, signal).catch(
			lostConnectionFrom,
		);
	}

	private async sendWithToken(
		request: IHttpRequestOptions,
		signal: AbortSignal,
		status?: number,
	): Promise<Outcome> {
		// n8n adds the token to this object.
		const headers: IDataObject = {};
		try {
			const options = status === undefined ? {} : { oauth2: { tokenExpiredStatusCode: status } };
			return await sendWithCredential(
				this.context,
				CREDENTIAL_TYPE,
				{ ...request, headers },
				options,
				signal,
			);
		} finally {
			this.sentTokens.add(String(headers.Authorization ?? '').replace('Bearer ', ''));
		}
	}

	/**
	 * Datadog confuses 401 and 403. So a 403 counts too, but only once per run and only if the token has expired
	 * according to n8n. n8n 1.x doesn't store when a token expires.
	 */
	private hasExpired({ status }: Outcome, refreshes: number): boolean {
		const expiresAt = Number(tokensOf(this.credential).n8n_expires_at);
		return status === 401 || (status === 403 && refreshes === 0 && expiresAt <= this.clock.now());
	}

	/** n8n has no time limit for refreshing a token, and can't be stopped. A token that comes too late is ignored. */
	private async refresh(
		request: IHttpRequestOptions,
		timeoutMs: number,
		status?: number,
	): Promise<Outcome> {
		const result = await this.timeLimit.within<RefreshResult>(
			timeoutMs,
			async (timeout, signal) =>
				await this.attemptWithRefreshedToken({ ...request, timeout }, signal, status),
			(ms) => ({
				lost: {
					...timeoutOutcome(ms),
					reason: `refreshing the token: no response within ${ms} ms`,
				},
			}),
		);
		if ('lost' in result) return result.lost;
		if ('error' in result) throw (this.refreshError = result.error);
		this.refreshes++;
		return result.outcome;
	}

	/** n8n only refreshes a token when it throws for the status. n8n 1.x then loses the headers and body of an error response. */
	private async attemptWithRefreshedToken(
		request: IHttpRequestOptions,
		signal: AbortSignal,
		status?: number,
	): Promise<RefreshResult> {
		try {
			return { outcome: await this.sendWithToken(request, signal, status) };
		} catch (error) {
			const lost = lostConnectionFrom(error);
			const forNow = { ...lost, reason: `refreshing the token: ${lost.reason}` };
			const httpCode = String((error as { httpCode?: unknown }).httpCode);
			if (!/^[234]/.test(httpCode) && isConnectionError(lost.code)) return { lost: forNow };

			const outcome = await this.attemptOnce(request, signal);
			if (outcome.status !== 401) return { outcome };
			if (status === 403) return await this.attemptWithRefreshedToken(request, signal, 401);
			if (httpCode === '429') return { lost: { ...forNow, code: 'ERR_BAD_RESPONSE' } };
			return { error: errorForFailedRefresh(lost.reason, await this.secrets()) };
		}
	}
}

/** Error codes from n8n for a rejected refresh, an invalid response, and a token that can't be refreshed. */
const CODES_OF_FAILED_REFRESH = ['EAUTH', 'ESTATUS', 'ERR_ASSERTION'];

const isConnectionError = (code: string | undefined) =>
	code !== undefined && !CODES_OF_FAILED_REFRESH.includes(code);

const tokensOf = ({ oauthTokenData }: ICredentialDataDecryptedObject) =>
	Object(oauthTokenData) as IDataObject;
