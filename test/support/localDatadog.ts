/** A local Datadog for the tests of a file. Each test finds it as after its start, and nothing mocked. */
import { clock } from '../../nodes/DatadogCases/transport/clock';
import { type LocalDatadog, startDatadog } from '../datadog/server';
import { VirtualClock } from './virtualClock';

export let datadog: LocalDatadog;
export let time: VirtualClock;

/** Call it once in a test file. */
export function useDatadog() {
	beforeAll(async () => (datadog = await startDatadog()));
	afterAll(() => datadog.close());
	afterEach(() => {
		jest.restoreAllMocks();
		datadog.reset();
	});
}

/**
 * The same, with the product's clock and Datadog's on one virtual time. Each test has a Datadog of its own: a request
 * that it left under way is none of the next. Call it once in a test file.
 */
export function useDatadogOnVirtualTime() {
	beforeEach(async () => {
		time = new VirtualClock();
		datadog = await startDatadog({ now: time.now });
		time.watch(datadog);
		jest.spyOn(clock, 'now').mockImplementation(time.now);
		jest.spyOn(clock, 'wait').mockImplementation(time.wait);
	});
	afterEach(async () => {
		jest.restoreAllMocks();
		await datadog.close();
	});
}
