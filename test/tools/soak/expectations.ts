/** The tables of what may come of one value in one poll, from the state that it was in. */
import type { Settings } from './story';

export interface Belief {
	/** For a threshold: `fired` crossed and told, `quiet` crossed and not told. For changes: `counted`. */
	phase: 'unknown' | 'normal' | 'fired' | 'quiet' | 'counted';
	/** For changes: the counts that a change may be measured from. */
	counts: number[];
	/** The counts that may have been seen last. */
	last: number[];
	/** When it crossed, as the item said. */
	since?: string;
	/** n8n may have lost that the value was ever seen. */
	isLoose?: boolean;
	/** The threshold was changed while a cut answer left the value out. */
	isOtherThreshold?: boolean;
}

export interface Look {
	/** The present count, or none if the answer was cut and the value was left out. */
	count: number | undefined;
	isCut: boolean;
	cutBefore: boolean;
	/** Datadog returned the value; or it is watched although Datadog did not. */
	isListed: boolean;
	isNamed: boolean;
	/** Threshold or recovery threshold was changed. */
	isOtherThreshold: boolean;
	/** Nothing was remembered. */
	isFirst: boolean;
	start: 'activate' | 'update' | 'init' | 'maybe' | 'none';
}

/** One way that it may go: what is told, with which previous count, and what is believed then. */
export interface Fate {
	event: 'thresholdCrossed' | 'recovered' | 'countChanged' | undefined;
	previous?: Array<number | undefined>;
	since?: string;
	belief: Belief;
}

export function thresholdFates(was: Belief, look: Look, settings: Settings): Fate[] {
	const fates = thresholdTable(was, look, settings);
	const gone =
		look.count === 0
			? fates.filter(({ belief }) => ['normal', 'quiet'].includes(belief.phase))
			: [];
	return [...fates, ...gone.map(forgotten)];
}

function thresholdTable(was: Belief, look: Look, settings: Settings): Fate[] {
	const { count, start, isFirst } = look;
	const isOtherThreshold = look.isOtherThreshold || was.isOtherThreshold === true;
	if (count === undefined) {
		return [{ event: undefined, belief: isOtherThreshold ? { ...was, isOtherThreshold } : was }];
	}
	const { triggerIfAlreadyCrossed: tellsCrossed, notifyRecovery } = settings;
	const isBeyond = beyond(count, settings);
	const isBack = back(count, settings);
	const seen = { counts: [], last: [count] };
	const previous = was.isLoose ? [...was.last, 0, undefined] : was.last;

	const normal: Fate = { event: undefined, belief: { phase: 'normal', ...seen } };
	const quiet: Fate = { event: undefined, belief: { phase: 'quiet', ...seen } };
	const fired = (allowed: Fate['previous']): Fate => ({
		event: 'thresholdCrossed',
		previous: allowed,
		belief: { phase: 'fired', ...seen },
	});
	/** It was crossed before anybody could be told. */
	const already = (allowed: Fate['previous']): Fate[] => {
		if (start === 'maybe' && tellsCrossed) return [fired(allowed), quiet];
		const isTold = tellsCrossed && (start === 'activate' || start === 'update');
		return [isTold ? fired(allowed) : quiet];
	};

	const over: Fate = notifyRecovery
		? { event: 'recovered', previous, since: was.since, belief: normal.belief }
		: normal;

	switch (was.phase) {
		case 'unknown': {
			// Below, it comes from 0, and is perhaps not back yet.
			if (!isBeyond) return beyond(0, settings) && !isBack ? [normal, quiet] : [normal];
			if (isFirst || start === 'activate') return already([undefined, 0]);
			if (look.isCut || look.cutBefore) {
				const both = start === 'update' && !tellsCrossed;
				return both ? [fired([undefined]), quiet] : [fired([undefined])];
			}
			return beyond(0, settings) ? already([undefined, 0]) : [fired([0])];
		}
		case 'normal':
			if (!isBeyond) return [normal];
			// n8n may have lost it, and the new threshold may have been crossed all along.
			if (was.isLoose && isOtherThreshold) return [fired(previous), quiet];
			return start === 'activate' ? already([...previous, undefined]) : [fired(previous)];
		case 'quiet':
			if (isBack) return [normal];
			if (isBeyond)
				return [...already([...previous, undefined]), ...(count === 0 ? [forgotten(quiet)] : [])];
			return start === 'none' || start === 'init'
				? [quiet]
				: [quiet, normal, ...already([...previous, undefined])];
		case 'fired':
			if (!isBack) {
				const lasting: Fate = { event: undefined, belief: { ...was, ...seen } };
				// The new threshold is not crossed: whether the crossing of the old one lasts is open.
				return isOtherThreshold && !isBeyond ? [lasting, over] : [lasting];
			}
			return [over];
		default:
			return [];
	}
}

/** A value that is gone, and that nobody was told of, may be forgotten: the memory has to stay small. */
const forgotten = (fate: Fate): Fate => ({
	...fate,
	belief: { phase: 'unknown', counts: [], last: [] },
});

export function beyond(count: number, { condition, threshold }: Settings): boolean {
	return condition === 'above' ? count > threshold : count < threshold;
}

function back(count: number, settings: Settings): boolean {
	const recovery = recoveryOf(settings);
	return settings.condition === 'above'
		? count <= (recovery ?? settings.threshold)
		: count >= (recovery ?? settings.threshold);
}

export function recoveryOf({ condition, threshold, hysteresis }: Settings): number | undefined {
	if (hysteresis < 0) return undefined;
	return condition === 'above' ? Math.max(0, threshold - hysteresis) : threshold + hysteresis;
}

export function countChangeFates(was: Belief, look: Look, settings: Settings): Fate[] {
	const { isFirst, isCut, cutBefore, start } = look;
	const { count } = look;
	const kept: Fate = { event: undefined, belief: was };
	if (count === undefined) return [kept];
	const isGone = !look.isListed && !settings.includeGone && was.phase === 'counted';
	if (isGone && !look.isNamed) return [kept];
	// The two settings contradict each other.
	if (isGone) return [kept, ...countChangeFates(was, { ...look, isListed: true }, settings)];
	const now = count;
	const remembered: Fate = {
		event: undefined,
		belief: { phase: 'counted', counts: [now], last: [now] },
	};
	// A value that is gone may be forgotten.
	if (isFirst || start === 'activate')
		return now === 0 ? [remembered, forgotten(remembered)] : [remembered];
	if (was.phase === 'unknown' && (isCut || cutBefore)) return [remembered];
	const isNew = was.phase === 'unknown';
	const bases = isNew ? [0] : was.counts;
	const last = isNew ? [0] : was.last;
	return [...new Set(bases)].flatMap((base): Fate[] => {
		if (isChange(now - base, settings)) {
			const told: Fate = { ...remembered, event: 'countChanged', previous: [base, ...last] };
			return now === 0 ? [told, forgotten(told)] : [told];
		}
		const lowest =
			settings.direction === 'up'
				? Math.min(base, now)
				: settings.direction === 'down'
					? Math.max(base, now)
					: base;
		const fate: Fate = {
			event: undefined,
			belief: { phase: 'counted', counts: [lowest], last: [now] },
		};
		return now === 0 ? [fate, forgotten(fate)] : [fate];
	});
}

function isChange(change: number, { minimumChange, direction }: Settings): boolean {
	if (direction === 'up') return change >= minimumChange;
	if (direction === 'down') return -change >= minimumChange;
	return Math.abs(change) >= minimumChange;
}
