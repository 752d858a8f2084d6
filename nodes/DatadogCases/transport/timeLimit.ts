import type { Clock } from './clock';
import type { LostConnection } from './outcome';

/** Limits how long a run and each of its requests may take. */
export class TimeLimit {
	/** Aborts each running task. The set lets them share one listener on the run's signal. */
	private readonly running = new Set<() => void>();

	/**
	 * @param signal stops the run
	 * @param deadline when the run must end, in milliseconds since 1970
	 */
	constructor(
		private readonly clock: Clock,
		private readonly signal: AbortSignal,
		private readonly deadline = Infinity,
	) {
		signal.addEventListener('abort', () => {
			for (const end of this.running) end();
		});
	}

	/** Milliseconds until the run must end. */
	get remainingMs(): number {
		return this.deadline - this.clock.now();
	}

	/**
	 * Limits the total time of a task. n8n's own timeout only limits how long a server stays silent.
	 * @param ms the time limit; less if the run ends before
	 * @param work gets the time limit in milliseconds, and a signal that is aborted when its time is up. What it returns
	 * after that is ignored.
	 * @param onTimeout returns the result to use if the time is up
	 */
	async within<T>(
		ms: number,
		work: (limitMs: number, signal: AbortSignal) => Promise<T>,
		onTimeout: (limitMs: number) => T,
	): Promise<T> {
		const limitMs = Math.max(1, Math.min(ms, this.remainingMs));
		const ended = new AbortController();
		const end = () => ended.abort();
		if (this.signal.aborted) end();
		this.running.add(end);
		const late = this.clock.timeout(limitMs, ended.signal).then(() => onTimeout(limitMs));
		try {
			return await Promise.race([work(limitMs, ended.signal), late]);
		} finally {
			this.running.delete(end);
			end();
		}
	}
}

/** @returns the outcome of an attempt that took too long, in the same words as n8n's own timeout. */
export const timeoutOutcome = (limitMs: number): LostConnection => ({
	code: 'ECONNABORTED',
	reason: `timeout of ${limitMs}ms exceeded`,
	headers: {},
});
