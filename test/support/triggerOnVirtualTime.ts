/** A local Datadog and the product's clock on one virtual time, new for each test of a file, and triggers that poll it. */
import { clock } from '../../nodes/DatadogCases/transport/clock';
import { type LocalDatadog, startDatadog } from '../datadog/server';
import { keysFor } from './account';
import { activate, type TriggerOptions } from './poll';
import { VirtualClock } from './virtualClock';

export let datadog: LocalDatadog;
export let time: VirtualClock;

/** Call it once in a test file. */
export function useVirtualTime() {
	beforeAll(async () => {
		datadog = await startDatadog({ now: () => time.now() });
	});
	afterAll(() => datadog.close());
	beforeEach(() => {
		time = new VirtualClock();
		time.watch(datadog);
		jest.spyOn(clock, 'now').mockImplementation(time.now);
		jest.spyOn(clock, 'wait').mockImplementation(time.wait);
	});
	afterEach(() => {
		jest.restoreAllMocks();
		datadog.reset();
	});
}

/** @returns what activates a trigger with these parameters, unless it is given others. */
export const triggerWith =
	(usual: TriggerOptions['parameters']) =>
	(parameters: TriggerOptions['parameters'] = {}, more: Partial<TriggerOptions> = {}) =>
		activate({
			parameters: { ...usual, ...parameters },
			credential: keysFor(datadog.url),
			...more,
		});
