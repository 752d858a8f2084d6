/** So many requests in a period that starts on a whole multiple of its length, as Datadog counts. */
export interface RateLimit {
	limit: number;
	periodSeconds: number;
	/** Datadog's name for the limit; what cases have is unknown. */
	name?: string;
}

/** What is left for one account. */
export class RateBudgets {
	private spent = new Map<string, { period: number; requests: number }>();

	reset() {
		this.spent.clear();
	}

	/** Counts one request: the headers of its answer, and whether it is over the limit. */
	spend(account: string, { limit, periodSeconds, name = 'cases_api' }: RateLimit, now: number) {
		const periodMs = periodSeconds * 1000;
		const period = Math.floor(now / periodMs);
		const known = this.spent.get(account);
		const requests = known?.period === period ? known.requests + 1 : 1;
		this.spent.set(account, { period, requests });
		return {
			exceeded: requests > limit,
			headers: {
				'X-RateLimit-Limit': String(limit),
				'X-RateLimit-Period': String(periodSeconds),
				'X-RateLimit-Remaining': String(Math.max(0, limit - requests)),
				'X-RateLimit-Reset': String(Math.ceil(((period + 1) * periodMs - now) / 1000)),
				'X-RateLimit-Name': name,
			},
		};
	}
}
