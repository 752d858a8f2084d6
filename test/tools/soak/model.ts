/**
 * What a person on call expects of the trigger, said apart from it. For each value the model holds every state that
 * what was promised allows; an item, or its absence, that fits none of them is a fault.
 */
import type { IDataObject } from 'n8n-workflow';
import { countChangeFates, thresholdFates } from './expectations';
import type { Belief, Fate, Look } from './expectations';
import { wrongIn } from './items';
import type { Settings, Site } from './story';

export interface Fault {
	kind: string;
	text: string;
}

/** What the model believes: replaced, never changed, so that it can go back to an earlier one. */
export interface Beliefs {
	/** Whether a poll has been taken in since what is watched changed. */
	hasBegun: boolean;
	/** Whether the answer before may have been cut, or may not have been. */
	cutBefore: boolean[];
	/** Whether the answer before had a value at all, or may have had one. */
	hadValues: boolean[];
	values: Map<string, Belief[]>;
}

export const NOTHING: Beliefs = {
	hasBegun: false,
	cutBefore: [false],
	hadValues: [false],
	values: new Map(),
};

/** The total, in place of a value. */
export const TOTAL = 'the total';

const UNKNOWN: Belief[] = [{ phase: 'unknown', counts: [], last: [], row: 0 }];

export class Model {
	beliefs = NOTHING;

	constructor(
		public settings: Settings,
		/** Of the credential. */
		private readonly site: Site,
		/** The keys of all crossings that were told, of other nodes and workflows too. */
		private readonly usedKeys: ReadonlySet<string>,
	) {}

	private watched = '';

	/** What was watched before, until a poll is taken of what is now. */
	private before: { watched: string; beliefs: Beliefs } | undefined;

	/** Begins anew when that is something else. */
	watch(watched: string) {
		if (watched === this.watched) return;
		const { before, beliefs } = this;
		if (beliefs.hasBegun) this.before = { watched: this.watched, beliefs };
		const isBack = !beliefs.hasBegun && before?.watched === watched;
		this.beliefs = isBack ? before.beliefs : NOTHING;
		this.watched = watched;
	}

	/** n8n lost what was not stored: a count may be that of then, but a crossing has to be known. */
	loseSince(stored: Beliefs) {
		const { hasBegun, cutBefore, hadValues, values } = this.beliefs;
		if (!hasBegun || stored === this.beliefs) return;
		if (!stored.hasBegun) return;
		const merged = new Map<string, Belief[]>();
		for (const [value, now] of values) {
			const then = stored.values.get(value);
			merged.set(
				value,
				now.flatMap((belief) => afterLoss(belief, then)),
			);
		}
		this.beliefs = {
			hasBegun,
			cutBefore: [...new Set([...cutBefore, ...stored.cutBefore])],
			hadValues: [...new Set([...hadValues, ...stored.hadValues])],
			values: merged,
		};
	}

	/** Takes in what was told and what came out of it. @returns the faults. */
	judge(told: Told, items: IDataObject[]): Fault[] {
		const faults: Fault[] = [];
		const { settings, beliefs } = this;
		const byValue = new Map<string, IDataObject[]>();
		for (const item of items) {
			const key = keyOf(item);
			byValue.set(key, [...(byValue.get(key) ?? []), item]);
		}
		const known = new Set([...told.seen.keys(), ...beliefs.values.keys(), ...told.always]);
		for (const key of byValue.keys()) {
			if (!known.has(key))
				faults.push({ kind: 'wrong item', text: `an item for ${key}, which nobody watches` });
		}
		const sharedKey = keyOfTwo(items);
		if (sharedKey) faults.push({ kind: 'dedupKey of another crossing', text: sharedKey });
		const starts = told.start === 'unsure' ? (['activate', 'none'] as const) : [told.start];
		const values = new Map<string, Belief[]>();
		const fatesFor = settings.event === 'thresholdCrossed' ? thresholdFates : countChangeFates;
		for (const key of known) {
			const count = told.seen.get(key) ?? (told.isCut ? undefined : 0);
			const emitted = byValue.get(key) ?? [];
			if (emitted.length > 1) {
				faults.push({
					kind: 'paged twice',
					text: `${emitted.length} items for ${key} in one poll`,
				});
				continue;
			}
			const before = beliefs.values.get(key) ?? UNKNOWN;
			const fates: Fate[] = [];
			for (const belief of before) {
				for (const [start, cutBefore] of starts.flatMap((one) =>
					beliefs.cutBefore.map((cut) => [one, cut] as const),
				)) {
					const look: Look = {
						...told,
						count,
						start,
						cutBefore,
						isFirst: !beliefs.hasBegun,
						isListed: told.seen.has(key),
						isNamed: told.always.includes(key),
					};
					const isUnheardOf = belief.phase === 'unknown' && !look.isListed && !look.isNamed;
					if (isUnheardOf) fates.push({ event: undefined, belief });
					else fates.push(...fatesFor(belief, look, settings));
				}
				if (told.mayBeIgnored) fates.push({ event: undefined, belief });
			}
			const [item] = emitted;
			const fitting = fates.filter(({ event }) => event === item?.event);
			if (fitting.length === 0) {
				faults.push(misfit(key, count, before, fates, item, !beliefs.hasBegun));
				continue;
			}
			const { from, to, field } = told;
			const { site, usedKeys } = this;
			const expected = { settings, site, field, count, from, to, usedKeys };
			const reasons = fitting.map((fate) => item && wrongIn(item, fate, expected));
			const right = fitting.filter((_, i) => !reasons[i]);
			if (right.length > 0) {
				values.set(key, distinct(right.map(({ belief }) => withTold(belief, item, told))));
				continue;
			}
			const [kind, wanted] = reasons[0]!;
			const got = `${key}, ${item.event as string}: ${wanted}, got ${JSON.stringify(item)}`;
			faults.push({ kind, text: got });
		}
		for (const [key, possible] of values) {
			if (possible.every(({ phase }) => phase === 'unknown')) values.delete(key);
		}
		const kept = <T>(now: T, before: T[]) =>
			told.mayBeIgnored ? [...new Set([now, ...before])] : [now];
		this.beliefs = {
			hasBegun: true,
			cutBefore: kept(told.isCut, beliefs.cutBefore),
			hadValues: kept(told.hasValues, beliefs.hadValues),
			values,
		};
		return faults;
	}
}

/** What a taken poll was told. */
export interface Told {
	seen: Map<string, number>;
	isCut: boolean;
	/** Whether the answer had a value. */
	hasValues: boolean;
	/** The field that is grouped by, or none when the total is watched. */
	field: string | undefined;
	/** Values that are watched although nobody mentions them. */
	always: string[];
	/** The first poll that succeeded of an activation by a person; `maybe` where n8n does not say. */
	start: 'activate' | 'update' | 'init' | 'maybe' | 'unsure' | 'none';
	/** Another poll was taken in meanwhile. */
	mayBeIgnored: boolean;
	from: number;
	to: number;
}

/** @returns what two values that cross in one poll have for a key, if it is the same. */
function keyOfTwo(items: IDataObject[]): string | undefined {
	const valueOf = new Map<unknown, string>();
	for (const item of items) {
		const { event, dedupKey } = item;
		if (event !== 'thresholdCrossed') continue;
		const value = valueOf.get(dedupKey) ?? keyOf(item);
		if (value !== keyOf(item)) return `${String(dedupKey)} for ${value} and ${keyOf(item)}`;
		valueOf.set(dedupKey, value);
	}
	return undefined;
}

/** The value that an item is about. */
export const keyOf = ({ groupBy, value }: IDataObject) =>
	groupBy === undefined ? TOTAL : JSON.stringify(value);

function afterLoss(now: Belief, then: Belief[] | undefined): Belief[] {
	if (!then) {
		const loose = { ...now, isLoose: true };
		// What has begun to count is stored.
		if (now.row > 0) return [loose];
		return now.phase === 'quiet' || now.phase === 'counted' ? [loose, ...UNKNOWN] : [loose];
	}
	if (now.phase === 'counted') return distinct([now, ...then]);
	const last = [...new Set([...now.last, ...then.flatMap(({ last: counts }) => counts)])];
	return [
		{
			...now,
			last,
			isLoose: now.isLoose || then.some(({ isLoose, phase }) => isLoose || phase === 'unknown'),
		},
	];
}

function withTold(belief: Belief, item: IDataObject | undefined, { from, to }: Told): Belief {
	if (item?.event === 'thresholdCrossed') {
		const since = item.since as string;
		const dedupKey = item.dedupKey as string;
		return { ...belief, crossing: { since, dedupKey, toldFrom: from, toldTo: to } };
	}
	if (item?.event !== 'stillCrossed') return belief;
	return { ...belief, crossing: { ...belief.crossing!, toldFrom: from, toldTo: to } };
}

function distinct(beliefs: Belief[]): Belief[] {
	if (beliefs.length === 1) return beliefs;
	return [...new Map(beliefs.map((belief) => [JSON.stringify(belief), belief])).values()];
}

const phases = (before: Belief[]) =>
	[
		...new Set(
			before.map(({ phase, row, crossing }) =>
				[phase, crossing ? `since ${crossing.since}` : '', row > 0 ? `(${row} in a row)` : '']
					.filter(Boolean)
					.join(' '),
			),
		),
	].join(' or ');

function misfit(
	key: string,
	count: number | undefined,
	before: Belief[],
	fates: Fate[],
	item: IDataObject | undefined,
	isFirst: boolean,
): Fault {
	const expected = [...new Set(fates.map(({ event }) => event ?? 'nothing'))].join(' or ');
	const got = item ? (item.event as string) : 'nothing';
	const text = `${key} is ${count ?? 'left out'} and was ${phases(before)}: expected ${expected}, got ${got}`;
	const wasFired = before.every(({ phase }) => phase === 'fired');
	if (item?.event === 'thresholdCrossed') {
		return { kind: wasFired ? 'paged twice' : 'paged wrongly', text };
	}
	if (item?.event === 'recovered') return { kind: 'recovered wrongly', text };
	if (item?.event === 'stillCrossed') return { kind: 'reminded wrongly', text };
	if (item) return { kind: 'change wrongly told', text };
	if (fates[0]?.event === 'countChanged') return { kind: 'change missed', text };
	if (fates[0]?.event === 'recovered') return { kind: 'recovery missed', text };
	if (fates[0]?.event === 'stillCrossed') return { kind: 'reminder missed', text };
	const wasQuiet = before.every(({ phase }) => phase === 'quiet') || isFirst;
	return { kind: wasQuiet ? 'already crossed, not told' : 'crossing missed', text };
}
