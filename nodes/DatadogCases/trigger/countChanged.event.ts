// Triggers when a count differs from the one that triggered last.
import { booleanFrom, oneOf, wholeNumberFrom } from '../actions/parameters';
import type { TriggerEvent } from './state';

export const countChanged: TriggerEvent = {
	option: {
		name: 'Count Changed',
		value: 'countChanged',
		description: 'Trigger when a count goes up or down',
	},

	fields: {
		first: [
			{
				displayName: 'Minimum Change',
				name: 'minimumChange',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 1,
				description: 'Minimum change that triggers, measured from the count that last triggered',
			},
			{
				displayName: 'Direction',
				name: 'direction',
				type: 'options',
				options: [
					{ name: 'Any', value: 'any' },
					{ name: 'Down', value: 'down' },
					{ name: 'Up', value: 'up' },
				],
				default: 'any',
				description:
					'Up measures from the lowest count since the last trigger, Down from the highest',
			},
		],
		last: [
			{
				displayName: 'Include Gone',
				name: 'includeGone',
				type: 'boolean',
				default: true,
				description: 'Whether to count a value as 0 when Datadog stops returning it',
			},
		],
		options: [],
	},

	ruleFrom(getParameter) {
		const minimumChange = wholeNumberFrom('Minimum Change', getParameter('minimumChange'), 1);
		const direction = oneOf('Direction', getParameter('direction'), ['any', 'down', 'up']);
		const missingMeansZero = booleanFrom('Include Gone', getParameter('includeGone'));
		return {
			watched: [],
			missingMeansZero,
			stateOfZero: 'normal',
			step(count, before) {
				if (before.state === 'unknown') return { next: { count, state: 'normal' } };
				const change = count - before.count;
				const isWanted = direction === 'any' || (direction === 'up' ? change > 0 : change < 0);
				if (isWanted && Math.abs(change) >= minimumChange) {
					return {
						next: { count, state: 'normal' },
						triggered: { event: 'countChanged', previousCount: before.count },
					};
				}
				return { next: { count: isWanted ? before.count : count, state: 'normal' } };
			},
		};
	},
};
