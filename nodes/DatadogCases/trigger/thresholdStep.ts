// The state machine of a threshold.
import type { KnownState, PollKind, PreviousState, StepResult, ThresholdPosition } from './state';

export interface ThresholdSettings {
	threshold: number;
	notifiesRecovery: boolean;
	triggersIfAlreadyCrossed: boolean;
	/** Polls in a row that have to see a crossing, or a recovery. */
	consecutivePolls: number;
	/** How often a crossing that lasts triggers again, in milliseconds; Infinity for never. */
	repeatEveryMs: number;
	positionOf(count: number): ThresholdPosition;
}

export interface ThresholdPoll extends PollKind {
	isThresholdChanged: boolean;
}

/** A poll may start so much earlier after the one before than the poll times say. */
const POLL_JITTER_MS = 30_000;

/** A poll that took long may seem to come before the last trigger, but not by an hour: then the clock was set back. */
const CLOCK_SET_BACK_MS = -3_600_000;

/** @returns what follows from a count, with what was known of it. `now` is an ISO time. */
export function thresholdStep(
	settings: ThresholdSettings,
	count: number,
	before: PreviousState,
	poll: ThresholdPoll,
	now: string,
): StepResult {
	const { threshold, triggersIfAlreadyCrossed, consecutivePolls } = settings;
	const position = settings.positionOf(count);
	const isBack = position === 'back' || (position === 'between' && poll.isThresholdChanged);
	// Polls before a change of the threshold were compared with another one.
	const pollsInRow = (state: RowState) =>
		before.state === state && !poll.isThresholdChanged ? before.polls + 1 : 1;
	const isBackForGood = (state: RowState) =>
		poll.isThresholdChanged || pollsInRow(state) >= consecutivePolls;

	const cross = (previousCount?: number): StepResult => {
		const polls = pollsInRow('crossing');
		if (polls < consecutivePolls) return { next: { count, state: 'crossing', polls } };
		return {
			next: { count, state: 'crossed', since: now, lastTriggeredAt: now },
			triggered: { event: 'thresholdCrossed', previousCount, threshold, since: now },
		};
	};

	switch (before.state) {
		case 'unknown': {
			if (position !== 'beyond') return { next: { count, state: 'normal' } };
			const startsHere = poll.isFirst || poll.isSwitchedOn;
			return startsHere && !triggersIfAlreadyCrossed
				? { next: { count, state: 'alreadyCrossed' } }
				: cross();
		}
		case 'normal':
		case 'crossing':
			return position === 'beyond' ? cross(before.count) : { next: { count, state: 'normal' } };
		case 'alreadyCrossed':
		case 'settling': {
			if (isBack) {
				return isBackForGood('settling')
					? { next: { count, state: 'normal' } }
					: { next: { count, state: 'settling', polls: pollsInRow('settling') } };
			}
			const triggersNow = poll.isPublished && triggersIfAlreadyCrossed && position === 'beyond';
			return triggersNow ? cross() : { next: { count, state: 'alreadyCrossed' } };
		}
		case 'crossed':
		case 'recovering': {
			const { since, lastTriggeredAt } = before;
			const details = { previousCount: before.count, threshold, since };
			if (!isBack) {
				const elapsedMs = Date.parse(now) - Date.parse(lastTriggeredAt);
				const isDue =
					elapsedMs < CLOCK_SET_BACK_MS || elapsedMs >= settings.repeatEveryMs - POLL_JITTER_MS;
				return isDue && settings.repeatEveryMs < Infinity
					? {
							next: { count, state: 'crossed', since, lastTriggeredAt: now },
							triggered: { event: 'stillCrossed', ...details },
						}
					: { next: { count, state: 'crossed', since, lastTriggeredAt } };
			}
			if (!isBackForGood('recovering')) {
				const polls = pollsInRow('recovering');
				return { next: { count, state: 'recovering', polls, since, lastTriggeredAt } };
			}
			return {
				next: { count, state: 'normal' },
				...(settings.notifiesRecovery && { triggered: { event: 'recovered', ...details } }),
			};
		}
	}
}

/** The states in which polls in a row are counted. */
type RowState = Extract<KnownState, { polls: number }>['state'];
