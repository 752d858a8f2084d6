import type { IDataObject } from 'n8n-workflow';

import type { Clock } from './clock';
import { Refusal, refusalForWait } from './errors';
import { rateLimitOf } from './retry';

/** How much one account may send: the budget is what Datadog last reported as remaining. */
interface Budget {
	inFlight: number;
	/** 1 until the first answer, and again after each wait: that one request brings the next report. */
	remaining: number;
	/** When the reported period ends: until then a report can only lower the budget. */
	resetAt: number;
	/** Nothing leaves before. */
	closedUntil: number;
}

export interface Limits {
	maxConcurrency: number;
	maxWaitMs: number;
}

/**
 * Lets the requests of one run leave: at most Max Concurrency at once, never more than Datadog's rate limit
 * has left for their account, and none of an account that has to wait.
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
	 * Resolves when a request of that account may leave; `leave` has to follow.
	 * @throws Refusal when the rate limit asks for a longer wait than `maxWaitMs`, or when the run has ended.
	 */
	async enter(account: string, { maxConcurrency, maxWaitMs }: Limits): Promise<void> {
		const budget = this.budgetOf(account);
		for (;;) {
			this.refuseWhenStopped();
			const waitMs = budget.closedUntil - this.clock.now();
			if (waitMs > maxWaitMs) throw refusalForWait(waitMs, maxWaitMs);
			if (waitMs > 0) await this.wait(waitMs);
			else if (this.inFlight < maxConcurrency && budget.inFlight < budget.remaining) break;
			else await this.change;
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

	/** Takes in the headers of an answer (none when the connection was lost) and how long its account has to wait. */
	leave(account: string, headers: IDataObject, waitMs = 0): void {
		const budget = this.budgetOf(account);
		const now = this.clock.now();
		const { remaining = Infinity, resetMs = 0 } = rateLimitOf(headers);
		const isSamePeriod = now < budget.resetAt;

		budget.remaining = isSamePeriod ? Math.min(budget.remaining, remaining) : remaining;
		if (!isSamePeriod) budget.resetAt = now + resetMs;
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

	private budgetOf(account: string): Budget {
		const budget = this.budgets.get(account) ?? {
			inFlight: 0,
			remaining: 1,
			resetAt: 0,
			closedUntil: 0,
		};
		this.budgets.set(account, budget);
		return budget;
	}
}
