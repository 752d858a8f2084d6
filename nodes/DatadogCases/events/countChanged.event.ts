// Fires when a count differs from the one that fired last.
import { booleanFrom, oneOf, wholeNumberFrom } from '../parameters';
import type { TriggerEvent } from './event';

export const countChanged: TriggerEvent = {
	option: {
		name: 'Count Changed',
		value: 'countChanged',
		description: 'When a count has gone up or down since it fired last',
	},

	fields: [
		{
			displayName: 'Minimum Change',
			name: 'minimumChange',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 1,
			description:
				'How far a count has to go before it fires. It is measured from the count that fired last, so that a slow change fires too.',
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
				'Which way a count has to go. Up measures from the lowest count since it fired last, Down from the highest.',
		},
		{
			displayName: 'Include Gone',
			name: 'includeGone',
			type: 'boolean',
			default: true,
			description:
				'Whether a value that Datadog no longer returns has count 0. Otherwise its last count is remembered until it comes back.',
		},
	],

	ruleFrom(get) {
		const minimumChange = wholeNumberFrom('Minimum Change', get('minimumChange'), 1);
		const direction = oneOf('Direction', get('direction'), ['any', 'down', 'up']);
		const countsGone = booleanFrom('Include Gone', get('includeGone'));
		return {
			watched: [],
			countsGone,
			absent: { count: 0 },
			isVital: () => true,
			step(count, _now, { previous, isFirst }) {
				if (!previous) return { remembered: { count }, mustLast: !isFirst };
				const change = count - previous.count;
				const isWanted = direction === 'any' || (direction === 'up' ? change > 0 : change < 0);
				if (isWanted && Math.abs(change) >= minimumChange) {
					return {
						remembered: { count },
						fired: { event: 'countChanged', previousCount: previous.count },
					};
				}
				const isTurn = change !== 0 && !isWanted;
				return { remembered: { count: isTurn ? count : previous.count }, mustLast: isTurn };
			},
		};
	},
};
