import type { Outcome } from '../outcome';
import { rateLimitFrom } from './headers';
import { isSignOfOutage, maxRetriesAfter, requestedWaitMs, retryWaitMs } from './retryPolicy';

/** This many different requests that fail in a row count as an outage, or all requests if there are fewer. */
const MIN_FAILED_REQUESTS = 3;

/** After more 429s in a row than this and than Max Retries, waiting requests fail, so that the run ends. */
const MAX_RATE_LIMITS_IN_A_ROW = 3;

/** For a response without remaining requests that doesn't say when the rate limit resets. */
const DEFAULT_RESET_MS = 1_000;

/** Describes a finished attempt. */
export interface AttemptReport {
	/** The outage key of the request. */
	request: string;
	outcome: Outcome;
	earlierAttempts: number;
	maxWaitMs: number;
	isProbe: boolean;
	limitName?: string;
	/** Whether every other waiting request of the organization has failed since the last response. */
	haveAllFailed: boolean;
	/** Milliseconds since 1970. */
	now: number;
}

/**
 * The rate limit and outage of one organization. It may send as many requests at once as its rate limit has left, nothing
 * until the rate limit resets, and one request at a time during an outage.
 */
export class Organization {
	inFlight = 0;

	isProbeInFlight = false;

	/** `down` after several different requests have failed without a response in between. */
	outage: 'none' | 'down' = 'none';

	/** `none` without a response. */
	private outageStatus: number | 'none' = 'none';

	private nextProbeAt = 0;

	private requestedProbeAt = 0;

	private failedProbes = 0;

	/** As many as make sense for the error: one if the host wasn't found, none for an invalid certificate. */
	private maxProbes = Infinity;

	private readonly failedRequests = new Set<string>();

	/** Name of the rate limit that was used up, if Datadog named it. */
	limitName?: string;

	private rateLimitedUntil = 0;

	private requestedResetAt = 0;

	/** How many requests may be in flight. 1 until the first response and after each wait, as nobody knows yet what's left. */
	private allowance = 1;

	/** End of the current rate limit period. Until then, a response can only lower the allowance. */
	private periodEndsAt = 0;

	/** Counts 429s that came after a wait, not those of requests sent together. */
	private rateLimitsInARow = 0;

	/** True after a 429. The allowance then grows by one per response unless headers say more. */
	private growsByOne = false;

	/** The earliest time for the next request, in milliseconds since 1970. */
	get nextSendAt(): number {
		return Math.max(this.rateLimitedUntil, this.outage === 'down' ? this.nextProbeAt : 0);
	}

	/** The earliest time according to Datadog. Max Wait limits this wait, not our own backoff. */
	get requestedSendAt(): number {
		return Math.max(this.requestedResetAt, this.outage === 'down' ? this.requestedProbeAt : 0);
	}

	/** The status of the response that asked for this wait. */
	get requestedByStatus(): number | 'none' {
		return this.requestedSendAt === this.requestedResetAt ? 429 : this.outageStatus;
	}

	get hasFreeSlot(): boolean {
		return this.outage === 'down' ? !this.isProbeInFlight : this.inFlight < this.allowance;
	}

	/** Whether this request has failed since the last response. */
	hasFailed(request: string): boolean {
		return this.failedRequests.has(request);
	}

	/** Whether an item with this Max Retries gives up on the rate limit. */
	isRateLimitedFor(maxRetries: number): boolean {
		return this.rateLimitsInARow > Math.max(maxRetries, MAX_RATE_LIMITS_IN_A_ROW);
	}

	/** Call it when no request waits for the rate limit any more. Later requests start without its history. */
	forgetRateLimits(): void {
		this.rateLimitsInARow = 0;
	}

	/** Whether an item with this Max Retries gives up on the outage. There's always at least one probe. */
	isDownFor(maxRetries: number): boolean {
		return this.failedProbes >= Math.max(1, Math.min(maxRetries, this.maxProbes));
	}

	/** Call it when the outage is over, or when no request waits for its end any more. */
	forgetOutage(): void {
		this.outage = 'none';
		this.failedProbes = 0;
		this.maxProbes = Infinity;
		this.failedRequests.clear();
	}

	/** @returns milliseconds to wait before the next attempt, if there is one. */
	record(report: AttemptReport): number {
		const waitMs = this.waitBeforeNext(report);
		this.recordRateLimit(report, waitMs);
		this.recordOutage(report, waitMs);
		return waitMs;
	}

	private waitBeforeNext({
		outcome,
		earlierAttempts,
		isProbe,
		maxWaitMs,
		now,
	}: AttemptReport): number {
		const before = Math.max(earlierAttempts, isProbe ? this.failedProbes + 1 : 0);
		return retryWaitMs(outcome, before, Math.random(), maxWaitMs, now);
	}

	private recordRateLimit({ outcome, limitName, now }: AttemptReport, waitMs: number): void {
		const { remaining, resetMs = 0 } = rateLimitFrom(outcome.headers, now);
		const isRateLimit = outcome.status === 429;
		const isResponse = !isRateLimit && !isSignOfOutage(outcome);

		if (now < this.periodEndsAt) {
			this.allowance = Math.min(this.allowance, remaining ?? Infinity);
		} else if (remaining !== undefined || isResponse) {
			this.allowance = remaining ?? (this.growsByOne ? this.allowance + 1 : Infinity);
			this.periodEndsAt = now + resetMs;
		}
		if (isResponse) this.rateLimitsInARow = 0;
		else if (isRateLimit && now >= this.rateLimitedUntil) this.rateLimitsInARow++;
		this.growsByOne ||= isRateLimit;
		this.limitName = limitName ?? this.limitName;

		const usedUpMs = remaining === 0 ? resetMs || DEFAULT_RESET_MS : 0;
		const pauseMs = Math.max(isRateLimit ? waitMs : 0, usedUpMs);
		if (pauseMs === 0) return;
		const requestedMs = Math.max(
			isRateLimit ? requestedWaitMs(outcome, now) : 0,
			remaining === 0 ? resetMs : 0,
		);
		this.requestedResetAt = Math.max(this.requestedResetAt, now + requestedMs);
		this.allowance = 1;
		this.rateLimitedUntil = Math.max(this.rateLimitedUntil, now + pauseMs);
		this.periodEndsAt = this.rateLimitedUntil;
	}

	private recordOutage(
		{ request, outcome, isProbe, haveAllFailed, now }: AttemptReport,
		waitMs: number,
	): void {
		if (!isSignOfOutage(outcome)) return this.forgetOutage();
		this.failedRequests.add(request);
		if (this.outage === 'none') {
			if (this.failedRequests.size < MIN_FAILED_REQUESTS && !haveAllFailed) return;
			this.outage = 'down';
		} else if (isProbe) {
			this.failedProbes++;
		} else return;
		this.maxProbes = maxRetriesAfter(outcome);
		this.nextProbeAt = now + waitMs;
		this.requestedProbeAt = now + requestedWaitMs(outcome, now);
		this.outageStatus = outcome.status ?? 'none';
	}
}
