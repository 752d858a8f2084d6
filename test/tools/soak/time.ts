/** Virtual time, for the product too: it moves only when the story says so. The one place that knows the product's clock. */
import { clock } from '../../../nodes/DatadogCases/transport/clock';
import { LONGEST_SEARCH_MS } from './search';

interface Event {
	at: number;
	owner: unknown;
	fire: () => void;
}

export class VirtualTime {
	now = Date.UTC(2026, 0, 1);

	/** Whose code is running: what it sends or waits for belongs to it. */
	owner: unknown;

	private events: Event[] = [];

	/** Puts this time in place of the product's. */
	install() {
		const wait = async (ms: number, signal: AbortSignal) =>
			await new Promise<void>((wake) => {
				this.after(ms, wake);
				signal.addEventListener('abort', () => wake());
			});
		// A poll of a story may take longer than Timeout, as by its waits. A search may not.
		const timeout = async (ms: number, signal: AbortSignal) =>
			await new Promise<void>((end) => {
				if (ms <= LONGEST_SEARCH_MS) this.after(ms, end);
				signal.addEventListener('abort', () => end());
			});
		Object.assign(clock, { now: () => this.now, wait, timeout });
	}

	after(ms: number, fire: () => void) {
		this.events.push({ at: this.now + ms, owner: this.owner, fire });
	}

	/** Lets everything happen that needs no time. */
	async settle() {
		await new Promise((resolve) => setImmediate(resolve));
	}

	/** Lets everything happen until then, one after the other. */
	async runUntil(end: number) {
		for (;;) {
			const next = this.events.reduce<Event | undefined>(
				(first, event) => (event.at <= end && (!first || event.at < first.at) ? event : first),
				undefined,
			);
			if (!next) break;
			this.events.splice(this.events.indexOf(next), 1);
			this.now = Math.max(this.now, next.at);
			this.owner = next.owner;
			next.fire();
			await this.settle();
		}
		this.now = Math.max(this.now, end);
	}

	/** Forgets what was to happen: the process ended. */
	clear() {
		this.events = [];
	}
}
