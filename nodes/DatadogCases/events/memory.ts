import type { Fired, Past, Remembered, Rule } from './event';

/** What one poll counted: without a value, the total. */
export interface Counted {
	value?: string;
	count: number;
}

/** What a trigger keeps between two polls, in n8n's static data. */
export interface Memory {
	/** What is watched, as JSON text. */
	watched?: string;
	threshold?: number;
	/** Whether the last answer may have left out values. */
	isCut?: boolean;
	values?: Array<Counted & Remembered>;
}

/** What one poll found. */
export interface Findings {
	/** The next memory, less what is watched. */
	memory: Pick<Memory, 'threshold' | 'isCut' | 'values'>;
	fired: Array<Counted & Fired>;
	/** Whether a restart of n8n must not forget the memory, though nothing may have fired. */
	mustLast: boolean;
}

/**
 * Compares what was counted with what was remembered.
 * @param memory undefined in the first poll
 * @param limit most values that are remembered, unless more are counted
 * @param now an ISO time
 */
export function compare(
	rule: Rule,
	counted: Counted[],
	isCut: boolean,
	memory: Memory | undefined,
	limit: number,
	now: string,
): Findings {
	const known = new Map(memory?.values?.map((one) => [one.value, one]));
	const returned = new Set(counted.map(({ value }) => value));
	const missing = [...known.values()].filter(({ value }) => !returned.has(value));
	const isGone = !isCut && rule.countsGone;
	const gone = isGone ? missing.map(({ value }) => ({ value, count: 0 })) : [];
	const kept = isGone ? [] : missing;

	const isFirst = memory === undefined;
	const isThresholdChanged = memory?.threshold !== rule.threshold;
	const unknown = isFirst || memory.isCut ? undefined : rule.absent;
	const steps = [...counted, ...gone].map(({ value, count }) => {
		const previous = known.get(value) ?? unknown;
		const past: Past = { previous, isFirst, isThresholdChanged };
		return { value, count, ...rule.step(count, now, past) };
	});

	const values = [...steps.map(({ value, remembered }) => ({ value, ...remembered })), ...kept]
		.filter((one) => returned.has(one.value) || !isAbsent(one, rule.absent))
		.sort((a, b) => Number(rule.isVital(b)) - Number(rule.isVital(a)))
		.slice(0, Math.max(limit, counted.length));
	return {
		memory: { threshold: rule.threshold, isCut, values },
		fired: steps.flatMap(({ value, count, fired }) => (fired ? [{ value, count, ...fired }] : [])),
		mustLast: steps.some(({ mustLast }) => mustLast),
	};
}

/** Such a value need not be remembered: it is what a new one starts from. */
const isAbsent = (one: Remembered, absent: Remembered) =>
	one.count === absent.count && one.isCrossed === absent.isCrossed && one.since === undefined;
