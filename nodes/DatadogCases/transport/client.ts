import type { IDataObject } from 'n8n-workflow';

import { rateLimitNameIn } from '../errors/responseHeaders';
import type { AuthenticationMethod } from '../descriptions/authentication';
import type { UserFacingError } from '../errors/userFacingError';
import {
	errorForInvalidResponse,
	errorForLostConnection,
	errorForTooLargeResponse,
	errorForStatus,
	errorForStoppedRun,
	errorForMaxWait,
	toUserFacingError,
} from '../errors/errors';
import { ApiKeys } from './apiKeys';
import type { Access, Context } from './apiKeys';
import type { Clock } from './clock';
import { oAuth2Access } from './oAuth2';
import { RateLimiter } from './rateLimiter/rateLimiter';
import type { Attempt } from './rateLimiter/rateLimiter';
import { TOO_LARGE } from './response';
import { isUsedUp, retriesAfter, waitAskedFor } from './rateLimiter/retryPolicy';
import type { Outcome } from './rateLimiter/retryPolicy';
import { SharedRequest } from './rateLimiter/sharedRequest';
import type { ItemLimits } from './rateLimiter/sharedRequest';
import { TimeLimit } from './timeLimit';

/** What one item asks, without the account: equal requests of one account have equal answers. */
export type Request =
	| { method: 'GET'; url: string; qs: IDataObject }
	| { method: 'POST'; url: string; body: IDataObject };

export interface RequestLimits extends ItemLimits {
	/** The longest wait before a try, in milliseconds. */
	maxWaitMs: number;
	timeoutMs: number;
}

/** How an item's request is sent. */
export interface SendOptions {
	authentication: AuthenticationMethod;
	limits: RequestLimits;
}

/** Sends the requests of one run of the node: equal ones once, all of them through one rate limiter. */
export class Client {
	private readonly timeLimit: TimeLimit;

	private readonly limiter: RateLimiter;

	private readonly requests = new Map<string, SharedRequest>();

	private readonly apiKeys: ApiKeys;

	private oAuth2: Promise<Access> | undefined;

	/**
	 * @param signal ends all waiting and sending
	 * @param deadline when the run has to be over, by the clock: no try is made that would start later, and each ends by then.
	 */
	constructor(
		private readonly context: Context,
		private readonly clock: Clock,
		private readonly signal: AbortSignal,
		deadline = Infinity,
	) {
		this.timeLimit = new TimeLimit(clock, signal, deadline);
		this.limiter = new RateLimiter(clock, deadline);
		this.apiKeys = new ApiKeys(context, signal, this.timeLimit);
		signal.addEventListener('abort', () => this.stop());
	}

	/**
	 * Resolves with Datadog's `data` and the base URL that it came from. Items with the same request, credential,
	 * Timeout and Max Wait share one API call, each with its own Max Retries.
	 * @throws UserFacingError
	 */
	async send(
		request: Request,
		item: number,
		{ authentication, limits }: SendOptions,
	): Promise<{ data: IDataObject; baseURL: string }> {
		const access = await this.accessFor(authentication, item);
		if (this.signal.aborted) throw errorForStoppedRun();
		const { timeoutMs, maxWaitMs } = limits;
		const key = JSON.stringify([access.account, request, timeoutMs, maxWaitMs]);

		const known = this.requests.get(key);
		const shared = known?.serves(limits) ? known : new SharedRequest(key, maxWaitMs);
		const data = shared.join(limits);
		if (shared !== known) {
			this.requests.set(key, shared);
			void this.sendUntilAnswered(shared, request, access, timeoutMs);
		}
		return { data: await data, baseURL: access.account.baseURL };
	}

	private async accessFor(authentication: AuthenticationMethod, item: number): Promise<Access> {
		try {
			return authentication === 'apiKeys'
				? await this.apiKeys.accessFor(item)
				: await (this.oAuth2 ??= oAuth2Access(this.context, this.clock, this.timeLimit));
		} catch (error) {
			throw toUserFacingError(error, 'The credential cannot be used');
		}
	}

	/** Never rejects: each item of the request ends with its own result. */
	private async sendUntilAnswered(
		shared: SharedRequest,
		request: Request,
		access: Access,
		timeoutMs: number,
	): Promise<void> {
		try {
			let backOffMs = 0;
			for (let attempt = 0; shared.isWanted; attempt++) {
				const tried = await this.limiter.run(
					access.organization,
					shared,
					attempt,
					backOffMs,
					async () => await this.try(request, access, timeoutMs),
				);
				if (tried === 'unwanted') return;
				const { result, waitMs } = tried;
				if ('data' in result) return shared.answer(result.data);

				const { outcome, error, limitName } = result;
				const retries = retriesAfter(outcome);
				const isLast = ({ maxRetries }: ItemLimits) => attempt >= Math.min(maxRetries, retries);
				const isRateLimit = outcome.status === 429;
				const isAskedToWait = waitAskedFor(outcome, this.clock.now()) > shared.maxWaitMs;
				if (!isRateLimit || !isAskedToWait) shared.fail(error, isLast);
				if (waitMs > shared.maxWaitMs) {
					shared.fail(errorForMaxWait(waitMs, shared.maxWaitMs, outcome.status, limitName));
				}
				if (waitMs >= this.timeLimit.leftMs) shared.fail(error);
				// After a 429 its whole organization waits, and the rate limiter sees to that.
				backOffMs = isRateLimit ? 0 : waitMs;
			}
		} catch (error) {
			shared.fail(toUserFacingError(error, 'The credential cannot be used'));
		}
	}

	private async try(request: Request, given: Access, timeoutMs: number): Promise<Attempt> {
		const access = await this.apiKeys.latest(given);
		const { baseURL } = access.account;
		const outcome = await access.ask({ ...request, baseURL }, timeoutMs);
		const data = dataOf(outcome);
		if (outcome.status === 401 || outcome.status === 403) await this.apiKeys.forget(access);
		const usedUp = isUsedUp(outcome);
		if (data && !usedUp) return { outcome, data };
		const secrets = await access.secrets();
		const limitName = usedUp ? rateLimitNameIn(outcome.headers, secrets) : undefined;
		if (data) return { outcome, limitName, data };
		const waitMs = waitAskedFor(outcome, this.clock.now());
		return { outcome, limitName, error: errorForOutcome(outcome, secrets, waitMs) };
	}

	private stop(): void {
		for (const shared of this.requests.values()) shared.fail(errorForStoppedRun());
		this.limiter.stop();
	}
}

/** @returns Datadog's `data`, if the outcome is an answer with one. */
export function dataOf(outcome: Outcome): IDataObject | undefined {
	if (outcome.status !== 200) return undefined;
	const data = (outcome.body as { data?: unknown } | null)?.data;
	const isData = typeof data === 'object' && data !== null && !Array.isArray(data);
	return isData ? (data as IDataObject) : undefined;
}

/**
 * @param waitMs milliseconds that Datadog asks to wait, 0 for none
 * @returns what to say of an outcome without Datadog's `data`; the `secrets` are left out of it.
 */
export function errorForOutcome(outcome: Outcome, secrets: string[], waitMs = 0): UserFacingError {
	if (outcome.status === undefined) {
		return errorForLostConnection(outcome.code, outcome.words, secrets);
	}
	if (outcome.body === TOO_LARGE) return errorForTooLargeResponse();
	return outcome.status === 200
		? errorForInvalidResponse('data', outcome.body, secrets)
		: errorForStatus(outcome, secrets, waitMs);
}
