import type { IDataObject } from 'n8n-workflow';

import type { AuthenticationMethod } from '../descriptions/authentication';
import { errorForMaxWait, errorForStoppedRun } from '../errors/errors';
import { rateLimitNameIn } from '../errors/responseHeaders';
import { toUserFacingError } from '../errors/userFacingError';
import { RateLimiter } from './rateLimiter/rateLimiter';
import type { AttemptResult, FailedAttempt } from './rateLimiter/rateLimiter';
import { isRateLimitUsedUp, maxRetriesAfter, requestedWaitMs } from './rateLimiter/retryPolicy';
import { SharedRequest } from './rateLimiter/sharedRequest';
import type { ItemLimits } from './rateLimiter/sharedRequest';
import { ApiKeyCredentials } from './apiKeys';
import type { Account } from './account/account';
import type { Clock } from './clock';
import type { Credential, NodeContext } from './credential';
import { loadOAuth2Credential } from './oAuth2';
import { bodyOf, errorForOutcome } from './outcome';
import type { ResponseBody } from './outcome';
import { TimeLimit } from './timeLimit';

/** A request without the account: equal requests of one account have equal responses. `data` is what a response has. */
export type DatadogRequest = { data: 'object' | 'list' } & (
	| { method: 'GET'; url: string; qs: IDataObject }
	| { method: 'POST'; url: string; body: IDataObject }
);

export interface DatadogResponse {
	body: ResponseBody;
	/** That it was requested for. */
	account: Account;
}

export interface RequestLimits extends ItemLimits {
	/** The longest wait before an attempt, in milliseconds. */
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

	private readonly apiKeys: ApiKeyCredentials;

	private oAuth2: Promise<Credential> | undefined;

	/**
	 * @param signal ends all waiting and sending
	 * @param deadline when the run has to be over, by the clock: no attempt is made that would start later, and each ends by then.
	 */
	constructor(
		private readonly context: NodeContext,
		private readonly clock: Clock,
		private readonly signal: AbortSignal,
		deadline = Infinity,
	) {
		this.timeLimit = new TimeLimit(clock, signal, deadline);
		this.limiter = new RateLimiter(clock, deadline);
		this.apiKeys = new ApiKeyCredentials(context, signal, this.timeLimit);
		signal.addEventListener('abort', () => this.stop());
	}

	/**
	 * Resolves with Datadog's response. Items with the same request, credential,
	 * Timeout and Max Wait share one API call, each with its own Max Retries; requests of different readings don't.
	 * @throws UserFacingError
	 */
	async request(
		request: DatadogRequest,
		item: number,
		{ authentication, limits }: SendOptions,
		reading = 1,
	): Promise<DatadogResponse> {
		const credential = await this.credentialFor(authentication, item);
		if (this.signal.aborted) throw errorForStoppedRun();
		const { timeoutMs, maxWaitMs } = limits;
		const key = JSON.stringify([credential.account, request, timeoutMs, maxWaitMs, reading]);

		const known = this.requests.get(key);
		const shared = known?.canServe(limits) ? known : new SharedRequest(key, maxWaitMs);
		const body = shared.join(limits);
		if (shared !== known) {
			this.requests.set(key, shared);
			void this.attemptUntilDone(shared, request, credential, timeoutMs);
		}
		return { body: await body, account: credential.account };
	}

	private async credentialFor(
		authentication: AuthenticationMethod,
		item: number,
	): Promise<Credential> {
		try {
			return authentication === 'apiKeys'
				? await this.apiKeys.credentialFor(item)
				: await (this.oAuth2 ??= loadOAuth2Credential(this.context, this.clock, this.timeLimit));
		} catch (error) {
			throw toUserFacingError(error, "The credential couldn't be used");
		}
	}

	/** Never rejects: each item of the request ends with its own result. */
	private async attemptUntilDone(
		shared: SharedRequest,
		request: DatadogRequest,
		credential: Credential,
		timeoutMs: number,
	): Promise<void> {
		try {
			let backOffMs = 0;
			for (let earlierAttempts = 0; shared.hasWaitingItems; earlierAttempts++) {
				const finished = await this.limiter.run(
					credential.organization,
					shared,
					earlierAttempts,
					backOffMs,
					async () => await this.attempt(request, credential, timeoutMs),
				);
				if (finished === 'abandoned') return;
				const { result, waitMs } = finished;
				if ('body' in result) return shared.resolve(result.body);
				this.failWithoutRetry(shared, earlierAttempts, result, waitMs);
				// After a 429 its whole organization waits, and the rate limiter sees to that.
				backOffMs = result.outcome.status === 429 ? 0 : waitMs;
			}
		} catch (error) {
			shared.fail(toUserFacingError(error, "The credential couldn't be used"));
		}
	}

	/** Ends the items that get no other attempt. */
	private failWithoutRetry(
		shared: SharedRequest,
		earlierAttempts: number,
		{ outcome, error, limitName }: FailedAttempt,
		waitMs: number,
	): void {
		const retries = maxRetriesAfter(outcome);
		const isLast = ({ maxRetries }: ItemLimits) => earlierAttempts >= Math.min(maxRetries, retries);
		const isAskedToWait = requestedWaitMs(outcome, this.clock.now()) > shared.maxWaitMs;
		if (outcome.status !== 429 || !isAskedToWait) shared.fail(error, isLast);
		if (waitMs > shared.maxWaitMs) {
			shared.fail(errorForMaxWait(waitMs, shared.maxWaitMs, outcome.status, limitName));
		}
		if (waitMs >= this.timeLimit.remainingMs) shared.fail(error);
	}

	private async attempt(
		{ data, ...request }: DatadogRequest,
		given: Credential,
		timeoutMs: number,
	): Promise<AttemptResult> {
		const credential = await this.apiKeys.latest(given);
		const { baseURL } = credential.account;
		const outcome = await credential.attempt({ ...request, baseURL }, timeoutMs);
		const body = bodyOf(outcome, data);
		if (outcome.status === 401 || outcome.status === 403) await this.apiKeys.forget(credential);
		const usedUp = isRateLimitUsedUp(outcome);
		if (body && !usedUp) return { outcome, body };
		const secrets = await credential.secrets();
		const limitName = usedUp ? rateLimitNameIn(outcome.headers, secrets) : undefined;
		if (body) return { outcome, limitName, body };
		const waitMs = requestedWaitMs(outcome, this.clock.now());
		return { outcome, limitName, error: errorForOutcome(outcome, secrets, waitMs) };
	}

	private stop(): void {
		for (const shared of this.requests.values()) shared.fail(errorForStoppedRun());
		this.limiter.stop();
	}
}
