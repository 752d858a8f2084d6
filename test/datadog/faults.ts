import { NOT_PERMITTED } from './accounts';
import type { Variants } from './answers';
import type { CaseChanges } from './caseload';

/** One thing that goes wrong, instead of or on top of the real answer. */
export interface Fault {
	/** Starts from a named fault; the other members win over it. */
	preset?: FaultPreset;
	/** How many requests it befalls; 1 when absent, `Infinity` (over HTTP -1) for all. */
	times?: number;
	/** Only requests to this path. */
	path?: string;
	/** Only requests whose `query_filter`, or search's `filter`, contains this. */
	match?: string;
	/** Only searches for this page. */
	page?: number;
	/** With `status` or `body` the real answer is replaced, otherwise `headers` are added to it. */
	status?: number;
	headers?: Record<string, string>;
	body?: string;
	contentType?: string;
	/** Waits before anything else happens. */
	delayMs?: number;
	/** The connection is closed without an answer. */
	close?: true;
	/** More bytes are announced than are sent, then the connection is closed. */
	cut?: true;
	/** The real answer, with these variants. */
	variants?: Variants;
	/** Opens cases before it answers: with `page` 2, between the first page and the second. */
	opens?: { count: number; changes?: CaseChanges };
	/** Changes the cases that match the query before it answers. */
	changes?: { query: string; changes: CaseChanges };
}

/** What faults are chosen by. */
export interface Asked {
	path: string;
	query: string;
	/** Searches only. */
	page: number | undefined;
}

/** The faults that can be asked for by name. */
export type FaultPreset = keyof typeof FAULT_PRESETS;

/** Faults by name. */
export const FAULT_PRESETS = {
	html502: {
		status: 502,
		contentType: 'text/html',
		body: '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>',
	},
	empty403: { status: 403, body: '' },
	notPermitted: { status: 403, body: JSON.stringify({ errors: NOT_PERMITTED }) },
	cutJson: { status: 200, body: '{"data":{"attributes":{"groups":[{"group":"sta' },
	closed: { close: true },
	slow: { delayMs: 10_000 },
	huge: { variants: { huge: 100_000 } },
} satisfies Record<string, Fault>;

/** The faults still to come, in order. */
export class FaultQueue {
	private waiting: Array<{ fault: Fault; left: number }> = [];

	replace(faults: ReadonlyArray<Fault | FaultPreset>) {
		this.waiting = faults.map((given) => {
			const named = typeof given === 'string' ? { preset: given } : given;
			const fault = { ...(named.preset && FAULT_PRESETS[named.preset]), ...named };
			const times = fault.times ?? 1;
			return { fault, left: times === -1 ? Infinity : times };
		});
	}

	/** The first fault that befalls such a request, now spent once more. */
	take(asked: Asked): Fault | undefined {
		const next = this.waiting.find(({ fault, left }) => left > 0 && concerns(fault, asked));
		if (next) next.left--;
		return next?.fault;
	}
}

function concerns({ path, match, page }: Fault, asked: Asked): boolean {
	return (
		(path === undefined || path === asked.path) &&
		(match === undefined || asked.query.includes(match)) &&
		(page === undefined || page === asked.page)
	);
}
