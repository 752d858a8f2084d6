// Fires when a count goes beyond a number, once until it has come back.
import { Refusal } from '../errors';
import { booleanFrom, numberFrom, oneOf, refusalFor } from '../parameters';
import type { Remembered, TriggerEvent } from './event';

export const thresholdCrossed: TriggerEvent = {
	option: {
		name: 'Threshold Crossed',
		value: 'thresholdCrossed',
		description: 'When a count goes above or below a number, once until it has come back',
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
			description: 'On which side of the threshold a count fires',
		},
		{
			displayName: 'Threshold',
			name: 'threshold',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description:
				'The number that a count has to go beyond: above 5 fires at 6. When you change it, a count that then stands on the other side fires once.',
		},
		{
			displayName: 'Recovery',
			name: 'recovery',
			type: 'number',
			default: '',
			placeholder: 'e.g. 3',
			description:
				'The number at which a crossing is over, so that a count that goes up and down around the threshold fires only once. Above 5 with Recovery 3 is over at 3 or less. Empty takes the threshold itself.',
		},
		{
			displayName: 'Notify on Recovery',
			name: 'notifyRecovery',
			type: 'boolean',
			default: false,
			description:
				'Whether to fire, with the event "recovered", when a crossing that fired is over',
		},
		{
			displayName: 'Fire on Activation',
			name: 'fireOnActivation',
			type: 'boolean',
			default: false,
			description:
				'Whether a threshold that is already crossed when the workflow is activated fires at once. Otherwise the first poll only remembers.',
		},
	],

	ruleFrom(get) {
		const condition = oneOf('Condition', get('condition'), ['above', 'below']);
		const threshold = numberFrom(get('threshold'));
		if (!(threshold >= 0 && threshold < Infinity)) {
			throw refusalFor('Threshold', 'must be a number, 0 or more', get('threshold'));
		}
		const recovery = recoveryFrom(get('recovery'), condition, threshold);
		const notifiesRecovery = booleanFrom('Notify on Recovery', get('notifyRecovery'));
		const firesAtFirst = booleanFrom('Fire on Activation', get('fireOnActivation'));

		const isBeyond = (count: number) =>
			condition === 'above' ? count > threshold : count < threshold;
		const isBack = (count: number) =>
			condition === 'above' ? count <= recovery : count >= recovery;

		const absent: Remembered = { count: 0, isCrossed: isBeyond(0) };
		return {
			watched: [condition],
			threshold,
			countsGone: true,
			absent,
			// Forgotten, a value is taken for one without cases: beyond already when the condition is below.
			isVital: ({ isCrossed }) => isCrossed !== absent.isCrossed,
			step(count, now, { previous, isFirst, isThresholdChanged }) {
				const { isCrossed: wasCrossed, since } = isFirst ? {} : (previous ?? absent);
				const isCrossed = wasCrossed && !isThresholdChanged ? !isBack(count) : isBeyond(count);
				const fired = { previousCount: previous?.count, threshold };

				if (isCrossed && wasCrossed) return { remembered: { count, isCrossed, since } };
				if (isCrossed) {
					if (isFirst && !firesAtFirst) return { remembered: { count, isCrossed } };
					return {
						remembered: { count, isCrossed, since: now },
						fired: { event: 'thresholdCrossed', ...fired, since: now },
					};
				}
				if (wasCrossed && notifiesRecovery && since !== undefined) {
					return {
						remembered: { count, isCrossed },
						fired: { event: 'recovered', ...fired, since },
					};
				}
				return { remembered: { count, isCrossed }, mustLast: wasCrossed };
			},
		};
	},
};

function recoveryFrom(value: unknown, condition: string, threshold: number): number {
	if (value === '' || value === null) return threshold;
	const recovery = numberFrom(value);
	if (!(recovery >= 0 && recovery < Infinity)) {
		throw refusalFor('Recovery', 'must be a number, 0 or more, or empty', value);
	}
	if (condition === 'above' ? recovery > threshold : recovery < threshold) {
		throw new Refusal(
			`'Recovery' must not be ${condition} 'Threshold'`,
			`A count that is ${condition} ${threshold} would be over the crossing while it is in it. Empty 'Recovery' to take the threshold itself.`,
			{ field: 'Recovery' },
		);
	}
	return recovery;
}
