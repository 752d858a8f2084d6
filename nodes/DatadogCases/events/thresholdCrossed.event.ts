// Fires when a count goes beyond a number, once until it has come back.
import { Refusal } from '../errors';
import { booleanFrom, numberFrom, refusalFor } from '../parameters';
import type { TriggerEvent } from './event';
import { oneOf } from './oneOf';

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
		const recovery = recoveryFrom(get('recovery') ?? '', condition, threshold);
		const notifiesRecovery = booleanFrom('Notify on Recovery', get('notifyRecovery'));
		const firesAtFirst = booleanFrom('Fire on Activation', get('fireOnActivation'));

		const isBeyond = (count: number) =>
			condition === 'above' ? count > threshold : count < threshold;
		const isBack = (count: number) =>
			condition === 'above' ? count <= recovery : count >= recovery;

		return {
			watched: [condition],
			threshold,
			countsGone: true,
			absent: { count: 0, isCrossed: isBeyond(0) },
			step(count, now, { previous, isFirst, isThresholdChanged }) {
				const wasCrossed = previous?.isCrossed ?? false;
				const isCrossed = wasCrossed && !isThresholdChanged ? !isBack(count) : isBeyond(count);
				const fired = { previousCount: previous?.count, threshold };

				if (isCrossed && !wasCrossed) {
					// A value that a cut answer left out before is more likely to have had few cases than many.
					const fires = isFirst ? firesAtFirst : previous !== undefined || condition === 'above';
					if (!fires) return { remembered: { count, isCrossed } };
					return {
						remembered: { count, isCrossed, since: now },
						fired: { event: 'thresholdCrossed', ...fired, since: now },
					};
				}
				const since = previous?.since;
				if (isCrossed || !wasCrossed) return { remembered: { count, isCrossed, since } };
				return {
					remembered: { count, isCrossed },
					fired:
						notifiesRecovery && since !== undefined
							? { event: 'recovered', ...fired, since }
							: undefined,
				};
			},
		};
	},
};

function recoveryFrom(value: unknown, condition: string, threshold: number): number {
	if (value === '') return threshold;
	const recovery = numberFrom(value);
	if (!Number.isFinite(recovery)) {
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
