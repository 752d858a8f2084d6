/** Datadog in this process: true counts, and answers in the documented forms, right or not. */

export type Value = string | number | boolean | null;

export const ANSWERS = [
	'whole',
	'otherOrder',
	'groupless',
	'valueless',
	'noCount',
	'noGroups',
	'notJson',
	'respelled',
	400,
	403,
	429,
	503,
	'ECONNRESET',
	'ETIMEDOUT',
] as const;

/** How a poll's requests are answered; a number is a status. */
export type Answer = (typeof ANSWERS)[number];

export interface Request {
	method?: string;
	url: string;
	qs?: { group_bys?: string; limit?: number; [name: string]: unknown };
	timeout?: number;
}

/** What a Count request was answered with, for the model. */
export interface Told {
	seen: Array<[Value, number]>;
	isCut: boolean;
	/** Aggregate's total, as it would be told. */
	total: number;
}

export class Datadog {
	readonly counts = new Map<Value, number>();

	/** Cases without a value for the field: only Aggregate's total has them. */
	fieldless = 0;

	get total() {
		return [...this.counts.values()].reduce((sum, count) => sum + count, this.fieldless);
	}

	/** The values with cases as an answer lists them: by count, or in an order of its own. */
	list(limit: number, order: number): Array<[Value, number]> {
		const all = [...this.counts].filter(([, count]) => count > 0);
		const rank = (value: Value) => hash(`${value} ${order}`);
		return all
			.map(([value, count]) => ({ value, count, rank: rank(value) }))
			.sort((a, b) => (order % 2 ? 0 : b.count - a.count) || a.rank - b.rank)
			.slice(0, limit)
			.map(({ value, count }) => [value, count]);
	}
}

function hash(text: string): number {
	let sum = 7;
	for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0;
	return Math.imul(sum, 0x9e3779b1) >>> 0;
}

/** A Count answer of documented form. */
export const countAnswer = (field: string, listed: Array<[Value, number]>) => ({
	data: {
		id: 'count-result-001',
		type: 'count',
		attributes: {
			groups: [{ group: field, group_values: listed.map(([value, count]) => ({ value, count })) }],
		},
	},
});

export const groupsAnswer = (groups: unknown) => ({
	data: { id: 'count-result-001', type: 'count', attributes: { groups } },
});

/** An Aggregate answer: the groups do not matter, the total does. */
export const aggregateAnswer = (total: number) => ({
	data: { id: 'agg-result-001', type: 'aggregate', attributes: { groups: [], total } },
});

/** More statuses than anybody has would look like a list that was cut. */
const MOST_STATUSES = 8;

/** What a poll's request needs to be answered. */
interface Asker {
	answer: Answer;
	order: number;
	failuresLeft: number;
	askedAggregate: boolean;
	answered?: Told;
}

/** Answers one request of a poll, and notes there what it was told. An error is a connection that failed. */
export function answerTo(
	request: Request,
	poll: Asker,
	datadog: Datadog,
	isTotal: boolean,
): Error | { statusCode: number; headers: object; body: unknown } {
	const { answer } = poll;
	const isAggregate = request.url.includes('aggregate');
	if (isAggregate) poll.askedAggregate = true;
	const isFailure = typeof answer === 'number' || answer === 'ECONNRESET' || answer === 'ETIMEDOUT';
	if (isFailure && poll.failuresLeft > 0) {
		poll.failuresLeft--;
		if (typeof answer !== 'number') return Object.assign(new Error(answer), { code: answer });
		return { statusCode: answer, headers: {}, body: { errors: ['Refused'] } };
	}
	const ok = (body: unknown) => ({ statusCode: 200, headers: {}, body });
	if (isAggregate) {
		if (poll.answered) poll.answered.total = datadog.total;
		return ok(aggregateAnswer(datadog.total));
	}

	const { group_bys: field = 'status', limit = Infinity } = request.qs ?? {};
	let seen = datadog.list(
		isTotal ? Infinity : limit,
		answer === 'otherOrder' ? 2 * poll.order + 1 : 0,
	);
	if (answer === 'respelled') {
		seen = seen.map(([value, count]) => [
			typeof value === 'string' ? value.toLowerCase() : value,
			count,
		]);
	}
	if (answer === 'groupless' || answer === 'valueless') seen = [];
	poll.answered = { seen, isCut: seen.length >= limit, total: datadog.total };
	if (answer === 'groupless') return ok(groupsAnswer([]));
	if (answer === 'noGroups') return ok(groupsAnswer(null));
	if (answer === 'notJson') return ok('<html>Bad gateway</html>');
	const body = countAnswer(field, seen);
	if (answer === 'noCount') {
		for (const entry of body.data.attributes.groups[0].group_values) entry.count = null as never;
	}
	const mayBeSummed = seen.length <= MOST_STATUSES && poll.order % 2 === 0;
	if (isTotal && seen.length > 0 && !mayBeSummed) {
		Object.assign(body.data.attributes, { total: datadog.total });
	}
	return ok(body);
}
