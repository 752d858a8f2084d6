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
	/** How many polls have been taken in. */
	polls?: number;
	threshold?: number;
	/** Whether the last answer may have left out values. */
	isCut?: boolean;
	values?: Array<Counted & Remembered>;
}

/** What one poll found. */
export interface Findings {
	/** The next memory, less what is watched and how many polls there were. */
	memory: Pick<Memory, 'threshold' | 'isCut' | 'values'>;
	fired: Array<Counted & Fired>;
	/** Whether a crossing began or ended without firing. */
	isTurned: boolean;
}

/**
 * Compares what was counted with what was remembered.
 * @param memory undefined in the first poll
 * @param limit most values that are remembered: crossings that fired come first, so that none fires twice
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

	const now0 = isGone ? missing.map(({ value }) => ({ value, count: 0 })) : [];
	const kept = isGone ? [] : missing;
	const past: Omit<Past, 'previous'> = {
		isFirst: memory === undefined,
		isThresholdChanged: memory?.threshold !== rule.threshold,
	};
	const unknown = memory === undefined || memory.isCut ? undefined : rule.absent;
	const steps = [...counted, ...now0].map(({ value, count }) => {
		const previous = known.get(value) ?? unknown;
		return { value, count, previous, ...rule.step(count, now, { ...past, previous }) };
	});

	const values = [...steps.map(({ value, remembered }) => ({ value, ...remembered })), ...kept]
		.filter((one) => returned.has(one.value) || !isAbsent(one, rule.absent))
		.sort((a, b) => Number(b.since !== undefined) - Number(a.since !== undefined))
		.slice(0, limit);
	return {
		memory: { threshold: rule.threshold, isCut, values },
		fired: steps.flatMap(({ value, count, fired }) => (fired ? [{ value, count, ...fired }] : [])),
		isTurned: steps.some(
			({ previous, remembered, fired }) =>
				!fired && Boolean(previous?.isCrossed) !== Boolean(remembered.isCrossed),
		),
	};
}

/** Such a value need not be remembered: it is what a new one starts from. */
const isAbsent = (one: Remembered, absent: Remembered) =>
	one.count === absent.count &&
	Boolean(one.isCrossed) === Boolean(absent.isCrossed) &&
	one.since === undefined;
