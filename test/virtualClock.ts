import type { Clock } from '../nodes/DatadogCases/transport/clock';

/** How long nothing may happen before the time jumps to the next one who waits. In real milliseconds. */
const QUIET_MS = 4;

/** A server that tells how many requests it has had, and how many it has not answered yet. */
interface Watched {
	readonly requests: { readonly length: number };
	readonly inFlight: number;
}

/** A time that stands still while requests are under way and jumps over every wait, for node and server alike. */
export class VirtualClock implements Clock {
	/** Every wait that was asked for, in milliseconds. */
	readonly waits: number[] = [];

	private time = Date.UTC(2026, 10, 22, 12);

	private sleepers: Array<{ until: number; wake: () => void }> = [];

	private readonly underWay = new Set<() => void>();

	private datadog: Watched | undefined;

	now = () => this.time;

	wait = async (ms: number, signal?: AbortSignal) =>
		await new Promise<void>((wake) => {
			this.waits.push(ms);
			if (signal?.aborted) return wake();
			const end = () => {
				signal?.removeEventListener('abort', end);
				this.sleepers = this.sleepers.filter((one) => one !== sleeper);
				wake();
			};
			const sleeper = { until: this.time + ms, wake: end };
			signal?.addEventListener('abort', end);
			this.sleepers.push(sleeper);
			if (this.sleepers.length === 1) void this.jumpWhenQuiet();
		});

	/** Nothing takes too long, unless it is ended. */
	timeout = async (_ms: number, signal: AbortSignal) =>
		await new Promise<void>((end) => {
			this.underWay.add(end);
			signal.addEventListener('abort', () => {
				this.underWay.delete(end);
				end();
			});
		});

	/** Ends whatever has a timeout. */
	endTimeouts() {
		for (const end of this.underWay) end();
	}

	/** The server whose requests the time waits for. */
	watch(datadog: Watched) {
		this.datadog = datadog;
	}

	private async jumpWhenQuiet() {
		while (this.sleepers.length > 0) {
			const seen = this.datadog?.requests.length;
			await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
			const isQuiet = !this.datadog?.inFlight && seen === this.datadog?.requests.length;
			if (!isQuiet || this.sleepers.length === 0) continue;
			this.time = Math.max(this.time, Math.min(...this.sleepers.map(({ until }) => until)));
			const woken = this.sleepers.filter(({ until }) => until <= this.time);
			for (const { wake } of woken) wake();
		}
	}
}
