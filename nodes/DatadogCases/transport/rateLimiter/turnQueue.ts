import type { SharedRequest } from './sharedRequest';

/** A request that waits to be sent. */
export interface Turn {
	request: SharedRequest;
	start(): void;
	/** Ends the waiting of a request that no item waits for any more. */
	drop(): void;
}

/** First in, first out; adding and taking the first cost the same however many wait. */
export class TurnQueue {
	private incoming: Turn[] = [];

	/** The first one stands last. */
	private outgoing: Turn[] = [];

	get size(): number {
		return this.incoming.length + this.outgoing.length;
	}

	add(turn: Turn): void {
		this.incoming.push(turn);
	}

	/** The first that is preferred, else the first of all. */
	first(isPreferred: (turn: Turn) => boolean): Turn | 'none' {
		if (this.outgoing.length === 0) {
			this.outgoing = this.incoming.reverse();
			this.incoming = [];
		}
		const next = this.outgoing.at(-1);
		if (!next) return 'none';
		return isPreferred(next) ? next : ([...this].find(isPreferred) ?? next);
	}

	delete(turn: Turn): void {
		if (this.outgoing.at(-1) === turn) this.outgoing.pop();
		else this.keep((one) => one !== turn);
	}

	every(test: (turn: Turn) => boolean): boolean {
		return this.outgoing.every(test) && this.incoming.every(test);
	}

	keep(isKept: (turn: Turn) => boolean): void {
		this.incoming = this.incoming.filter(isKept);
		this.outgoing = this.outgoing.filter(isKept);
	}

	*[Symbol.iterator](): Generator<Turn> {
		yield* [...this.outgoing].reverse();
		yield* this.incoming;
	}
}
