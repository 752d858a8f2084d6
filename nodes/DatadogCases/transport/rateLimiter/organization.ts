import type { Outcome } from '../outcome';
import { rateLimitFrom } from './headers';
import { isSignOfOutage, maxRetriesAfter, requestedWaitMs, retryWaitMs } from './retryPolicy';

/** So many different requests that fail in a row, or all that there are, look like an outage. */
const MIN_FAILED_REQUESTS = 3;

/** More rate limits in a row (or than Max Retries) end what still waits: a run has to end some time. */
const MAX_RATE_LIMITS_IN_A_ROW = 3;

/** Datadog told that nothing remains, but not until when. */
const DEFAULT_RESET_MS = 1_000;

/** What an organization is told of an attempt. */
export interface AttemptReport {
	/** What tells different requests apart. */
	request: string;
	outcome: Outcome;
	earlierAttempts: number;
	maxWaitMs: number;
	isProbe: boolean;
	limitName?: string;
	/** Whether every other request of the organization that has not ended has failed since the last response. */
	haveAllFailed: boolean;
	/** Milliseconds since 1970. */
	now: number;
}

/**
 * What Datadog lets one organization send now: as many at once as its rate limit has left, nothing before a reset
 * that was told, and one request at a time while Datadog seems to be down.
 */
export class Organization {
	inFlight = 0;

	isProbeInFlight = false;

	/** `down` since several different requests have failed and none was answered in between. */
	outage: 'none' | 'down' = 'none';

	/** 503 when there was no response. */
	private outageStatus = 503;

	private nextProbeAt = 0;

	private requestedProbeAt = 0;

	private failedProbes = 0;

	/** As many as can help: one when the host was not found, none for a certificate that is not accepted. */
	private maxProbes = Infinity;

	private readonly failedRequests = new Set<string>();

	/** Of the rate limit that has let nothing through, where Datadog told its name. */
	limitName?: string;

	private rateLimitedUntil = 0;

	private requestedResetAt = 0;

	/** 1 until the first response, and again after each wait: that one request brings the next report. */
	private allowance = 1;

	/** When the reported period ends: until then a report can only lower the allowance. */
	private periodEndsAt = 0;

	/** With a wait between each two. */
	private rateLimitsInARow = 0;

	/** Since a 429: without headers that tell more, the allowance then grows by one a response. */
	private growsByOne = false;

	/** Nothing is sent before, in milliseconds since 1970. */
	get nextSendAt(): number {
		return Math.max(this.rateLimitedUntil, this.outage === 'down' ? this.nextProbeAt : 0);
	}

	/** When Datadog asked to be sent the next request: Max Wait is held against that, not against waits of our own. */
	get requestedSendAt(): number {
		return Math.max(this.requestedResetAt, this.outage === 'down' ? this.requestedProbeAt : 0);
	}

	/** The status that asked for it. */
	get requestedByStatus(): number {
		return this.requestedSendAt === this.requestedResetAt ? 429 : this.outageStatus;
	}

	get hasFreeSlot(): boolean {
		return this.outage === 'down' ? !this.isProbeInFlight : this.inFlight < this.allowance;
	}

	/** Whether a request has failed since the last response. */
	hasFailed(request: string): boolean {
		return this.failedRequests.has(request);
	}

	/** Whether waiting for the rate limit has not helped, for whoever accepts that many retries. */
	isRateLimitedFor(maxRetries: number): boolean {
		return this.rateLimitsInARow > Math.max(maxRetries, MAX_RATE_LIMITS_IN_A_ROW);
	}

	/** Begins anew when nobody is left who waits for the rate limit: who comes later may be answered. */
	forgetRateLimits(): void {
		this.rateLimitsInARow = 0;
	}

	/** Whether Datadog stayed down, for whoever accepts that many retries: one probe at least is made. */
	isDownFor(maxRetries: number): boolean {
		return this.failedProbes >= Math.max(1, Math.min(maxRetries, this.maxProbes));
	}

	/** Begins anew when nobody is left who waits for the end of the outage. */
	forgetOutage(): void {
		this.outage = 'none';
		this.failedProbes = 0;
		this.maxProbes = Infinity;
		this.failedRequests.clear();
	}

	/** @returns milliseconds that the request has to wait before its next attempt, if it gets one. */
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
		this.outageStatus = outcome.status ?? 503;
	}
}
