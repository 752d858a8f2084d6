// The states of a value between two polls, and when one triggers the workflow.
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { GetParameter } from '../actions/parameters';

/** What one poll counted. `value` is null for a group without a value, and left out for the total. */
export interface ValueCount {
	value?: string | null;
	count: number;
}

/**
 * - normal: not beyond the threshold, or recovered. Count Changed knows only this state.
 * - crossing: normal, and beyond in the last polls, but not yet in as many as Consecutive Polls.
 * - alreadyCrossed: was beyond the threshold when first seen, and has not triggered.
 * - settling: alreadyCrossed, and back in the last polls, but not yet in as many.
 * - crossed: has triggered.
 * - recovering: crossed, and back in the last polls, but not yet in as many.
 */
export type KnownState = { count: number } & (
	| { state: 'normal' | 'alreadyCrossed' }
	| { state: 'crossing' | 'settling'; polls: number }
	| ({ state: 'crossed' } & Crossing)
	| ({ state: 'recovering'; polls: number } & Crossing)
);

/** A crossing that has triggered, in ISO times. */
interface Crossing {
	since: string;
	lastTriggeredAt: string;
}

/** A value that was never seen, was possibly cut off, or starts from its present count. */
export type PreviousState = KnownState | { state: 'unknown' };

export type RememberedValue = Pick<ValueCount, 'value'> &
	KnownState & {
		/** That the count was last compared with; null for an event without one. */
		threshold: number | null;
	};

/** Where a count is: beyond the threshold, back at recovery, or between the two. */
export type ThresholdPosition = 'beyond' | 'between' | 'back';

/** @returns whether a value has triggered and not recovered. */
export const isCrossed = ({ state }: PreviousState): boolean =>
	state === 'crossed' || state === 'recovering';

export interface EventDetails {
	event: 'thresholdCrossed' | 'stillCrossed' | 'recovered' | 'countChanged';
	previousCount?: number;
	threshold?: number;
	since?: string;
	/** The same for all events of a crossing. */
	dedupKey?: string;
}

export interface StepResult {
	next: KnownState;
	/** What triggers the workflow, if anything does: the part of its item that belongs to the event. */
	triggered?: EventDetails;
}

/** What a poll means for the values that have not triggered. */
export interface PollKind {
	/** The first poll of what is watched: there is nothing to compare with. */
	isFirst: boolean;
	/** The first poll after the workflow was switched on: only crossings that triggered go on. */
	isSwitchedOn: boolean;
	/** The first poll after a changed workflow was published. */
	isPublished: boolean;
}

/** When a count triggers the workflow. */
export interface Rule {
	/** When one of these has changed, what is remembered says nothing any more. */
	watched: unknown[];
	/** The threshold, which may change without that. */
	threshold?: number;
	/** Whether a value that is missing from a response that is not cut has count 0. */
	missingMeansZero: boolean;
	/** The state of a value that had no cases. */
	stateOfZero: 'normal' | 'alreadyCrossed';
	/** What follows from a count, with what was known of it. `now` is an ISO time. */
	step(
		count: number,
		before: PreviousState,
		poll: PollKind & { isThresholdChanged: boolean },
		now: string,
	): StepResult;
}

/** Everything about one entry of the trigger's Event list, in one file each. */
export interface TriggerEvent {
	option: INodePropertyOptions;
	/** Fields above Query, below Only Values, and in Options. */
	fields: { first: INodeProperties[]; last: INodeProperties[]; options: INodeProperties[] };
	/** @throws UserFacingError naming the first field that cannot be used. */
	ruleFrom(getParameter: GetParameter): Rule;
}
