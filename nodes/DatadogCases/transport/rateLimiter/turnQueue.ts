import type { SharedRequest } from './sharedRequest';

/** A waiting request. */
export interface Turn {
	request: SharedRequest;
	start(): void;
	/** Call it instead of `start` if no item waits for the request any more. */
	drop(): void;
}

/** First in, first out. Adding a turn and taking the first one take constant time, unlike `Array.shift`. */
export class TurnQueue {
	private incoming: Turn[] = [];

	/** In reverse order. */
	private outgoing: Turn[] = [];

	get size(): number {
		return this.incoming.length + this.outgoing.length;
	}

	add(turn: Turn): void {
		this.incoming.push(turn);
	}

	/** The first preferred turn, or the first one if none is preferred. */
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
