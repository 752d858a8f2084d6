import type { Settings, Story } from './story';

/** The settings of a story in one line: only those that matter to its event. */
export function tell({
	settings,
	keeper,
	oddValues,
	newNames,
	twin,
	fieldless,
	site,
}: Story): string {
	const { event, watches, limit, maxRetries, longValues, attachCases, isCustomField } = settings;
	const names: Array<keyof Settings> =
		event === 'thresholdCrossed'
			? [
					'condition',
					'threshold',
					'hysteresis',
					'consecutivePolls',
					'repeatEvery',
					'notifyRecovery',
					'triggerIfAlreadyCrossed',
				]
			: ['minimumChange', 'direction', 'includeGone'];
	const parts = names.map((name) => `${name} ${settings[name]}`);
	const world = { keeper, site, longValues, oddValues, newNames, twin, fieldless, isCustomField };
	return `  ${event}, ${watches}, ${parts.join(', ')}, limit ${limit}, retries ${maxRetries}, cases ${attachCases}; ${JSON.stringify(world)}`;
}
