// The states of a value between two polls, and when one triggers the workflow.
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { GetParameter } from '../actions/parameters';

/** What one poll counted. `value` is null for a group without a value, and left out for the total. */
export interface ValueCount {
	value?: string | null;
	count: number;
}

/**
 * - normal: not beyond the threshold, or back at recovery. Count Changed knows only this state.
 * - alreadyCrossed: was beyond the threshold when first seen, and has not triggered.
 * - crossed: has triggered, and lasts since an ISO time.
 */
export type KnownState =
	| { count: number; state: 'normal' | 'alreadyCrossed' }
	| { count: number; state: 'crossed'; since: string };

/** A value that was never seen, was possibly cut off, or starts from its present count. */
export type PreviousState = KnownState | { state: 'unknown' };

export type RememberedValue = Pick<ValueCount, 'value'> & KnownState;

/** Where a count is: beyond the threshold, back at recovery, or between the two. */
export type ThresholdPosition = 'beyond' | 'between' | 'back';

type Transition = 'cross' | 'stay' | 'settle' | 'recover';

/** The state machine of a threshold. What `cross` does to an unknown value depends on the poll. */
const transitions: Record<PreviousState['state'], Record<ThresholdPosition, Transition>> = {
	unknown: /*       */ { beyond: 'cross', between: 'settle', back: 'settle' },
	normal: /*        */ { beyond: 'cross', between: 'settle', back: 'settle' },
	alreadyCrossed: /**/ { beyond: 'stay', between: 'stay', back: 'settle' },
	crossed: /*       */ { beyond: 'stay', between: 'stay', back: 'recover' },
};

export interface EventDetails {
	event: 'thresholdCrossed' | 'recovered' | 'countChanged';
	previousCount?: number;
	threshold?: number;
	since?: string;
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
	fields: INodeProperties[];
	/** @throws UserFacingError naming the first field that cannot be used. */
	ruleFrom(getParameter: GetParameter): Rule;
}

export interface ThresholdSettings {
	threshold: number;
	notifiesRecovery: boolean;
	triggersIfAlreadyCrossed: boolean;
	positionOf(count: number): ThresholdPosition;
}

/** One step of the state machine of a threshold. */
export function thresholdStep(
	{ threshold, notifiesRecovery, triggersIfAlreadyCrossed, positionOf }: ThresholdSettings,
	count: number,
	before: PreviousState,
	poll: PollKind & { isThresholdChanged: boolean },
	now: string,
): StepResult {
	const cross = (previousCount?: number): StepResult => ({
		next: { count, state: 'crossed', since: now },
		triggered: { event: 'thresholdCrossed', previousCount, threshold, since: now },
	});
	const position = positionOf(count);
	const transition =
		transitions[before.state][
			position === 'between' && poll.isThresholdChanged ? 'back' : position
		];

	if (before.state === 'unknown') {
		const startsHere = poll.isFirst || poll.isSwitchedOn;
		if (transition === 'settle') return { next: { count, state: 'normal' } };
		return startsHere && !triggersIfAlreadyCrossed
			? { next: { count, state: 'alreadyCrossed' } }
			: cross();
	}
	if (transition === 'cross') return cross(before.count);
	if (transition === 'settle') return { next: { count, state: 'normal' } };
	if (before.state !== 'crossed') {
		const triggersNow = poll.isPublished && triggersIfAlreadyCrossed && position === 'beyond';
		return triggersNow ? cross() : { next: { count, state: 'alreadyCrossed' } };
	}
	if (transition === 'stay') return { next: { ...before, count } };
	const recovered: EventDetails = {
		event: 'recovered',
		previousCount: before.count,
		threshold,
		since: before.since,
	};
	return { next: { count, state: 'normal' }, ...(notifiesRecovery && { triggered: recovered }) };
}
