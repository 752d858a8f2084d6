import type { IDataObject } from 'n8n-workflow';

import { refusalForOutage, refusalForRateLimit, refusalForWait } from '../errors';
import type { Refusal } from '../errors';
import type { Clock } from './clock';
import { Organization } from './organization';
import type { Outcome } from './retryPolicy';
import type { Patience, SharedRequest } from './sharedRequest';
import { TurnQueue } from './turnQueue';
import type { Turn } from './turnQueue';

/** What one try of a request led to: Datadog's `data`, or what to say when no other try follows. */
export type Attempt = {
	outcome: Outcome;
	/** Of the rate limit, where it lets nothing through and tells its name. */
	limitName?: string;
} & ({ data: IDataObject } | { refusal: Refusal });

/** A try, and the milliseconds to wait before another. */
export interface Tried {
	result: Attempt;
	waitMs: number;
}

interface Line {
	organization: Organization;
	/** Who may be sent, first in, first out. */
	ready: TurnQueue;
	/** Whose own wait before another try is not over, and when it is, in milliseconds since 1970. */
	backingOff: Map<Turn, number>;
	/** When there is to be looked at it again; Infinity for never. */
	timerAt: number;
}

/**
 * Sends the requests of one run, first in, first out for each organization: at most Max Concurrency at once over all
 * of them, and for each organization what Datadog lets it send. No organization waits for another's limit or outage.
 */
export class RateLimiter {
	private inFlight = 0;

	private largestConcurrency = 1;

	private readonly lines = new Map<string, Line>();

	/** Who waits only for Max Concurrency, in the order in which they get the next slot. */
	private readonly waitingForSlot = new Set<Line>();

	constructor(
		private readonly clock: Clock,
		private readonly signal: AbortSignal,
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
			this.enqueue(line, turn, backOffMs);
		});
	}

	/** Ends the waiting of every request that no item waits for any more. */
	dropUnwanted(): void {
		for (const line of this.lines.values()) this.dropUnwantedOf(line);
	}

	private async occupySlot(
		line: Line,
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
				isLastToFail: this.haveAllFailed(line),
				now: this.clock.now(),
			});
			if ('refusal' in result) this.refuseWhoWaitsInVain(line, request, result.refusal);
			if (result.outcome.status === 429) this.refuseImpatient(organization, request);
			if (organization.opensAt > this.clock.now()) this.refuseWhoWaitsTooLong(line, request);
			return { result, waitMs };
		} finally {
			this.inFlight--;
			organization.inFlight--;
			if (isProbe) organization.isProbeInFlight = false;
			this.waitingForSlot.add(line);
			this.giveSlots();
		}
	}

	private enqueue(line: Line, turn: Turn, backOffMs: number): void {
		if (backOffMs > 0 && line.organization.outage === 'none') {
			const readyAt = this.clock.now() + backOffMs;
			line.backingOff.set(turn, readyAt);
			return this.wakeAt(line, readyAt);
		}
		this.refuseImpatient(line.organization, turn.request);
		line.ready.add(turn);
		this.sendNext(line);
	}

	private sendNext(line: Line): void {
		const { organization, ready } = line;
		for (;;) {
			// One request may always fail, on a host that is well: another is the better probe.
			const isBetter = ({ request }: Turn) =>
				organization.outage === 'none' || !organization.hasFailed(request.key);
			const turn = ready.first(isBetter);
			if (turn === 'none') return;
			if (!turn.request.isWanted) {
				ready.delete(turn);
				turn.drop();
				continue;
			}
			const { opensAt } = organization;
			if (opensAt > this.clock.now()) return this.wakeAt(line, opensAt);
			if (!organization.hasRoom) return;
			if (this.inFlight >= turn.request.maxConcurrency) {
				this.waitingForSlot.add(line);
				return;
			}
			ready.delete(turn);
			turn.start();
		}
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

	private wakeAt(line: Line, time: number): void {
		if (time >= line.timerAt) return;
		line.timerAt = time;
		void this.clock.wait(time - this.clock.now(), this.signal).then(() => {
			if (line.timerAt === time) this.wake(line);
		});
	}

	private wake(line: Line): void {
		line.timerAt = Infinity;
		const now = this.signal.aborted ? Infinity : this.clock.now();
		const due = [...line.backingOff].filter(([, readyAt]) => readyAt <= now);
		for (const [turn] of due) line.backingOff.delete(turn);
		let earliest = Infinity;
		for (const readyAt of line.backingOff.values()) earliest = Math.min(earliest, readyAt);
		if (earliest < Infinity) this.wakeAt(line, earliest);
		for (const [turn] of due) this.enqueue(line, turn, 0);
		this.sendNext(line);
	}

	/** Whether no request but the one that has just been tried is left that has not failed since the last answer. */
	private haveAllFailed({ organization, ready, backingOff }: Line): boolean {
		const hasFailed = ({ request }: Turn) => organization.hasFailed(request.key);
		return (
			organization.inFlight === 1 &&
			ready.every(hasFailed) &&
			[...backingOff.keys()].every(hasFailed)
		);
	}

	/** Ends an outage that has lasted too long, for `failed`, which has just been tried, and for all that wait. */
	private refuseWhoWaitsInVain(line: Line, failed: SharedRequest, reason: Refusal): void {
		const { organization, ready, backingOff } = line;
		if (organization.outage === 'none') return;
		// They wait for the end of the outage now, not each for itself.
		for (const turn of backingOff.keys()) ready.add(turn);
		backingOff.clear();

		const isDown = ({ maxRetries }: Patience) => organization.isDownFor(maxRetries);
		const refusal = refusalForOutage(reason);
		failed.refuse(reason, isDown);
		for (const { request } of ready) request.refuse(refusal, isDown);
		this.dropUnwantedOf(line);
		if (ready.size === 0) organization.forgetOutage();
	}

	private refuseWhoWaitsTooLong(line: Line, tried: SharedRequest): void {
		const { organization, ready, backingOff } = line;
		for (const { request } of ready) this.refuseImpatient(organization, request);
		this.dropUnwantedOf(line);
		if (ready.size + backingOff.size === 0 && !tried.isWanted) organization.forgetRefusals();
	}

	private refuseImpatient(organization: Organization, request: SharedRequest): void {
		const { askedFor, askedBy, limitName } = organization;
		const waitMs = askedFor - this.clock.now();
		if (waitMs > request.maxWaitMs) {
			request.refuse(refusalForWait(waitMs, request.maxWaitMs, askedBy, limitName));
		}
		// A Refusal costs too much to be made for each request that only waits.
		if (!organization.isRateLimitedFor(0)) return;
		request.refuse(
			refusalForRateLimit(limitName, waitMs > 0 ? waitMs : undefined),
			({ maxRetries }) => organization.isRateLimitedFor(maxRetries),
		);
	}

	private dropUnwantedOf({ ready }: Line): void {
		const unwanted = [...ready].filter(({ request }) => !request.isWanted);
		ready.keep(({ request }) => request.isWanted);
		for (const turn of unwanted) turn.drop();
	}

	private lineOf(name: string): Line {
		const known = this.lines.get(name);
		if (known) return known;
		const line: Line = {
			organization: new Organization(),
			ready: new TurnQueue(),
			backingOff: new Map(),
			timerAt: Infinity,
		};
		this.lines.set(name, line);
		return line;
	}
}
