import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

import type { Account } from '../../credentials/account';
import { baseUrlFrom } from '../../credentials/site';
import { send } from './access';
import type { Access, Context } from './access';
import { credentialTypeFor } from './authentication';
import type { Clock } from './clock';
import { refusalForNoConnection, refusalForRenewal } from './errors';
import type { Refusal } from './errors';
import { isRetried, outcomeOf } from './retry';
import type { Outcome } from './retry';

const TYPE = credentialTypeFor('oAuth2');

/**
 * Access with the token of a connected account, the same for all items of a run: n8n signs each request with what
 * the credential holds for the first item.
 * @throws Refusal when the credential is not connected, or naming a field of it; or what n8n throws when it cannot load it.
 */
export async function oAuth2Access(context: Context, clock: Clock): Promise<Access> {
	return new OAuth2Access(context, clock, await context.getCredentials(TYPE, 0));
}

class OAuth2Access implements Access {
	readonly account: Account;

	readonly organization: string;

	private renewal: Promise<Outcome> | undefined;

	private renewals = 0;

	/** That no token can be had any more, for all that is still to be asked. */
	private refusal: Refusal | undefined;

	constructor(
		private readonly context: Context,
		private readonly clock: Clock,
		private readonly credential: ICredentialDataDecryptedObject,
	) {
		this.account = { baseURL: baseUrlFrom(credential), headers: {} };
		this.organization = this.account.baseURL;
		if (!tokensOf(credential).access_token) throw refusalForNoConnection();
	}

	/** A token that has run out is renewed once for all requests that were sent with it. */
	async ask(request: IHttpRequestOptions): Promise<Outcome> {
		for (;;) {
			await this.renewal;
			if (this.refusal) throw this.refusal;
			const { renewals } = this;
			const outcome = await this.try(request);
			if (!this.hasRunOut(outcome)) return outcome;
			if (this.renewal || this.renewals > renewals) continue;
			this.renewal = this.askRenewed(request, outcome.status);
			return await this.renewal.finally(() => (this.renewal = undefined));
		}
	}

	async secrets(): Promise<string[]> {
		const credentials = [this.credential, await this.context.getCredentials(TYPE, 0)];
		return credentials
			.flatMap((credential) => {
				const { access_token: access, refresh_token: refresh } = tokensOf(credential);
				return [access, refresh, credential.clientSecret];
			})
			.filter((secret): secret is string => typeof secret === 'string' && secret !== '');
	}

	private async try(request: IHttpRequestOptions): Promise<Outcome> {
		const options = { ...request, ignoreHttpStatusErrors: true };
		return await send(this.context, TYPE, options, {}).catch(outcomeOf);
	}

	/**
	 * Datadog mixes up 401 and 403, so a 403 counts too when the token's time is over by what n8n noted. n8n 1.x notes
	 * nothing.
	 */
	private hasRunOut({ status }: Outcome): boolean {
		const expiresAt = Number(tokensOf(this.credential).n8n_expires_at);
		return (
			status === 401 || (status === 403 && this.renewals === 0 && expiresAt <= this.clock.now())
		);
	}

	/** n8n renews a token only where it throws for the status, and then an answer's headers and body are lost in 1.x. */
	private async askRenewed(request: IHttpRequestOptions, status?: number): Promise<Outcome> {
		try {
			const answer = await send(this.context, TYPE, request, {
				oauth2: { tokenExpiredStatusCode: status },
			});
			this.renewals++;
			return answer;
		} catch (error) {
			const lost = outcomeOf(error);
			const isAnswer = /^4/.test(String((error as { httpCode?: unknown }).httpCode));
			if (isRetried(lost) && !isAnswer) return lost;
			const outcome = await this.try(request);
			if (outcome.status !== 401) {
				this.renewals++;
				return outcome;
			}
			this.refusal = refusalForRenewal(lost.words, await this.secrets());
			throw this.refusal;
		}
	}
}

const tokensOf = ({ oauthTokenData }: ICredentialDataDecryptedObject) =>
	Object(oauthTokenData) as IDataObject;
