/** A simulated Datadog on the virtual clock: it really counts requests, goes down and comes back. */
import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';
import type { RunsClock } from './runsClock';
import type { Failure, Limit, OrganizationStory, Poison } from './runsStory';

export type Outcome = 'answered' | 'rateLimited' | Failure | Poison;

/** What one try led to, and what it told. */
export interface Reply {
	outcome: Outcome;
	/** How long it takes. */
	ms: number;
	/** Until when nothing may be sent, in milliseconds of the run; 0 when nothing was told. */
	closedUntil: number;
	/** Whether the organization may not be asked now, though nobody told until when. */
	isClosedUntold: boolean;
	response?: IDataObject;
	error?: Error;
}

/** What it says of a query, that no other query gets. */
export const wordsFor = (organization: number, query: number) =>
	`The query key:${query} of organization ${organization} is wrong`;

/** The total that only this query of this organization has. */
export const totalFor = (organization: number, query: number) => organization * 1_000 + query + 1;

const LOST: Record<string, [string, string, number]> = {
	refused: ['ECONNREFUSED', 'connect ECONNREFUSED', 1],
	notFound: ['ENOTFOUND', 'getaddrinfo ENOTFOUND', 5],
};

/** Refusals that no other try changes, and their status. */
export const FINAL: Partial<Record<Outcome, string>> = { badRequest: '400', forbidden: '403' };

const STATUSES = {
	answered: 200,
	rateLimited: 429,
	badRequest: 400,
	forbidden: 403,
	unavailable: 503,
};

export class SimulatedOrganization {
	private period = 0;

	private used: number;

	constructor(
		readonly number: number,
		private readonly story: OrganizationStory,
		private readonly time: RunsClock,
	) {
		this.used = story.limit === 'none' ? 0 : Math.min(story.limit.used, story.limit.most);
	}

	/** @param random from 0 to 1 */
	reply(request: IHttpRequestOptions, query: number, random: number): Reply {
		const { passed } = this.time;
		const latency = 1 + Math.floor(random * this.story.latencyMs);
		const told = { closedUntil: 0, isClosedUntold: false };
		const outage = this.story.outages.find(
			({ fromMs, forMs }) => passed >= fromMs && passed < fromMs + forMs,
		);
		if (outage) return { ...told, ...this.fail(outage.failure, request) };

		const { limit } = this.story;
		const isRefused = limit !== 'none' && !this.take(limit);
		const poison = this.story.poison.find((one) => one.query === query)?.poison;
		if (!isRefused && (poison === 'hangs' || poison === 'unavailable')) {
			return { ...told, ...this.fail(poison, request) };
		}
		const outcome = isRefused ? 'rateLimited' : (poison ?? 'answered');
		const statusCode = STATUSES[outcome as keyof typeof STATUSES];
		const { headers, ...closed } = this.headersFor(limit, isRefused, latency);
		const body = outcome === 'answered' ? this.answer(request, query) : this.errors(query);
		return { outcome, ms: latency, ...closed, response: { statusCode, headers, body } };
	}

	private fail(outcome: Failure, { timeout = 0 }: IHttpRequestOptions) {
		if (outcome === 'unavailable') {
			const response = { statusCode: 503, headers: {}, body: { errors: ['Try again later'] } };
			return { outcome, ms: 20, response };
		}
		const [code, words, ms] = LOST[outcome] ?? [
			'ECONNABORTED',
			`timeout of ${timeout}ms exceeded`,
			timeout,
		];
		return { outcome, ms, error: Object.assign(new Error(words), { code }) };
	}

	/** @returns whether one more is allowed in this period. */
	private take({ most, periodSeconds }: Limit): boolean {
		const period = Math.floor(this.time.passed / (periodSeconds * 1_000));
		if (period > this.period) this.used = 0;
		this.period = period;
		if (this.used >= most) return false;
		this.used++;
		return true;
	}

	private headersFor(limit: Limit | 'none', isRefused: boolean, latency: number) {
		if (limit === 'none') return { headers: {}, closedUntil: 0, isClosedUntold: false };
		const { most, periodSeconds, form } = limit;
		const { passed, start } = this.time;
		const left = Math.max(0, most - this.used);
		const seconds = Math.ceil(periodSeconds * (this.period + 1) - passed / 1_000);
		const end = Math.ceil((start + passed) / 1_000 + seconds) * 1_000;
		const rate = { 'x-ratelimit-limit': `${most}`, 'x-ratelimit-period': `${periodSeconds}` };
		const isClosed = isRefused || left === 0;
		const untold = { closedUntil: 0, isClosedUntold: isRefused };
		const relative = { closedUntil: passed + latency + seconds * 1_000, isClosedUntold: false };
		const absolute = { closedUntil: end - start, isClosedUntold: false };
		const open = { closedUntil: 0, isClosedUntold: false };
		const remaining = { ...rate, 'x-ratelimit-remaining': `${left}` };
		switch (form) {
			case 'complete':
				return {
					headers: { ...remaining, 'x-ratelimit-reset': `${seconds}` },
					...(isClosed ? relative : open),
				};
			case 'doubled':
				return {
					headers: {
						...rate,
						'x-ratelimit-remaining': `${left + 3}, ${left}`,
						'x-ratelimit-reset': [`${seconds}`, `${seconds - 1}`],
					},
					...(isClosed ? relative : open),
				};
			case 'epoch':
				return {
					headers: { ...remaining, 'x-ratelimit-reset': `${end / 1_000}` },
					...(isClosed ? absolute : open),
				};
			case 'withoutReset':
				return { headers: remaining, closedUntil: 0, isClosedUntold: isClosed };
			case 'retryAfter':
				return isRefused
					? { headers: { 'retry-after': `${seconds}` }, ...relative }
					: { headers: {}, ...open };
			case 'retryAfterDate':
				return isRefused
					? { headers: { 'retry-after': new Date(end).toUTCString() }, ...absolute }
					: { headers: {}, ...open };
			case 'junk': {
				const headers = { 'x-ratelimit-remaining': 'many', 'x-ratelimit-reset': 'soon' };
				return { headers: { ...headers, 'retry-after': '' }, ...untold };
			}
			case 'missing':
				return { headers: {}, ...untold };
		}
	}

	private answer({ qs = {} }: IHttpRequestOptions, query: number) {
		const total = totalFor(this.number, query);
		const values = [
			{ value: 'P1', count: total },
			{ value: 'P2', count: total + 1 },
		];
		const groups = [{ group: 'priority', group_values: values }];
		const isGrouped = qs.group_bys === 'priority';
		return { data: { attributes: isGrouped ? { groups } : { total, groups: [] } } };
	}

	private errors(query: number) {
		return { errors: [wordsFor(this.number, query)] };
	}
}
