// Compares what a poll counted with what is remembered.
import { isCrossed } from './state';
import type {
	EventDetails,
	KnownState,
	PollKind,
	PreviousState,
	RememberedValue,
	Rule,
	ValueCount,
} from './state';

/** What a trigger keeps between two polls, in n8n's static data. */
export interface Memory {
	/** n8n's id of the workflow: a copy brings the static data of the original. */
	workflowId: string;
	/** A digest of what is watched: a query or an address may tell a secret. */
	watched: string;
	/** That the last poll compared with: also values without an entry, which had no cases. */
	threshold: number | null;
	/** Whether the last response had a group. */
	hadGroups: boolean;
	/** Whether the last response may have left out values. */
	isCut: boolean;
	/** Whether values were dropped that a later response does not tell of: then one without an entry is unknown. */
	hasDropped: boolean;
	values: RememberedValue[];
}

/** @returns what is remembered, unless it belongs to another workflow or to something else that was watched. */
export const memoryIn = (
	stored: Partial<Memory>,
	workflowId: string | undefined,
	watched: string,
): Memory | undefined =>
	stored.workflowId === workflowId && stored.watched === watched ? (stored as Memory) : undefined;

export interface Comparison {
	memory: Pick<Memory, 'threshold' | 'isCut' | 'hasDropped' | 'values'>;
	triggered: Array<ValueCount & EventDetails>;
	/** Whether a restart would take something for what it is not, if n8n did not store the memory. */
	mustPersist: boolean;
}

/** Most values that are remembered, unless more are counted, allowed or crossed. */
const MAX_REMEMBERED = 1_000;

/**
 * Compares what was counted with what was remembered.
 * @param memory undefined when what is watched was not polled before
 */
export function compare(
	rule: Rule,
	counts: ValueCount[],
	isCut: boolean,
	memory: Memory | undefined,
	{ isSwitchedOn, isPublished }: Omit<PollKind, 'isFirst'>,
	maxGroups: number,
	now: string,
): Comparison {
	const known = new Map(memory?.values.map((entry) => [entry.value, entry]));
	const threshold = rule.threshold ?? null;
	const poll = { isFirst: memory === undefined, isSwitchedOn, isPublished };
	const newValuesHadNoCases = memory !== undefined && !memory.isCut && !isCut && !memory.hasDropped;
	const stateOfNewValue: PreviousState = newValuesHadNoCases
		? { count: 0, state: rule.stateOfZero }
		: { state: 'unknown' };

	const returned = new Set(counts.map(({ value }) => value));
	const missing = [...known.values()].filter(({ value }) => !returned.has(value));
	const missingValuesAreZero = !isCut && rule.missingMeansZero;
	const zeros = missingValuesAreZero ? missing.map(({ value }) => ({ value, count: 0 })) : [];

	const steps = [...counts, ...zeros].map(({ value, count }) => {
		const before = known.get(value) ?? stateOfNewValue;
		const start = isSwitchedOn ? afterSwitchingOn(before) : before;
		const { threshold: thresholdBefore } = known.get(value) ?? memory ?? { threshold };
		const isThresholdChanged = thresholdBefore !== threshold;
		const result = rule.step(count, start, { ...poll, isThresholdChanged }, now);
		return { value, count, before, isThresholdChanged, ...result };
	});
	const entries: RememberedValue[] = [
		...steps.map(({ value, next }) => ({ value, threshold, ...next })),
		...(missingValuesAreZero ? [] : isSwitchedOn ? missing.map(withoutRow) : missing),
	].filter((entry) => !missingValuesAreZero || returned.has(entry.value) || !isZero(entry, rule));

	// A crossed value that is dropped would trigger twice.
	const crossed = entries.filter(isCrossed);
	const others = entries.filter((entry) => !isCrossed(entry));
	const room = Math.max(maxGroups, MAX_REMEMBERED, counts.length);
	const kept = new Set([...crossed, ...others.slice(0, room)]);
	const values = entries.filter((entry) => kept.has(entry));
	const isDropping = values.length < entries.length;
	const hasDropped = !rule.missingMeansZero && (isDropping || (memory?.hasDropped ?? false));
	return {
		memory: { threshold, isCut, hasDropped, values },
		triggered: steps.flatMap(({ value, count, triggered }) =>
			triggered ? [{ value, count, ...triggered }] : [],
		),
		mustPersist:
			memory === undefined ||
			memory.isCut !== isCut ||
			memory.hasDropped !== hasDropped ||
			(isSwitchedOn && missing.some((entry) => pollsIn(entry) > 0)) ||
			steps.some(
				({ before, isThresholdChanged, next }) =>
					isThresholdChanged ||
					before.state !== next.state ||
					pollsIn(before) !== pollsIn(next) ||
					isNewReference(rule, before, next),
			),
	};
}

/** A crossing that has triggered goes on; everything else starts from the present count. */
const afterSwitchingOn = (before: PreviousState): PreviousState =>
	isCrossed(before) ? withoutRow(before) : { state: 'unknown' };

/** The state that a row of polls goes on from when it is broken off. */
const withoutRowStates = {
	crossing: 'normal',
	settling: 'alreadyCrossed',
	recovering: 'crossed',
} as const;

/** @returns the same with no poll counted in a row. */
function withoutRow<T extends PreviousState>(value: T): T {
	if (!('polls' in value)) return value;
	const { polls, ...rest } = value;
	return { ...rest, state: withoutRowStates[value.state] } as unknown as T;
}

/** @returns the polls in a row that are counted; 0 where none are. */
const pollsIn = (state: PreviousState): number => ('polls' in state ? state.polls : 0);

/** Such a value need not be remembered: it is what a new one starts from. */
const isZero = ({ count, state }: RememberedValue, rule: Rule) =>
	count === 0 && state === rule.stateOfZero;

/** Without a threshold, the count itself is what the next one is measured from. */
const isNewReference = (rule: Rule, before: PreviousState, next: KnownState) =>
	rule.threshold === undefined && before.state !== 'unknown' && before.count !== next.count;
