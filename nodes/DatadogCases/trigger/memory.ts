// Compares what a poll counted with what is remembered.
import type { Before, Counted, Entry, Fired, Known, PollKind, Rule } from './state';

/** What a trigger keeps between two polls, in n8n's static data. */
export interface Memory {
	/** n8n's id of the workflow: a copy brings the static data of the original. */
	workflowId: string;
	/** A digest of what is watched: a query or an address may tell a secret. */
	watched: string;
	threshold: number | null;
	/** Whether the last answer had a group. */
	hadGroups: boolean;
	/** Whether the last answer may have left out values. */
	isCut: boolean;
	/** Whether values were dropped that a later answer does not tell of: then one without an entry is unknown. */
	hasDropped: boolean;
	values: Entry[];
}

export interface Comparison {
	memory: Pick<Memory, 'threshold' | 'isCut' | 'hasDropped' | 'values'>;
	fired: Array<Counted & Fired>;
	/** Whether a restart would take something for what it is not, if n8n did not store the memory. */
	mustPersist: boolean;
}

/** Most values that are remembered, unless more are counted, allowed or crossed. */
const MOST_REMEMBERED = 1_000;

/**
 * Compares what was counted with what was remembered.
 * @param memory undefined when what is watched was not polled before
 * @param limit Max Groups
 */
export function compare(
	rule: Rule,
	counted: Counted[],
	isCut: boolean,
	memory: Memory | undefined,
	{ isSwitchedOn, isPublished }: Omit<PollKind, 'isFirst'>,
	limit: number,
	now: string,
): Comparison {
	const known = new Map(memory?.values.map((entry) => [entry.value, entry]));
	const threshold = rule.threshold ?? null;
	const poll = {
		isFirst: memory === undefined,
		isSwitchedOn,
		isPublished,
		isThresholdChanged: memory !== undefined && memory.threshold !== threshold,
	};
	const isZeroBefore = memory !== undefined && !memory.isCut && !isCut && !memory.hasDropped;
	const unseen: Before = isZeroBefore
		? { count: 0, state: rule.stateOfZero }
		: { state: 'unknown' };

	const returned = new Set(counted.map(({ value }) => value));
	const missing = [...known.values()].filter(({ value }) => !returned.has(value));
	const isMissingZero = !isCut && rule.missingMeansZero;
	const zeros = isMissingZero ? missing.map(({ value }) => ({ value, count: 0 })) : [];

	const steps = [...counted, ...zeros].map(({ value, count }) => {
		const before = known.get(value) ?? unseen;
		const start: Before =
			isSwitchedOn && before.state !== 'crossed' ? { state: 'unknown' } : before;
		return { value, count, before, ...rule.step(count, start, poll, now) };
	});
	const entries: Entry[] = [
		...steps.map(({ value, next }) => ({ value, ...next })),
		...(isMissingZero ? [] : missing),
	].filter((entry) => !isMissingZero || returned.has(entry.value) || !isZero(entry, rule));

	// A crossed value that is dropped would trigger twice.
	const crossed = entries.filter(({ state }) => state === 'crossed');
	const others = entries.filter(({ state }) => state !== 'crossed');
	const room = Math.max(limit, MOST_REMEMBERED, counted.length);
	const kept = new Set([...crossed, ...others.slice(0, room)]);
	const values = entries.filter((entry) => kept.has(entry));
	const isDropping = values.length < entries.length;
	const hasDropped = !rule.missingMeansZero && (isDropping || (memory?.hasDropped ?? false));
	return {
		memory: { threshold, isCut, hasDropped, values },
		fired: steps.flatMap(({ value, count, fired }) => (fired ? [{ value, count, ...fired }] : [])),
		mustPersist:
			memory === undefined ||
			poll.isThresholdChanged ||
			memory.isCut !== isCut ||
			memory.hasDropped !== hasDropped ||
			steps.some(({ before, next }) => before.state !== next.state || isTurn(rule, before, next)),
	};
}

/** Such a value need not be remembered: it is what a new one starts from. */
const isZero = ({ count, state }: Entry, rule: Rule) => count === 0 && state === rule.stateOfZero;

/** Without a threshold, the count itself is what the next one is measured from. */
const isTurn = (rule: Rule, before: Before, next: Known) =>
	rule.threshold === undefined && before.state !== 'unknown' && before.count !== next.count;
