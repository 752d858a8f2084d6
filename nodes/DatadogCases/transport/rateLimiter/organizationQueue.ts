import {
	errorForDeadline,
	errorForMaxWait,
	errorForOutage,
	errorForRateLimit,
	errorForSpentTime,
} from '../../errors/errors';
import type { UserFacingError } from '../../errors/userFacingError';
import type { Clock } from '../clock';
import { Organization } from './organization';
import type { ItemLimits, SharedRequest } from './sharedRequest';
import { TurnQueue } from './turnQueue';
import type { Turn } from './turnQueue';

/** The waiting requests of one organization, first in, first out. */
export class OrganizationQueue {
	readonly organization = new Organization();

	/** When to call `wake`, in milliseconds since 1970, or Infinity. */
	wakesAt = Infinity;

	private readonly ready = new TurnQueue();

	/** Requests that wait before a retry, with the time when they're ready. */
	private readonly backingOff = new Map<Turn, number>();

	/** @param deadline when the run must end, in milliseconds since 1970. Requests that would have to wait longer fail. */
	constructor(
		private readonly clock: Clock,
		private readonly deadline: number,
	) {}

	/** @param backOffMs milliseconds to wait before the request is ready */
	add(turn: Turn, backOffMs: number): void {
		if (backOffMs > 0 && this.organization.outage === 'none') {
			const readyAt = this.clock.now() + backOffMs;
			this.backingOff.set(turn, readyAt);
			return this.wakeBy(readyAt);
		}
		this.failIfLimitsAreExceeded(turn.request);
		this.failIfPastDeadline(turn.request);
		this.ready.add(turn);
	}

	/** @returns the next request, or `none` if the organization may not send now. */
	peek(): Turn | 'none' {
		const { organization, ready } = this;
		// A request can fail while Datadog is fine, so a different one is the better probe.
		const isBetter = ({ request }: Turn) =>
			organization.outage === 'none' || !organization.hasFailed(request.outageKey);
		for (;;) {
			const turn = ready.first(isBetter);
			if (turn === 'none') return 'none';
			if (turn.request.hasWaitingItems) return this.maySendNow() ? turn : 'none';
			ready.delete(turn);
			turn.drop();
		}
	}

	remove(turn: Turn): void {
		this.ready.delete(turn);
	}

	/**
	 * Moves requests whose wait is over to `ready`.
	 * @param now milliseconds since 1970, or Infinity to end all waits
	 */
	wake(now: number): void {
		this.wakesAt = Infinity;
		const due = [...this.backingOff].filter(([, readyAt]) => readyAt <= now);
		for (const [turn] of due) this.backingOff.delete(turn);
		for (const readyAt of this.backingOff.values()) this.wakeBy(readyAt);
		for (const [turn] of due) this.add(turn, 0);
	}

	/** Whether all requests have failed since the last response, except the one in flight. */
	get haveAllFailed(): boolean {
		const { organization } = this;
		const hasFailed = ({ request }: Turn) => organization.hasFailed(request.outageKey);
		return (
			organization.inFlight === 1 &&
			this.ready.every(hasFailed) &&
			[...this.backingOff.keys()].every(hasFailed)
		);
	}

	/** Fails the items that give up on the outage: those of `tried`, the request that has just failed, and those that wait. */
	failIfDown(tried: SharedRequest, error: UserFacingError): void {
		const { organization, ready, backingOff } = this;
		if (organization.outage === 'none') return;
		// From now on, they wait for the end of the outage instead of their own retry.
		for (const turn of backingOff.keys()) ready.add(turn);
		backingOff.clear();

		const isDown = ({ maxRetries }: ItemLimits) => organization.isDownFor(maxRetries);
		const outageError = errorForOutage(error);
		tried.fail(error, isDown);
		for (const { request } of ready) request.fail(outageError, isDown);
		this.dropAbandoned();
		if (ready.size === 0) organization.forgetOutage();
	}

	/** @param tried the request that has just been sent */
	failIfWaitIsTooLong(tried: SharedRequest): void {
		const { organization, ready, backingOff } = this;
		if (organization.nextSendAt <= this.clock.now()) return;
		for (const { request } of ready) {
			this.failIfLimitsAreExceeded(request);
			this.failIfPastDeadline(request);
		}
		this.dropAbandoned();
		if (ready.size + backingOff.size === 0 && !tried.hasWaitingItems)
			organization.forgetRateLimits();
	}

	failIfLimitsAreExceeded(request: SharedRequest): void {
		const { organization } = this;
		const { requestedSendAt, requestedByStatus, limitName } = organization;
		const waitMs = requestedSendAt - this.clock.now();
		if (waitMs > request.maxWaitMs) {
			request.fail(errorForMaxWait(waitMs, request.maxWaitMs, requestedByStatus, limitName));
		}
		// Creating an error for every waiting request would be too slow.
		if (!organization.isRateLimitedFor(0)) return;
		request.fail(errorForRateLimit(limitName, waitMs), ({ maxRetries }) =>
			organization.isRateLimitedFor(maxRetries),
		);
	}

	/** Removes requests that no item waits for any more. */
	dropAbandoned(): void {
		const abandoned = [...this.ready].filter(({ request }) => !request.hasWaitingItems);
		this.ready.keep(({ request }) => request.hasWaitingItems);
		for (const turn of abandoned) turn.drop();
	}

	private maySendNow(): boolean {
		const { nextSendAt, hasFreeSlot } = this.organization;
		if (nextSendAt <= this.clock.now()) return hasFreeSlot;
		this.wakeBy(nextSendAt);
		return false;
	}

	private failIfPastDeadline(request: SharedRequest): void {
		const { nextSendAt, requestedByStatus, limitName } = this.organization;
		const now = this.clock.now();
		if (Math.max(nextSendAt, now) < this.deadline) return;
		request.fail(
			nextSendAt > now
				? errorForDeadline(nextSendAt - now, requestedByStatus, limitName)
				: errorForSpentTime(),
		);
	}

	private wakeBy(time: number): void {
		this.wakesAt = Math.min(this.wakesAt, time);
	}
}
