// Triggers when a count goes beyond a number, once until it has recovered.
import { UserFacingError } from '../errors/userFacingError';
import { booleanFrom, numberFrom, oneOf, parameterError } from '../actions/parameters';
import { thresholdStep } from './state';
import type { ThresholdPosition, ThresholdSettings, TriggerEvent } from './state';

export const thresholdCrossed: TriggerEvent = {
	option: {
		name: 'Threshold Crossed',
		value: 'thresholdCrossed',
		description: 'Trigger when a count rises above or falls below a threshold',
	},

	fields: [
		{
			displayName: 'Condition',
			name: 'condition',
			type: 'options',
			options: [
				{ name: 'Above', value: 'above' },
				{ name: 'Below', value: 'below' },
			],
			default: 'above',
			description: 'Whether to trigger when a count is above or below the threshold',
		},
		{
			displayName: 'Threshold',
			name: 'threshold',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description: 'The number to compare counts with. For example, Above 5 triggers at 6.',
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

	ruleFrom(getParameter) {
		const condition = oneOf('Condition', getParameter('condition'), ['above', 'below']);
		const threshold = numberFrom(getParameter('threshold'));
		if (!(threshold >= 0 && threshold < Infinity)) {
			throw parameterError('Threshold', 'must be a number, 0 or more', getParameter('threshold'));
		}
		const recovery = recoveryFrom(getParameter('recovery'), condition, threshold);
		const notifiesRecovery = booleanFrom('Notify on Recovery', getParameter('notifyRecovery'));
		const triggersIfAlreadyCrossed = booleanFrom(
			'Trigger If Already Crossed',
			getParameter('triggerIfAlreadyCrossed'),
		);

		const isBeyond = (count: number) =>
			condition === 'above' ? count > threshold : count < threshold;
		const isBack = (count: number) =>
			condition === 'above' ? count <= recovery : count >= recovery;

		const positionOf = (count: number): ThresholdPosition => {
			if (isBeyond(count)) return 'beyond';
			return isBack(count) ? 'back' : 'between';
		};
		const settings: ThresholdSettings = {
			threshold,
			notifiesRecovery,
			triggersIfAlreadyCrossed,
			positionOf,
		};
		return {
			watched: [condition],
			threshold,
			missingMeansZero: true,
			stateOfZero: isBeyond(0) ? 'alreadyCrossed' : 'normal',
			step: (...given) => thresholdStep(settings, ...given),
		};
	},
};

function recoveryFrom(value: unknown, condition: string, threshold: number): number {
	if (value === '' || value === null) return threshold;
	const recovery = numberFrom(value);
	if (!(recovery >= 0 && recovery < Infinity)) {
		throw parameterError('Recovery Threshold', 'must be a number, 0 or more, or empty', value);
	}
	if (condition === 'above' ? recovery > threshold : recovery < threshold) {
		throw new UserFacingError(
			`'Recovery Threshold' must not be ${condition} 'Threshold'`,
			`A count ${condition} ${threshold} would cross the threshold and recover at the same time. To use the threshold itself, leave 'Recovery Threshold' empty.`,
			{ field: 'Recovery Threshold' },
		);
	}
	return recovery;
}
