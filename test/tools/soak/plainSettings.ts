/** What the tests of the model set, where they don't say otherwise. */
import type { Settings } from './story';

export const PLAIN_SETTINGS: Settings = {
	event: 'thresholdCrossed',
	condition: 'above',
	threshold: 5,
	hysteresis: -1,
	notifyRecovery: true,
	triggerIfAlreadyCrossed: true,
	minimumChange: 1,
	direction: 'any',
	includeGone: true,
	watches: 'values',
	isCustomField: false,
	consecutivePolls: 1,
	repeatEvery: 'never',
	attachCases: 0,
	limit: 1000,
	query: 'status:open',
	maxRetries: 0,
	longValues: false,
};
