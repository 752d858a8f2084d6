import type { Clock } from './clock';
import type { LostConnection } from './outcome';

/** How long a run may take, and each part of it. */
export class TimeLimit {
	/** What ends the parts that go on. They share one listener, however many there are. */
	private readonly running = new Set<() => void>();

	/**
	 * @param signal ends the run
	 * @param deadline when the run has to be over, in milliseconds since 1970
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

	/** Milliseconds until the run has to be over. */
	get remainingMs(): number {
		return this.deadline - this.clock.now();
	}

	/**
	 * Ends what takes longer than so many milliseconds or than the run may, whatever a server does: the timeout of n8n
	 * only counts how long nothing comes.
	 * @param work gets the milliseconds that it has, and a signal that is aborted when it has to stop, at the latest
	 * when this ends. What it leads to after that is lost.
	 * @param tooLate what counts instead
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

/** @returns what became of an attempt without a response in time, in the words of n8n's own timeout. */
export const timeoutOutcome = (limitMs: number): LostConnection => ({
	code: 'ECONNABORTED',
	reason: `timeout of ${limitMs}ms exceeded`,
	headers: {},
});
