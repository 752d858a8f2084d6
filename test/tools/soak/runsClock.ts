import type { Clock } from './runsProduct';

interface Timer {
	until: number;
	order: number;
	wake: () => void;
}

/** A discrete-event clock: once nothing is left to do, the time jumps to the next timer. */
export class RunsClock implements Clock {
	time = Date.UTC(2026, 10, 22, 12);

	waits = 0;

	mostPending = 0;

	private order = 0;

	private readonly timers = new Set<Timer>();

	now = () => this.time;

	wait = async (ms: number, signal?: AbortSignal) => {
		this.waits++;
		await new Promise<void>((resolve) => {
			if (signal?.aborted) return resolve();
			const end = () => {
				this.timers.delete(timer);
				signal?.removeEventListener('abort', end);
				resolve();
			};
			const timer = { until: this.time + Math.max(0, ms), order: this.order++, wake: end };
			this.timers.add(timer);
			signal?.addEventListener('abort', end);
			this.mostPending = Math.max(this.mostPending, this.timers.size);
		});
	};

	timeout = this.wait;

	get pending() {
		return this.timers.size;
	}

	/** Lets the time pass until `run` has ended. */
	async finish<T>(run: Promise<T>): Promise<T> {
		let isOver = false;
		let idle = 0;
		const end = () => (isOver = true);
		run.then(end, end);
		for (;;) {
			// The node pauses with n8n's real sleep(0) after every hundred items.
			await new Promise((next) => setTimeout(next, 3));
			if (isOver) return await run;
			if (this.timers.size === 0 && ++idle > 1_000) throw new Error('The run waits for nothing');
			if (this.timers.size === 0) continue;
			idle = 0;
			const next = Math.min(...[...this.timers].map(({ until }) => until));
			this.time = Math.max(this.time, next);
			for (const timer of [...this.timers]) if (timer.until <= this.time) timer.wake();
		}
	}
}
