import {
	errorForDeadline,
	errorForMaxWait,
	errorForOutage,
	errorForRateLimit,
} from '../../errors/errors';
import type { UserFacingError } from '../../errors/userFacingError';
import type { Clock } from '../clock';
import { Organization } from './organization';
import type { ItemLimits, SharedRequest } from './sharedRequest';
import { TurnQueue } from './turnQueue';
import type { Turn } from './turnQueue';

/** The requests of one organization that wait to be sent, first in, first out. */
export class OrganizationQueue {
	readonly organization = new Organization();

	/** When there is to be looked at it again, in milliseconds since 1970; Infinity for never. */
	wakesAt = Infinity;

	/** Who may be sent. */
	private readonly ready = new TurnQueue();

	/** Whose own wait before another attempt is not over, and when it is. */
	private readonly backingOff = new Map<Turn, number>();

	/** @param deadline when the run has to be over, by the clock: who would have to wait until then fails. */
	constructor(
		private readonly clock: Clock,
		private readonly deadline: number,
	) {}

	/** @param backOffMs milliseconds that the request waits by itself before it may be sent */
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

	/** @returns who is sent next, if its organization may send now. */
	peek(): Turn | 'none' {
		const { organization, ready } = this;
		// One request may always fail, on a host that is well: another is the better probe.
		const isBetter = ({ request }: Turn) =>
			organization.outage === 'none' || !organization.hasFailed(request.key);
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

	/** @param now Infinity to end all waiting */
	wake(now: number): void {
		this.wakesAt = Infinity;
		const due = [...this.backingOff].filter(([, readyAt]) => readyAt <= now);
		for (const [turn] of due) this.backingOff.delete(turn);
		for (const readyAt of this.backingOff.values()) this.wakeBy(readyAt);
		for (const [turn] of due) this.add(turn, 0);
	}

	/** Whether no request but the one that has just been tried is left that has not failed since the last response. */
	get haveAllFailed(): boolean {
		const { organization } = this;
		const hasFailed = ({ request }: Turn) => organization.hasFailed(request.key);
		return (
			organization.inFlight === 1 &&
			this.ready.every(hasFailed) &&
			[...this.backingOff.keys()].every(hasFailed)
		);
	}

	/** Ends an outage that has lasted too long, for `tried`, which has just been tried, and for all that wait. */
	failIfDown(tried: SharedRequest, error: UserFacingError): void {
		const { organization, ready, backingOff } = this;
		if (organization.outage === 'none') return;
		// They wait for the end of the outage now, not each for itself.
		for (const turn of backingOff.keys()) ready.add(turn);
		backingOff.clear();

		const isDown = ({ maxRetries }: ItemLimits) => organization.isDownFor(maxRetries);
		const outageError = errorForOutage(error);
		tried.fail(error, isDown);
		for (const { request } of ready) request.fail(outageError, isDown);
		this.dropAbandoned();
		if (ready.size === 0) organization.forgetOutage();
	}

	/** @param tried the request that has just been tried */
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
		// An error costs too much to be made for each request that only waits.
		if (!organization.isRateLimitedFor(0)) return;
		request.fail(errorForRateLimit(limitName, waitMs), ({ maxRetries }) =>
			organization.isRateLimitedFor(maxRetries),
		);
	}

	/** Ends the waiting of every request that no item waits for any more. */
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
				: errorForDeadline(0, 408),
		);
	}

	private wakeBy(time: number): void {
		this.wakesAt = Math.min(this.wakesAt, time);
	}
}
