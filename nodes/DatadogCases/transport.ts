import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	IPollFunctions,
} from 'n8n-workflow';

import { accountFrom } from '../../credentials/account';
import type { Account } from '../../credentials/account';
import type { Clock } from './clock';
import {
	refusalForAnswer,
	refusalForLostConnection,
	refusalForStatus,
	refusalForWait,
} from './errors';
import { Gate } from './gate';
import type { Limits } from './gate';
import { isRetried, outcomeOf, waitAfter } from './retry';
import type { Outcome } from './retry';

const CREDENTIAL = 'datadogCasesApi';

/** What one item asks, without the account: equal requests of one account have equal answers. */
export type Request =
	| { method: 'GET'; url: string; qs: IDataObject }
	| { method: 'POST'; url: string; body: IDataObject };

export interface SendLimits extends Limits {
	timeoutMs: number;
}

/** Sends the requests of one run of the node: equal ones once, all of them through one gate. */
export class Transport {
	private readonly gate: Gate;

	private readonly answers = new Map<string, Promise<IDataObject>>();

	/** @param deadline when the run has to be over, by the clock: no try is made that would start later. */
	constructor(
		private readonly context: IExecuteFunctions | IPollFunctions,
		private readonly clock: Clock,
		signal: AbortSignal,
		private readonly deadline = Infinity,
	) {
		this.gate = new Gate(clock, signal);
	}

	/**
	 * Resolves once the item's request has left, or needs not leave since an equal one has, so that a caller who waits
	 * for that does not pile up requests. `answer` is Datadog's `data`, from `baseURL`.
	 * @throws Refusal, from here or from `answer`; or what n8n throws for a credential that it cannot load.
	 */
	async send(request: Request, item: number, limits: SendLimits) {
		this.gate.refuseWhenStopped();
		const credential = await this.context.getCredentials(CREDENTIAL, item);
		const account = accountFrom(credential);
		const key = JSON.stringify([account, request]);

		let answer = this.answers.get(key);
		if (!answer) {
			// Datadog limits an organization: its API key, or a token, stands for it, whatever the application key.
			const { 'DD-API-KEY': apiKey, Authorization: token } = account.headers;
			const organization = `${account.baseURL} ${apiKey ?? token}`;
			await this.gate.enter(organization, limits);
			answer = this.tryUntilAnswered(request, credential, organization, limits).then((outcome) =>
				dataOf(outcome, account),
			);
			this.answers.set(key, answer);
		}
		return { answer, baseURL: account.baseURL };
	}

	/** The first try has entered the gate already. */
	private async tryUntilAnswered(
		request: Request,
		credential: ICredentialDataDecryptedObject,
		organization: string,
		limits: SendLimits,
	): Promise<Outcome> {
		for (let attempt = 0; ; attempt++) {
			const timeoutMs = Math.max(1, Math.min(limits.timeoutMs, this.leftMs));
			const outcome = await this.tryOnce(request, credential, timeoutMs);
			const waitMs = waitAfter(outcome, attempt, Math.random(), limits.maxWaitMs);
			const isLast = !isRetried(outcome) || attempt === limits.maxRetries || waitMs >= this.leftMs;
			const isRateLimit = outcome.status === 429;

			this.gate.leave(organization, outcome.headers, isRateLimit ? waitMs : 0, isLast);
			if (waitMs > limits.maxWaitMs && (isRateLimit || !isLast)) {
				throw refusalForWait(waitMs, limits.maxWaitMs, outcome.status);
			}
			if (isLast) return outcome;
			if (!isRateLimit) await this.gate.wait(waitMs);
			await this.gate.enter(organization, limits);
		}
	}

	private get leftMs(): number {
		return this.deadline - this.clock.now();
	}

	private async tryOnce(
		request: Request,
		credential: ICredentialDataDecryptedObject,
		timeout: number,
	): Promise<Outcome> {
		const options: IHttpRequestOptions = {
			...request,
			json: true,
			timeout,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			// A redirect would carry the keys to another host.
			disableFollowRedirect: true,
		};
		try {
			const { statusCode, headers, body } =
				await this.context.helpers.httpRequestWithAuthentication.call(
					this.context,
					CREDENTIAL,
					options,
					// Without this, n8n would resolve the credential again, and always for the first item.
					{ credentialsDecrypted: { id: '', name: '', type: CREDENTIAL, data: credential } },
				);
			return { status: statusCode, headers, body };
		} catch (error) {
			return outcomeOf(error);
		}
	}
}

/**
 * @returns Datadog's `data`.
 * @throws Refusal for any other outcome; the account's keys are left out of it.
 */
export function dataOf(outcome: Outcome, account: Account): IDataObject {
	const secrets = Object.values(account.headers).map((value) => value.replace('Bearer ', ''));
	if (outcome.status === undefined)
		throw refusalForLostConnection(outcome.code, outcome.words, secrets);
	const { status, body } = outcome;
	if (status !== 200) throw refusalForStatus(status, body, secrets);
	const data = (body as { data?: unknown } | null)?.data;
	if (typeof data !== 'object' || data === null || Array.isArray(data)) {
		throw refusalForAnswer('data', body, secrets);
	}
	return data as IDataObject;
}
