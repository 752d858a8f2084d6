import type { IDataObject } from 'n8n-workflow';

import type { Clock } from './clock';
import { Refusal, refusalForRateLimit, refusalForWait } from './errors';
import { rateLimitOf } from './retry';

/** How much one organization may send: the budget is what Datadog last reported as remaining. */
interface Budget {
	inFlight: number;
	/** 1 until the first answer, and again after each wait: that one request brings the next report. */
	remaining: number;
	/** When the reported period ends: until then a report can only lower the budget. */
	resetAt: number;
	/** Nothing leaves before. */
	closedUntil: number;
	/** Refusals for the rate limit in a row, with a wait between each two. */
	refusals: number;
	/** Whether there was a refusal at all: without headers that tell more, the budget then grows by one an answer. */
	isCareful: boolean;
}

export interface Limits {
	maxConcurrency: number;
	maxRetries: number;
	maxWaitMs: number;
}

/** More refusals in a row (or than Max Retries) end what still waits: a run has to end some time. */
const TOLERATED_REFUSALS = 3;

/**
 * Lets the requests of one run leave: at most Max Concurrency at once, never more than Datadog's rate limit
 * has left for their organization, and none of an organization that has to wait.
 */
export class Gate {
	private inFlight = 0;

	private readonly budgets = new Map<string, Budget>();

	private wake!: () => void;

	private change = this.nextChange();

	private readonly stopped: Promise<void>;

	constructor(
		private readonly clock: Clock,
		private readonly signal: AbortSignal,
	) {
		this.stopped = new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
	}

	/**
	 * Resolves when a request of that organization may leave; `leave` has to follow.
	 * @throws Refusal when the rate limit asks for a longer wait than `maxWaitMs`, or when the run has ended.
	 */
	async enter(
		organization: string,
		{ maxConcurrency, maxRetries, maxWaitMs }: Limits,
	): Promise<void> {
		const budget = this.budgetOf(organization);
		for (;;) {
			this.refuseWhenStopped();
			if (budget.refusals > Math.max(maxRetries, TOLERATED_REFUSALS)) {
				throw refusalForRateLimit();
			}
			const waitMs = budget.closedUntil - this.clock.now();
			if (waitMs > maxWaitMs) throw refusalForWait(waitMs, maxWaitMs);
			if (waitMs > 0) await this.wait(waitMs);
			else if (this.inFlight < maxConcurrency && budget.inFlight < budget.remaining) break;
			else await Promise.race([this.change, this.stopped]);
		}
		this.inFlight++;
		budget.inFlight++;
	}

	/** Resolves after that many milliseconds, or when the run has ended. */
	async wait(ms: number): Promise<void> {
		await this.clock.wait(ms, this.stopped);
	}

	/** @throws Refusal when the run has ended: it was cancelled, or an item of it was refused. */
	refuseWhenStopped(): void {
		if (!this.signal.aborted) return;
		throw new Refusal('The execution was stopped', 'Datadog was not asked any more.');
	}

	/**
	 * Takes in the headers of an answer: none when the connection was lost.
	 * @param waitMs how long its organization has to wait after a refusal for the rate limit, otherwise 0
	 * @param isLast whether the request is not sent again. Until then, an answer without a rate limit may come from
	 * something before Datadog, and changes nothing.
	 */
	leave(organization: string, headers: IDataObject, waitMs: number, isLast: boolean): void {
		const budget = this.budgetOf(organization);
		const now = this.clock.now();
		const { remaining, resetMs = 0 } = rateLimitOf(headers);

		if (now < budget.resetAt) {
			budget.remaining = Math.min(budget.remaining, remaining ?? Infinity);
		} else if (remaining !== undefined || isLast) {
			budget.remaining = remaining ?? (budget.isCareful ? budget.remaining + 1 : Infinity);
			budget.resetAt = now + resetMs;
		}
		if (waitMs === 0) budget.refusals = 0;
		else if (now >= budget.closedUntil) budget.refusals++;
		budget.isCareful ||= waitMs > 0;

		const closedMs = Math.max(waitMs, remaining === 0 ? resetMs || 1_000 : 0);
		if (closedMs > 0) {
			budget.remaining = 1;
			budget.closedUntil = Math.max(budget.closedUntil, now + closedMs);
			budget.resetAt = budget.closedUntil;
		}

		this.inFlight--;
		budget.inFlight--;
		this.wake();
		this.change = this.nextChange();
	}

	private nextChange(): Promise<void> {
		return new Promise((resolve) => (this.wake = resolve));
	}

	private budgetOf(organization: string): Budget {
		const budget = this.budgets.get(organization) ?? {
			inFlight: 0,
			remaining: 1,
			resetAt: 0,
			closedUntil: 0,
			refusals: 0,
			isCareful: false,
		};
		this.budgets.set(organization, budget);
		return budget;
	}
}
