/** The tables of what may come of one value in one poll, from the state that it was in. */
import type { Settings } from './story';

export interface Belief {
	/** For a threshold: `fired` crossed and told, `quiet` crossed and not told. For changes: `counted`. */
	phase: 'unknown' | 'normal' | 'fired' | 'quiet' | 'counted';
	/** For changes: the counts that a change may be measured from. */
	counts: number[];
	/** The counts that may have been seen last. */
	last: number[];
	/** How many polls in a row saw it beyond the threshold, or back when it was crossed: too few to count yet. */
	row: number;
	/** The threshold that it was last held against. */
	threshold?: number;
	/** The crossing that was told. */
	crossing?: Crossing;
	/** n8n may have lost that the value was ever seen. */
	isLoose?: boolean;
	/** The threshold was changed while a cut answer left the value out. */
	isOtherThreshold?: boolean;
}

/** What the items of one crossing share, and when the last of them was told: at some time of that poll. */
export interface Crossing {
	since: string;
	dedupKey: string;
	toldFrom: number;
	toldTo: number;
}

export interface Look {
	/** The present count, or none if the answer was cut and the value was left out. */
	count: number | undefined;
	isCut: boolean;
	cutBefore: boolean;
	/** Datadog returned the value; or it is watched although Datadog did not. */
	isListed: boolean;
	isNamed: boolean;
	/** Nothing was remembered. */
	isFirst: boolean;
	start: 'activate' | 'update' | 'init' | 'maybe' | 'none';
	/** When the poll started and ended. */
	from: number;
	to: number;
}

/** One way that it may go: what is told, with which previous count, and what is believed then. */
export interface Fate {
	event: 'thresholdCrossed' | 'stillCrossed' | 'recovered' | 'countChanged' | undefined;
	previous?: Array<number | undefined>;
	/** The crossing that the item is about, when it was told before. */
	crossing?: Crossing;
	belief: Belief;
}

/** Polls are not exactly on time: a reminder may come so much earlier. */
const JITTER_MS = 30_000;

export function thresholdFates(was: Belief, look: Look, settings: Settings): Fate[] {
	const fates = thresholdTable(was, look, settings);
	const gone =
		look.count === 0
			? fates.filter(({ belief }) => ['normal', 'quiet'].includes(belief.phase) && !belief.row)
			: [];
	return [...fates, ...gone.map(forgotten)];
}

function thresholdTable(was: Belief, look: Look, settings: Settings): Fate[] {
	const { count, start, isFirst } = look;
	const { threshold, consecutivePolls: needed } = settings;
	const { triggerIfAlreadyCrossed: tellsCrossed, notifyRecovery } = settings;
	// Whether such a value recovers at once when it is seen again, or as others do, is open.
	const wasLeftOut = was.isOtherThreshold === true;
	const isOtherThreshold = wasLeftOut || (was.threshold ?? threshold) !== threshold;
	const startsAnew = isOtherThreshold || start === 'activate';
	const rowBefore = startsAnew ? 0 : was.row;
	if (count === undefined) {
		const changed = isOtherThreshold ? { isOtherThreshold } : {};
		return [{ event: undefined, belief: { ...was, ...changed, row: rowBefore } }];
	}
	const isBeyond = beyond(count, settings);
	const isBack = back(count, settings);
	const seen = { counts: [], last: [count], row: 0, threshold };
	const previous = was.isLoose ? [...was.last, 0, undefined] : was.last;

	const normal: Fate = { event: undefined, belief: { phase: 'normal', ...seen } };
	const quiet: Fate = { event: undefined, belief: { phase: 'quiet', ...seen } };
	const inRow = ({ belief }: Fate, row: number): Fate => ({
		event: undefined,
		belief: { ...belief, row },
	});
	/** One poll more sees it beyond: it crosses when they are enough. */
	const crossing = (row: number, allowed: Fate['previous']): Fate =>
		row + 1 < needed
			? inRow(normal, row + 1)
			: {
					event: 'thresholdCrossed',
					previous: allowed,
					belief: { phase: 'fired', ...seen },
				};
	/** It was crossed before anybody could be told. */
	const already = (allowed: Fate['previous']): Fate[] => {
		if (start === 'maybe' && tellsCrossed) return [crossing(0, allowed), quiet];
		const isTold = tellsCrossed && (start === 'activate' || start === 'update');
		return [isTold ? crossing(0, allowed) : quiet];
	};

	switch (was.phase) {
		case 'unknown': {
			const isNew = !isFirst && start !== 'activate' && !look.isCut && !look.cutBefore;
			if (!isBeyond) {
				// Below, it comes from 0, which was beyond, and is perhaps not back for good.
				const isFromBeyond = isNew && beyond(0, settings);
				if (isFromBeyond && !isBack)
					return start === 'update' || start === 'maybe' ? [quiet, normal] : [quiet];
				if (!isFromBeyond || needed === 1) return [normal];
				// With the threshold that a publishing changed, it is back at once.
				return start === 'update' || start === 'maybe'
					? [inRow(quiet, 1), normal]
					: [inRow(quiet, 1)];
			}
			if (isFirst || start === 'activate') return already([undefined, 0]);
			if (look.isCut || look.cutBefore) {
				const both = start === 'update' && !tellsCrossed;
				const told = crossing(0, [undefined]);
				return both ? [told, quiet] : [told];
			}
			return beyond(0, settings) ? already([undefined, 0]) : [crossing(0, [0])];
		}
		case 'normal':
			if (!isBeyond) return [normal];
			// n8n may have lost it, and the new threshold may have been crossed all along.
			if (was.isLoose && isOtherThreshold) return [crossing(0, previous), quiet];
			return start === 'activate'
				? already([...previous, undefined])
				: [crossing(rowBefore, previous)];
		case 'quiet': {
			if (isOtherThreshold && !isBeyond)
				return wasLeftOut ? [normal, inRow(quiet, isBack ? 1 : 0)] : [normal];
			if (isBack) {
				const row = rowBefore + 1;
				if (row >= needed) return [normal];
				return start === 'activate' ? [inRow(quiet, row), normal] : [inRow(quiet, row)];
			}
			if (isBeyond)
				return [...already([...previous, undefined]), ...(count === 0 ? [forgotten(quiet)] : [])];
			return start === 'activate' || start === 'maybe' ? [quiet, normal] : [quiet];
		}
		case 'fired': {
			const over: Fate = notifyRecovery
				? { event: 'recovered', previous, crossing: was.crossing, belief: normal.belief }
				: normal;
			if (isOtherThreshold && !isBeyond && !wasLeftOut) return [over];
			const late = isOtherThreshold && !isBeyond ? [over] : [];
			const goesOn = (row: number): Fate => ({
				event: undefined,
				belief: { phase: 'fired', crossing: was.crossing, ...seen, row },
			});
			if (isBack) return [rowBefore + 1 >= needed ? over : goesOn(rowBefore + 1), ...late];
			const reminder: Fate = {
				event: 'stillCrossed',
				previous,
				crossing: was.crossing,
				belief: goesOn(0).belief,
			};
			const isDue = due(was.crossing!, look, settings);
			return [
				...(isDue === 'no' ? [] : [reminder]),
				...(isDue === 'yes' ? [] : [goesOn(0)]),
				...late,
			];
		}
		default:
			return [];
	}
}

/** Whether it is time for a reminder; `maybe` where the polls took so long that it depends on what is counted from. */
function due(
	{ toldFrom, toldTo }: Crossing,
	{ from, to }: Look,
	{ repeatEvery }: Settings,
): 'yes' | 'maybe' | 'no' {
	if (repeatEvery === 'never') return 'no';
	const waitMs = repeatEvery * 60_000 - JITTER_MS;
	if (from - toldTo >= waitMs) return 'yes';
	return to - toldFrom >= waitMs ? 'maybe' : 'no';
}

/** A value that is gone, and that nobody was told of, may be forgotten: the memory has to stay small. */
const forgotten = (fate: Fate): Fate => ({
	...fate,
	belief: { phase: 'unknown', counts: [], last: [], row: 0 },
});

export function beyond(count: number, { condition, threshold }: Settings): boolean {
	switch (condition) {
		case 'above':
			return count > threshold;
		case 'atLeast':
			return count >= threshold;
		case 'below':
			return count < threshold;
		case 'atMost':
			return count <= threshold;
	}
}

/** Whether it is so far back that the crossing is over. */
export function back(count: number, settings: Settings): boolean {
	const recovery = recoveryOf(settings);
	if (recovery === undefined) return !beyond(count, settings);
	return isUpward(settings) ? count <= recovery : count >= recovery;
}

/** The recovery threshold, or none where it is left empty. Beside a threshold that counts itself it has to differ. */
export function recoveryOf(settings: Settings): number | undefined {
	const { condition, threshold, hysteresis } = settings;
	if (hysteresis < 0) return undefined;
	const isCounted = condition === 'atLeast' || condition === 'atMost';
	const distance = isCounted ? Math.max(1, hysteresis) : hysteresis;
	if (!isUpward(settings)) return threshold + distance;
	if (condition === 'above') return Math.max(0, threshold - distance);
	return distance > threshold ? undefined : threshold - distance;
}

const isUpward = ({ condition }: Settings) => condition === 'above' || condition === 'atLeast';

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
		belief: { phase: 'counted', counts: [now], last: [now], row: 0 },
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
			belief: { phase: 'counted', counts: [lowest], last: [now], row: 0 },
		};
		return now === 0 ? [fate, forgotten(fate)] : [fate];
	});
}

function isChange(change: number, { minimumChange, direction }: Settings): boolean {
	if (direction === 'up') return change >= minimumChange;
	if (direction === 'down') return -change >= minimumChange;
	return Math.abs(change) >= minimumChange;
}
