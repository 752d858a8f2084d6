import type { UserFacingError } from '../../errors/userFacingError';
import type { ResponseBody } from '../outcome';

/** Options that items of one request can set differently. */
export interface ItemLimits {
	maxRetries: number;
	/** Maximum number of parallel requests in the run. */
	maxConcurrency: number;
}

interface WaitingItem {
	limits: ItemLimits;
	resolve(body: ResponseBody): void;
	reject(error: UserFacingError): void;
}

type State =
	| { name: 'pending' }
	| { name: 'resolved'; body: ResponseBody }
	| { name: 'failed'; error: UserFacingError; maxRetries: number };

/** One request for all items that need the same response. Each item fails by its own limits. */
export class SharedRequest {
	private state: State = { name: 'pending' };

	private items: WaitingItem[] = [];

	private largestLimits: ItemLimits = { maxRetries: 0, maxConcurrency: 1 };

	/**
	 * @param outageKey the same for requests that fail together, such as the pages of a search
	 * @param maxWaitMs the longest wait before an attempt, the same for all its items
	 */
	constructor(
		readonly outageKey: string,
		readonly maxWaitMs: number,
	) {}

	get hasWaitingItems(): boolean {
		return this.items.length > 0;
	}

	get maxConcurrency(): number {
		return this.largestLimits.maxConcurrency;
	}

	/** Whether another item can use this request. After a failure, an item with more retries needs a new one. */
	canServe({ maxRetries }: ItemLimits): boolean {
		return this.state.name !== 'failed' || maxRetries <= this.state.maxRetries;
	}

	/** @returns the body of Datadog's response. @throws UserFacingError when the request fails for these limits. */
	async join(limits: ItemLimits): Promise<ResponseBody> {
		const { state, largestLimits } = this;
		if (state.name === 'resolved') return state.body;
		if (state.name === 'failed') throw state.error;
		this.largestLimits = {
			maxRetries: Math.max(largestLimits.maxRetries, limits.maxRetries),
			maxConcurrency: Math.max(largestLimits.maxConcurrency, limits.maxConcurrency),
		};
		return await new Promise((resolve, reject) => this.items.push({ limits, resolve, reject }));
	}

	resolve(body: ResponseBody): void {
		this.state = { name: 'resolved', body };
		for (const { resolve } of this.items) resolve(body);
		this.items = [];
	}

	fail(error: UserFacingError, isAffected: (limits: ItemLimits) => boolean = () => true): void {
		const failed = this.items.filter(({ limits }) => isAffected(limits));
		if (failed.length === 0) return;
		this.items = this.items.filter(({ limits }) => !isAffected(limits));
		if (!this.hasWaitingItems) {
			this.state = { name: 'failed', error, maxRetries: this.largestLimits.maxRetries };
		}
		for (const { reject } of failed) reject(error);
	}
}
