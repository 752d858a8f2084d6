import type { IDataObject } from 'n8n-workflow';

import type { AuthenticationMethod } from '../descriptions/authentication';
import { errorForMaxWait, errorForStoppedRun } from '../errors/errors';
import { rateLimitNameIn } from '../errors/responseHeaders';
import { toUserFacingError } from '../errors/userFacingError';
import type { Account } from './account/account';
import { ApiKeyCredentials } from './apiKeys';
import type { Clock } from './clock';
import type { Credential, NodeContext } from './credential';
import { loadOAuth2Credential } from './oAuth2';
import { bodyOf, errorForOutcome } from './outcome';
import type { ResponseBody } from './outcome';
import { RateLimiter } from './rateLimiter/rateLimiter';
import type { AttemptResult, FailedAttempt } from './rateLimiter/rateLimiter';
import { isRateLimitUsedUp, maxRetriesAfter, requestedWaitMs } from './rateLimiter/retryPolicy';
import { SharedRequest } from './rateLimiter/sharedRequest';
import type { ItemLimits } from './rateLimiter/sharedRequest';
import { TimeLimit } from './timeLimit';

/** A request without base URL and keys. `data` is the type of that member in the response. */
export type DatadogRequest = { data: 'object' | 'list' } & (
	| { method: 'GET'; url: string; qs: IDataObject }
	| { method: 'POST'; url: string; body: IDataObject }
);

export interface DatadogResponse {
	body: ResponseBody;
	/** The account that the request was sent for. */
	account: Account;
}

export interface RequestLimits extends ItemLimits {
	/** The longest accepted wait before an attempt. */
	maxWaitMs: number;
	/** For one attempt. */
	timeoutMs: number;
}

/** How to send an item's request. */
export interface SendOptions {
	authentication: AuthenticationMethod;
	limits: RequestLimits;
}

/** All pages of a search count as one request: a search that always fails is no outage. */
const outageKeyOf = (account: Account, request: DatadogRequest): string =>
	JSON.stringify([
		account,
		request.method === 'GET' ? { ...request, qs: { ...request.qs, 'page[number]': 0 } } : request,
	]);

/** Sends the requests of one run or poll through one rate limiter. Identical requests are sent once. */
export class Client {
	private readonly timeLimit: TimeLimit;

	private readonly limiter: RateLimiter;

	private readonly requests = new Map<string, SharedRequest>();

	private readonly apiKeys: ApiKeyCredentials;

	private oAuth2: Promise<Credential> | undefined;

	/**
	 * @param signal stops all waiting and sending
	 * @param deadline when the run must end, in milliseconds since 1970. No attempt starts later, and those in flight are aborted then.
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
	 * Items with the same request, credential, Timeout and Max Wait share one API call. Each keeps its own Max Retries.
	 * @param reading requests with different readings don't share an API call
	 * @returns Datadog's response
	 * @throws UserFacingError when the credential can't be used, when the request fails for good, or when the run is stopped.
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
		const shared = known?.canServe(limits)
			? known
			: new SharedRequest(outageKeyOf(credential.account, request), maxWaitMs);
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

	/** Never rejects. The result goes to the items that joined the request. */
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
				// After a 429, the rate limiter makes the whole organization wait.
				backOffMs = result.outcome.status === 429 ? 0 : waitMs;
			}
		} catch (error) {
			shared.fail(toUserFacingError(error, "The credential couldn't be used"));
		}
	}

	/** Fails the items that don't get another attempt. */
	private failWithoutRetry(
		shared: SharedRequest,
		earlierAttempts: number,
		{ outcome, error, limitName }: FailedAttempt,
		waitMs: number,
	): void {
		const status = outcome.status ?? 'none';
		const retries = maxRetriesAfter(outcome);
		const isLast = ({ maxRetries }: ItemLimits) => earlierAttempts >= Math.min(maxRetries, retries);
		const isAskedToWait = requestedWaitMs(outcome, this.clock.now()) > shared.maxWaitMs;
		if (status !== 429 || !isAskedToWait) shared.fail(error, isLast);
		if (waitMs > shared.maxWaitMs) {
			shared.fail(errorForMaxWait(waitMs, shared.maxWaitMs, status, limitName));
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
		if (outcome.status === 401 || outcome.status === 403) this.apiKeys.forget(credential);
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
