import type { IDataObject } from 'n8n-workflow';

import type { UserFacingError } from '../../errors/userFacingError';
import type { Clock } from '../clock';
import type { Outcome } from './retryPolicy';
import type { SharedRequest } from './sharedRequest';
import type { Turn } from './turnQueue';
import { WaitingLine } from './waitingLine';

/** What one try of a request led to: Datadog's `data`, or what to say when no other try follows. */
export type Attempt = {
	outcome: Outcome;
	/** Of the rate limit, where it lets nothing through and tells its name. */
	limitName?: string;
} & ({ data: IDataObject } | { error: UserFacingError });

/** A try, and the milliseconds to wait before another. */
export interface Tried {
	result: Attempt;
	waitMs: number;
}

/**
 * Sends the requests of one run, first in, first out for each organization: at most Max Concurrency at once over all
 * of them, and for each organization what Datadog lets it send. No organization waits for another's limit or outage.
 */
export class RateLimiter {
	private inFlight = 0;

	private largestConcurrency = 1;

	private readonly lines = new Map<string, WaitingLine>();

	/** Who waits only for Max Concurrency, in the order in which they get the next slot. */
	private readonly waitingForSlot = new Set<WaitingLine>();

	/** One for all lines, ended when another has to go off earlier. */
	private timer = new AbortController();

	private timerAt = Infinity;

	/** @param deadline when the run has to be over, by the clock: who would have to wait until then fails. */
	constructor(
		private readonly clock: Clock,
		private readonly deadline = Infinity,
	) {}

	/**
	 * Runs the task when its organization may send. A slot is taken and given back here only.
	 * @param attempt tries of the request before this one
	 * @param backOffMs milliseconds that the request waits by itself before that
	 * @returns what the task led to and the milliseconds to wait before another try; `unwanted` when no item waits
	 * for the request any more.
	 */
	async run(
		organization: string,
		request: SharedRequest,
		attempt: number,
		backOffMs: number,
		task: () => Promise<Attempt>,
	): Promise<Tried | 'unwanted'> {
		const line = this.lineOf(organization);
		this.largestConcurrency = Math.max(this.largestConcurrency, request.maxConcurrency);
		return await new Promise((resolve, reject) => {
			const turn: Turn = {
				request,
				start: () => void this.occupySlot(line, turn, attempt, task).then(resolve, reject),
				drop: () => resolve('unwanted'),
			};
			line.add(turn, backOffMs);
			this.sendNext(line);
		});
	}

	/** Ends all waiting, once no item waits for its request any more. */
	stop(): void {
		this.timer.abort();
		for (const line of this.lines.values()) {
			line.wake(Infinity);
			line.dropUnwanted();
		}
	}

	private async occupySlot(
		line: WaitingLine,
		{ request }: Turn,
		attempt: number,
		task: () => Promise<Attempt>,
	): Promise<Tried> {
		const { organization } = line;
		const isProbe = organization.outage === 'down';
		this.inFlight++;
		organization.inFlight++;
		organization.isProbeInFlight ||= isProbe;
		try {
			const result = await task();
			const waitMs = organization.learn({
				request: request.key,
				outcome: result.outcome,
				attempt,
				maxWaitMs: request.maxWaitMs,
				isProbe,
				limitName: result.limitName,
				isLastToFail: line.haveAllFailed,
				now: this.clock.now(),
			});
			if ('error' in result) line.failIfDown(request, result.error);
			if (result.outcome.status === 429) line.failIfLimitsAreExceeded(request);
			line.failIfWaitIsTooLong(request);
			return { result, waitMs };
		} finally {
			this.inFlight--;
			organization.inFlight--;
			if (isProbe) organization.isProbeInFlight = false;
			this.waitingForSlot.add(line);
			this.giveSlots();
		}
	}

	private sendNext(line: WaitingLine): void {
		for (let turn = line.next(); turn !== 'none'; turn = line.next()) {
			if (this.inFlight >= turn.request.maxConcurrency) {
				this.waitingForSlot.add(line);
				break;
			}
			line.take(turn);
			turn.start();
		}
		this.wakeAt(line.wakesAt);
	}

	/** Gives what is free to those that have waited longest, of those whose Max Concurrency allows it. */
	private giveSlots(): void {
		let lines = this.waitingForSlot.size;
		for (const line of this.waitingForSlot) {
			if (lines-- === 0 || this.inFlight >= this.largestConcurrency) return;
			this.waitingForSlot.delete(line);
			this.sendNext(line);
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
		for (const line of this.lines.values()) {
			if (line.wakesAt <= now) {
				line.wake(now);
				this.sendNext(line);
			}
			this.wakeAt(line.wakesAt);
		}
	}

	private lineOf(name: string): WaitingLine {
		const line = this.lines.get(name) ?? new WaitingLine(this.clock, this.deadline);
		this.lines.set(name, line);
		return line;
	}
}
