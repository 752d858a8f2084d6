import { getEventListeners } from 'node:events';
import { clock } from './runsProduct';
import type { Clock } from './runsProduct';

interface Timer {
	until: number;
	order: number;
	wake: () => void;
}

const MOST_JUMPS = 100_000;

/** The run would never end. */
export class Stuck extends Error {}

/** A discrete-event clock: once nothing is left to do, the time jumps to the next timer. */
export class RunsClock implements Clock {
	readonly start = Date.UTC(2026, 10, 22, 12);

	/** The most waits of the product at once, and the most listeners at the end of the run. */
	mostWaits = 0;

	mostListeners = 0;

	/** Called before the time goes on while the run has not ended. */
	onQuiet: () => void = () => {};

	/** Called when the run has ended. */
	onEnd: () => void = () => {};

	private jumps = 0;

	private time = this.start;

	private order = 0;

	private readonly timers = new Set<Timer>();

	private readonly waits = new Set<Timer>();

	private readonly timeouts = new Set<Timer>();

	private signal: AbortSignal | undefined;

	/** Real timers of length 0 that are under way. */
	private pauses = 0;

	now = () => this.time;

	wait = async (ms: number, signal: AbortSignal) => {
		this.signal = signal;
		await this.unlessAborted(ms, signal, this.waits);
	};

	/** Each try has one. The simulated Datadog hangs as long as n8n's own timeout lets it, which ends first. */
	timeout = async (ms: number, signal: AbortSignal) =>
		await this.unlessAborted(ms + 1, signal, this.timeouts);

	private unlessAborted = async (ms: number, signal: AbortSignal, all: Set<Timer>) =>
		await new Promise<void>((resolve) => {
			if (signal.aborted) return resolve();
			const end = () => {
				this.timers.delete(timer);
				all.delete(timer);
				signal.removeEventListener('abort', end);
				resolve();
			};
			const timer = this.timer(ms, end);
			all.add(timer);
			signal.addEventListener('abort', end);
			this.measure();
		});

	/** What the simulated Datadog waits for, and the person who cancels. */
	later = async (ms: number) =>
		await new Promise<void>((resolve) => {
			const timer = this.timer(ms, () => {
				this.timers.delete(timer);
				resolve();
			});
		});

	/** Milliseconds since the start of the run. */
	get passed(): number {
		return this.time - this.start;
	}

	get pendingWaits(): number {
		return this.waits.size + this.timeouts.size;
	}

	measure() {
		this.mostWaits = Math.max(this.mostWaits, this.waits.size);
		const listeners = this.signal ? getEventListeners(this.signal, 'abort').length : 0;
		this.mostListeners = Math.max(this.mostListeners, listeners);
	}

	/** Lets the time pass until the run has ended. The product goes by this clock meanwhile. @throws Stuck */
	async finish<T>(run: () => Promise<T>): Promise<T> {
		const original = { ...clock };
		const { setTimeout: realTimeout } = globalThis;
		Object.assign(clock, { now: this.now, wait: this.wait, timeout: this.timeout });
		globalThis.setTimeout = this.pause as unknown as typeof setTimeout;
		try {
			let isOver = false;
			const result = run();
			const end = () => (isOver = true);
			result.then(end, end);
			for (;;) {
				await new Promise((next) => setImmediate(next));
				if (isOver) break;
				if (this.pauses === 0) this.jump();
			}
			this.onEnd();
			this.onQuiet = () => {};
			// Whatever the product left behind is still to be seen.
			while (this.timers.size > 0) {
				this.jump();
				await new Promise((next) => setImmediate(next));
			}
			return await result;
		} finally {
			globalThis.setTimeout = realTimeout;
			Object.assign(clock, original);
		}
	}

	/** The node pauses with n8n's real sleep(0) after every hundred items: that takes no time here. */
	private pause = (done: () => void) => {
		this.pauses++;
		setImmediate(() => {
			this.pauses--;
			done();
		});
	};

	private timer(ms: number, wake: () => void): Timer {
		const timer = { until: this.time + Math.max(0, ms), order: this.order++, wake };
		this.timers.add(timer);
		return timer;
	}

	private jump() {
		let next: Timer | undefined;
		for (const timer of this.timers) if (!next || timer.until < next.until) next = timer;
		if (!next) throw new Stuck('the run waits for nothing');
		if (++this.jumps > MOST_JUMPS) throw new Stuck('the run goes on for ever');
		if (next.until > this.time) this.onQuiet();
		// Whoever is told so may end the run, and with it the timer.
		if (!this.timers.has(next)) return;
		this.time = Math.max(this.time, next.until);
		next.wake();
	}
}
