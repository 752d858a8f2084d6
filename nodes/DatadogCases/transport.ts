import type { IDataObject } from 'n8n-workflow';

import { keyAccess } from './access';
import type { Access, Context } from './access';
import type { Authentication } from './authentication';
import type { Clock } from './clock';
import type { Refusal } from './errors';
import {
	refusalForAnswer,
	refusalForLostConnection,
	refusalForStatus,
	refusalForWait,
} from './errors';
import { Gate } from './gate';
import type { Limits } from './gate';
import { oAuth2Access } from './oAuth2Access';
import { isRetried, waitAfter } from './retry';
import type { Outcome } from './retry';

/** What one item asks, without the account: equal requests of one account have equal answers. */
export type Request =
	| { method: 'GET'; url: string; qs: IDataObject }
	| { method: 'POST'; url: string; body: IDataObject };

export interface SendLimits extends Limits {
	timeoutMs: number;
}

/** How an item's request is sent. */
export interface Sending {
	authentication: Authentication;
	limits: SendLimits;
}

/** Sends the requests of one run of the node: equal ones once, all of them through one gate. */
export class Transport {
	private readonly gate: Gate;

	private readonly answers = new Map<string, Promise<IDataObject>>();

	private oAuth2: Promise<Access> | undefined;

	/** @param deadline when the run has to be over, by the clock: no try is made that would start later. */
	constructor(
		private readonly context: Context,
		private readonly clock: Clock,
		private readonly signal: AbortSignal,
		private readonly deadline = Infinity,
	) {
		this.gate = new Gate(clock, signal);
	}

	/**
	 * Resolves once the item's request has left, or needs not leave since an equal one has, so that a caller who waits
	 * for that does not pile up requests. `answer` is Datadog's `data`, from `baseURL`.
	 * @throws Refusal, from here or from `answer`; or what n8n throws for a credential that it cannot load.
	 */
	async send(request: Request, item: number, { authentication, limits }: Sending) {
		this.gate.refuseWhenStopped();
		const access = await this.accessFor(authentication, item);
		const { baseURL } = access.account;
		const key = JSON.stringify([access.account, request]);

		let answer = this.answers.get(key);
		if (!answer) {
			await this.gate.enter(access.organization, limits);
			answer = this.answerTo(request, access, limits);
			this.answers.set(key, answer);
		}
		return { answer, baseURL };
	}

	private async answerTo(
		request: Request,
		access: Access,
		limits: SendLimits,
	): Promise<IDataObject> {
		const outcome = await this.tryUntilAnswered(request, access, limits);
		const data = dataOf(outcome);
		if (data) return data;
		throw refusalForOutcome(outcome, await access.secrets());
	}

	private async accessFor(authentication: Authentication, item: number): Promise<Access> {
		if (authentication === 'apiKeys') return await keyAccess(this.context, item);
		return await (this.oAuth2 ??= oAuth2Access(this.context, this.clock, this.signal));
	}

	/** The first try has entered the gate already. */
	private async tryUntilAnswered(
		request: Request,
		access: Access,
		limits: SendLimits,
	): Promise<Outcome> {
		const { organization } = access;
		for (let attempt = 0; ; attempt++) {
			const timeout = Math.max(1, Math.min(limits.timeoutMs, this.leftMs));
			const outcome = await access
				.ask({ ...request, baseURL: access.account.baseURL, timeout })
				.catch((error: unknown) => {
					this.gate.leave(organization, {}, 0, true);
					throw error;
				});
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
}

/** @returns Datadog's `data`, if the outcome is an answer with one. */
export function dataOf(outcome: Outcome): IDataObject | undefined {
	if (outcome.status !== 200) return undefined;
	const data = (outcome.body as { data?: unknown } | null)?.data;
	const isData = typeof data === 'object' && data !== null && !Array.isArray(data);
	return isData ? (data as IDataObject) : undefined;
}

/** @returns what to say of an outcome without Datadog's `data`; the `secrets` are left out of it. */
export function refusalForOutcome(outcome: Outcome, secrets: string[]): Refusal {
	if (outcome.status === undefined) {
		return refusalForLostConnection(outcome.code, outcome.words, secrets);
	}
	return outcome.status === 200
		? refusalForAnswer('data', outcome.body, secrets)
		: refusalForStatus(outcome, secrets);
}
