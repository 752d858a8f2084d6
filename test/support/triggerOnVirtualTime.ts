/** Triggers that poll a local Datadog on virtual time. */
import { keysFor } from './account';
import { datadog } from './localDatadog';
import { activate, type TriggerOptions } from './poll';

export { datadog, time, useDatadogOnVirtualTime as useVirtualTime } from './localDatadog';

/** @returns what activates a trigger with these parameters, unless it is given others. */
export const triggerWith =
	(usual: TriggerOptions['parameters']) =>
	(parameters: TriggerOptions['parameters'] = {}, more: Partial<TriggerOptions> = {}) =>
		activate({
			parameters: { ...usual, ...parameters },
			credential: keysFor(datadog.url),
			...more,
		});
