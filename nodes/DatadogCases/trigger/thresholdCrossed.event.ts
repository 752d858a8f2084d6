// Triggers when a count goes beyond a number, once until it has recovered.
import { UserFacingError } from '../errors/userFacingError';
import {
	booleanFrom,
	numberFrom,
	oneOf,
	parameterError,
	readOptions,
	wholeNumberFrom,
} from '../actions/parameters';
import type { ThresholdPosition, TriggerEvent } from './state';
import { thresholdStep } from './thresholdStep';
import type { ThresholdSettings } from './thresholdStep';

export const thresholdCrossed: TriggerEvent = {
	option: {
		name: 'Threshold Crossed',
		value: 'thresholdCrossed',
		description: 'Trigger when a count rises above or falls below a threshold',
	},

	fields: {
		first: [
			{
				displayName: 'Condition',
				name: 'condition',
				type: 'options',
				options: [
					{ name: 'Above', value: 'above' },
					{ name: 'At Least', value: 'atLeast' },
					{ name: 'At Most', value: 'atMost' },
					{ name: 'Below', value: 'below' },
				],
				default: 'above',
				description: 'How a count must compare with the threshold to trigger',
			},
			{
				displayName: 'Threshold',
				name: 'threshold',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 0,
				description: 'The number to compare counts with. For example, Above 5 triggers at 6.',
			},
		],
		last: [
			{
				displayName: 'Notify on Recovery',
				name: 'notifyRecovery',
				type: 'boolean',
				default: false,
				description: 'Whether to also run your workflow when a count recovers',
			},
			{
				displayName: 'Trigger If Already Crossed',
				name: 'triggerIfAlreadyCrossed',
				type: 'boolean',
				default: true,
				description: 'Whether to trigger if the threshold is already crossed when you publish',
			},
		],
		options: [
			{
				displayName: 'Consecutive Polls',
				name: 'consecutivePolls',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 1,
				description: 'How many polls in a row must see a crossing or recovery before it counts',
			},
			{
				displayName: 'Recovery Threshold',
				name: 'recovery',
				type: 'number',
				default: '',
				placeholder: 'e.g. 3',
				description: 'The count at which the alert recovers. Leave empty to use the threshold.',
			},
			{
				displayName: 'Repeat Every',
				name: 'repeatEvery',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: '',
				placeholder: 'e.g. 60',
				description: 'Minutes until a count that is still crossed triggers again. Empty for never.',
			},
		],
	},

	ruleFrom(getParameter) {
		const condition = oneOf('Condition', getParameter('condition'), conditionNames);
		const { isBeyond } = conditions[condition];
		const threshold = numberFrom(getParameter('threshold'));
		if (!isThreshold(threshold)) {
			throw parameterError('Threshold', 'must be a number, 0 or more', getParameter('threshold'));
		}
		const notifiesRecovery = booleanFrom('Notify on Recovery', getParameter('notifyRecovery'));
		const triggersIfAlreadyCrossed = booleanFrom(
			'Trigger If Already Crossed',
			getParameter('triggerIfAlreadyCrossed'),
		);
		const { recovery, consecutivePolls, repeatEvery } = {
			recovery: '',
			consecutivePolls: 1,
			repeatEvery: '',
			...readOptions(getParameter),
		};
		const settings: ThresholdSettings = {
			threshold,
			notifiesRecovery,
			triggersIfAlreadyCrossed,
			consecutivePolls: wholeNumberFrom('Consecutive Polls', consecutivePolls, 1),
			repeatEveryMs: repeatEveryMsFrom(repeatEvery),
			positionOf: positionsFor(condition, threshold, recovery),
		};
		return {
			watched: [condition],
			threshold,
			missingMeansZero: true,
			stateOfZero: isBeyond(0, threshold) ? 'alreadyCrossed' : 'normal',
			step: (...given) => thresholdStep(settings, ...given),
		};
	},
};

const conditionNames = ['above', 'atLeast', 'atMost', 'below'] as const;

type Condition = (typeof conditionNames)[number];

const conditions: Record<
	Condition,
	{ words: string; isBeyond(count: number, threshold: number): boolean; isHigh: boolean }
> = {
	above: { words: 'above', isBeyond: (count, threshold) => count > threshold, isHigh: true },
	atLeast: {
		words: 'at or above',
		isBeyond: (count, threshold) => count >= threshold,
		isHigh: true,
	},
	atMost: {
		words: 'at or below',
		isBeyond: (count, threshold) => count <= threshold,
		isHigh: false,
	},
	below: { words: 'below', isBeyond: (count, threshold) => count < threshold, isHigh: false },
};

const isThreshold = (number: number) => number >= 0 && number < Infinity;

const isEmpty = (value: unknown) => value === '' || value === null;

/** @returns where a count is. Without a recovery threshold, whatever is not beyond the threshold is back. */
function positionsFor(condition: Condition, threshold: number, recovery: unknown) {
	const { isBeyond, isHigh, words } = conditions[condition];
	if (isEmpty(recovery)) {
		return (count: number): ThresholdPosition => (isBeyond(count, threshold) ? 'beyond' : 'back');
	}
	const recoveryThreshold = numberFrom(recovery);
	if (!isThreshold(recoveryThreshold)) {
		throw parameterError('Recovery Threshold', 'must be a number, 0 or more, or empty', recovery);
	}
	if (isBeyond(recoveryThreshold, threshold)) {
		throw new UserFacingError(
			`'Recovery Threshold' must not be ${words} 'Threshold'`,
			`A count ${words} ${threshold} would cross the threshold and recover at the same time. To use the threshold itself, leave 'Recovery Threshold' empty.`,
			{ field: 'Recovery Threshold' },
		);
	}
	return (count: number): ThresholdPosition => {
		if (isBeyond(count, threshold)) return 'beyond';
		const isBack = isHigh ? count <= recoveryThreshold : count >= recoveryThreshold;
		return isBack ? 'back' : 'between';
	};
}

function repeatEveryMsFrom(value: unknown): number {
	if (isEmpty(value)) return Infinity;
	const minutes = numberFrom(value);
	if (minutes >= 1 && minutes < Infinity) return minutes * 60_000;
	throw parameterError('Repeat Every', 'must be a number of minutes, 1 or more, or empty', value);
}
