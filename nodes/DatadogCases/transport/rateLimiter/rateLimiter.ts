import type { UserFacingError } from '../../errors/userFacingError';
import type { Clock } from '../clock';
import type { Outcome, ResponseBody } from '../outcome';
import { OrganizationQueue } from './organizationQueue';
import type { SharedRequest } from './sharedRequest';
import type { Turn } from './turnQueue';

interface AttemptDetails {
	outcome: Outcome;
	/** Name of the rate limit if it's used up and Datadog named it. */
	limitName?: string;
}

/** An attempt without Datadog's `data`. Items that don't get another attempt fail with `error`. */
export type FailedAttempt = AttemptDetails & { error: UserFacingError };

export type AttemptResult = FailedAttempt | (AttemptDetails & { body: ResponseBody });

/** An attempt, and how long to wait before the next one. */
export interface FinishedAttempt {
	result: AttemptResult;
	waitMs: number;
}

/**
 * Decides when the requests of a run are sent: first in, first out for each organization, at most Max Concurrency at once
 * in total, and no more than an organization's rate limit allows. One organization never waits for another's rate limit
 * or outage.
 */
export class RateLimiter {
	private inFlight = 0;

	private largestConcurrency = 1;

	private readonly queues = new Map<string, OrganizationQueue>();

	/** Queues that only wait for Max Concurrency. The first one gets the next slot. */
	private readonly waitingForSlot = new Set<OrganizationQueue>();

	/** One timer serves all queues. It's aborted when an earlier one is needed. */
	private timer = new AbortController();

	private timerAt = Infinity;

	/** @param deadline when the run must end, in milliseconds since 1970. Requests that would have to wait longer fail. */
	constructor(
		private readonly clock: Clock,
		private readonly deadline = Infinity,
	) {}

	/**
	 * Runs the task as soon as the organization may send.
	 * @param earlierAttempts how often the request was sent before
	 * @param backOffMs milliseconds to wait before that
	 * @param task sends the request once
	 * @returns the result and how long to wait before the next attempt; `abandoned` if no item waits for the request any more.
	 * @throws what the task throws.
	 */
	async run(
		organization: string,
		request: SharedRequest,
		earlierAttempts: number,
		backOffMs: number,
		task: () => Promise<AttemptResult>,
	): Promise<FinishedAttempt | 'abandoned'> {
		const queue = this.queueOf(organization);
		this.largestConcurrency = Math.max(this.largestConcurrency, request.maxConcurrency);
		return await new Promise((resolve, reject) => {
			const turn: Turn = {
				request,
				start: () => void this.runInSlot(queue, turn, earlierAttempts, task).then(resolve, reject),
				drop: () => resolve('abandoned'),
			};
			queue.add(turn, backOffMs);
			this.startNext(queue);
		});
	}

	/** Ends all waiting. Fail the waiting requests first. */
	stop(): void {
		this.timer.abort();
		for (const queue of this.queues.values()) {
			queue.wake(Infinity);
			queue.dropAbandoned();
		}
	}

	private async runInSlot(
		queue: OrganizationQueue,
		{ request }: Turn,
		earlierAttempts: number,
		task: () => Promise<AttemptResult>,
	): Promise<FinishedAttempt> {
		const { organization } = queue;
		const isProbe = organization.outage === 'down';
		this.inFlight++;
		organization.inFlight++;
		organization.isProbeInFlight ||= isProbe;
		try {
			const result = await task();
			const waitMs = organization.record({
				request: request.outageKey,
				outcome: result.outcome,
				earlierAttempts,
				maxWaitMs: request.maxWaitMs,
				isProbe,
				limitName: result.limitName,
				haveAllFailed: queue.haveAllFailed,
				now: this.clock.now(),
			});
			if ('error' in result) queue.failIfDown(request, result.error);
			if (result.outcome.status === 429) queue.failIfLimitsAreExceeded(request);
			queue.failIfWaitIsTooLong(request);
			return { result, waitMs };
		} finally {
			this.inFlight--;
			organization.inFlight--;
			if (isProbe) organization.isProbeInFlight = false;
			this.waitingForSlot.add(queue);
			this.assignFreeSlots();
		}
	}

	private startNext(queue: OrganizationQueue): void {
		for (let turn = queue.peek(); turn !== 'none'; turn = queue.peek()) {
			if (this.inFlight >= turn.request.maxConcurrency) {
				this.waitingForSlot.add(queue);
				break;
			}
			queue.remove(turn);
			turn.start();
		}
		this.wakeAt(queue.wakesAt);
	}

	/** Gives free slots to the queues that have waited longest and whose Max Concurrency allows it. */
	private assignFreeSlots(): void {
		let queues = this.waitingForSlot.size;
		for (const queue of this.waitingForSlot) {
			if (queues-- === 0 || this.inFlight >= this.largestConcurrency) return;
			this.waitingForSlot.delete(queue);
			this.startNext(queue);
		}
	}

	private wakeAt(time: number): void {
		if (time >= this.timerAt) return;
		this.timer.abort();
		this.timer = new AbortController();
		this.timerAt = time;
		const { signal } = this.timer;
		void this.clock.wait(time - this.clock.now(), signal).then(() => {
			if (!signal.aborted) this.wake();
		});
	}

	private wake(): void {
		this.timerAt = Infinity;
		const now = this.clock.now();
		for (const queue of this.queues.values()) {
			if (queue.wakesAt <= now) {
				queue.wake(now);
				this.startNext(queue);
			}
			this.wakeAt(queue.wakesAt);
		}
	}

	private queueOf(name: string): OrganizationQueue {
		const queue = this.queues.get(name) ?? new OrganizationQueue(this.clock, this.deadline);
		this.queues.set(name, queue);
		return queue;
	}
}
