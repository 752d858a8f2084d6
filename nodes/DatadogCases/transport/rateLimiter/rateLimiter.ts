import type { UserFacingError } from '../../errors/userFacingError';
import type { Clock } from '../clock';
import type { Outcome, ResponseBody } from '../outcome';
import { OrganizationQueue } from './organizationQueue';
import type { SharedRequest } from './sharedRequest';
import type { Turn } from './turnQueue';

interface AttemptDetails {
	outcome: Outcome;
	/** Of the rate limit, where it lets nothing through and tells its name. */
	limitName?: string;
}

/** An attempt without Datadog's `data`; `error` is for items that get no other attempt. */
export type FailedAttempt = AttemptDetails & { error: UserFacingError };

export type AttemptResult = FailedAttempt | (AttemptDetails & { body: ResponseBody });

/** An attempt, and the milliseconds to wait before another. */
export interface FinishedAttempt {
	result: AttemptResult;
	waitMs: number;
}

/**
 * Sends the requests of one run, first in, first out for each organization: at most Max Concurrency at once over all
 * of them, and for each organization what Datadog lets it send. No organization waits for another's limit or outage.
 */
export class RateLimiter {
	private inFlight = 0;

	private largestConcurrency = 1;

	private readonly queues = new Map<string, OrganizationQueue>();

	/** Who waits only for Max Concurrency, in the order in which they get the next slot. */
	private readonly waitingForSlot = new Set<OrganizationQueue>();

	/** One for all queues, ended when another has to go off earlier. */
	private timer = new AbortController();

	private timerAt = Infinity;

	/** @param deadline when the run has to be over, by the clock: who would have to wait until then fails. */
	constructor(
		private readonly clock: Clock,
		private readonly deadline = Infinity,
	) {}

	/**
	 * Runs the task when its organization may send. A slot is taken and given back here only.
	 * @param backOffMs milliseconds that the request waits by itself before that
	 * @returns what the task led to and the milliseconds to wait before another attempt; `abandoned` when no item waits
	 * for the request any more.
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

	/** Ends all waiting, once no item waits for its request any more. */
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
				request: request.key,
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

	/** Gives what is free to those that have waited longest, of those whose Max Concurrency allows it. */
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
