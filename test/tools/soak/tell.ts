import type { Settings, Story } from './story';

/** The settings of a story in one line: only those that matter to its event. */
export function tell({ settings, keeper, oddValues, newNames, twin, fieldless }: Story): string {
	const { event, watches, limit, maxRetries, longValues } = settings;
	const names: Array<keyof Settings> =
		event === 'thresholdCrossed'
			? ['condition', 'threshold', 'hysteresis', 'notifyRecovery', 'triggerIfAlreadyCrossed']
			: ['minimumChange', 'direction', 'includeGone'];
	const parts = names.map((name) => `${name} ${settings[name]}`);
	const world = { keeper, longValues, oddValues, newNames, twin, fieldless };
	return `  ${event}, ${watches}, ${parts.join(', ')}, limit ${limit}, retries ${maxRetries}; ${JSON.stringify(world)}`;
}
