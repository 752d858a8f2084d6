import { rateLimitFrom } from './headers';
import { isSignOfOutage, retriesAfter, waitAfter, waitAskedFor } from './retryPolicy';
import type { Outcome } from './retryPolicy';

/** So many different requests that fail in a row, or all that there are, look like an outage. */
const MIN_FAILED_REQUESTS = 3;

/** More rate limits in a row (or than Max Retries) end what still waits: a run has to end some time. */
const MAX_RATE_LIMITS_IN_A_ROW = 3;

/** Datadog told that nothing remains, but not until when. */
const UNTOLD_RESET_MS = 1_000;

/** A try, for what an organization learns from it. */
export interface Try {
	/** What tells different requests apart. */
	request: string;
	outcome: Outcome;
	/** Tries of the request before this one. */
	attempt: number;
	maxWaitMs: number;
	isProbe: boolean;
	limitName?: string;
	/** Whether every other request of the organization that has not ended has failed since the last answer. */
	isLastToFail: boolean;
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

	private probeAskedFor = 0;

	private failedProbes = 0;

	/** As many as can help: one when the host was not found, none for a certificate that is not accepted. */
	private mostProbes = Infinity;

	private readonly failedRequests = new Set<string>();

	/** Of the rate limit that has let nothing through, where Datadog told its name. */
	limitName?: string;

	private rateLimitedUntil = 0;

	private resetAskedFor = 0;

	/** 1 until the first answer, and again after each wait: that one request brings the next report. */
	private allowance = 1;

	/** When the reported period ends: until then a report can only lower the allowance. */
	private periodEndsAt = 0;

	/** For the rate limit, in a row, with a wait between each two. */
	private rateLimitsInARow = 0;

	/** Since a 429: without headers that tell more, the allowance then grows by one an answer. */
	private isCareful = false;

	/** Nothing is sent before, in milliseconds since 1970. */
	get opensAt(): number {
		return Math.max(this.rateLimitedUntil, this.outage === 'down' ? this.nextProbeAt : 0);
	}

	/** When Datadog asked to be sent the next request: Max Wait is held against that, not against waits of our own. */
	get askedFor(): number {
		return Math.max(this.resetAskedFor, this.outage === 'down' ? this.probeAskedFor : 0);
	}

	/** The status that asked for it. */
	get askedBy(): number {
		return this.askedFor === this.resetAskedFor ? 429 : this.outageStatus;
	}

	get hasRoom(): boolean {
		return this.outage === 'down' ? !this.isProbeInFlight : this.inFlight < this.allowance;
	}

	/** Whether a request has failed since the last answer. */
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
		return this.failedProbes >= Math.max(1, Math.min(maxRetries, this.mostProbes));
	}

	/** Begins anew when nobody is left who waits for the end of the outage. */
	forgetOutage(): void {
		this.outage = 'none';
		this.failedProbes = 0;
		this.mostProbes = Infinity;
		this.failedRequests.clear();
	}

	/** @returns milliseconds that the request has to wait before its next try, if it gets one. */
	learn(one: Try): number {
		const waitMs = this.waitBeforeNext(one);
		this.learnRateLimit(one, waitMs);
		this.learnOutage(one, waitMs);
		return waitMs;
	}

	private waitBeforeNext({ outcome, attempt, isProbe, maxWaitMs, now }: Try): number {
		const before = Math.max(attempt, isProbe ? this.failedProbes + 1 : 0);
		return waitAfter(outcome, before, Math.random(), maxWaitMs, now);
	}

	private learnRateLimit({ outcome, limitName, now }: Try, waitMs: number): void {
		const { remaining, resetMs = 0 } = rateLimitFrom(outcome.headers, now);
		const isRateLimit = outcome.status === 429;
		const isResponse = !isRateLimit && !isSignOfOutage(outcome);

		if (now < this.periodEndsAt) {
			this.allowance = Math.min(this.allowance, remaining ?? Infinity);
		} else if (remaining !== undefined || isResponse) {
			this.allowance = remaining ?? (this.isCareful ? this.allowance + 1 : Infinity);
			this.periodEndsAt = now + resetMs;
		}
		if (isResponse) this.rateLimitsInARow = 0;
		else if (isRateLimit && now >= this.rateLimitedUntil) this.rateLimitsInARow++;
		this.isCareful ||= isRateLimit;
		this.limitName = limitName ?? this.limitName;

		const usedUpMs = remaining === 0 ? resetMs || UNTOLD_RESET_MS : 0;
		const closedMs = Math.max(isRateLimit ? waitMs : 0, usedUpMs);
		if (closedMs === 0) return;
		const askedMs = Math.max(
			isRateLimit ? waitAskedFor(outcome, now) : 0,
			remaining === 0 ? resetMs : 0,
		);
		this.resetAskedFor = Math.max(this.resetAskedFor, now + askedMs);
		this.allowance = 1;
		this.rateLimitedUntil = Math.max(this.rateLimitedUntil, now + closedMs);
		this.periodEndsAt = this.rateLimitedUntil;
	}

	private learnOutage({ request, outcome, isProbe, isLastToFail, now }: Try, waitMs: number): void {
		if (!isSignOfOutage(outcome)) return this.forgetOutage();
		this.failedRequests.add(request);
		if (this.outage === 'none') {
			if (this.failedRequests.size < MIN_FAILED_REQUESTS && !isLastToFail) return;
			this.outage = 'down';
		} else if (isProbe) {
			this.failedProbes++;
		} else return;
		this.mostProbes = retriesAfter(outcome);
		this.nextProbeAt = now + waitMs;
		this.probeAskedFor = now + waitAskedFor(outcome, now);
		this.outageStatus = outcome.status ?? 503;
	}
}
