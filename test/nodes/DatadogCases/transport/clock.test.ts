import { clock } from '../../../../nodes/DatadogCases/transport/clock';

const never = new Promise<void>(() => {});

beforeEach(() => jest.useFakeTimers({ now: 1_000 }));
afterEach(() => jest.useRealTimers());

it('waits as long as it is told', async () => {
	let isOver = false;
	void clock.wait(5_000, never).then(() => (isOver = true));
	await jest.advanceTimersByTimeAsync(4_999);
	expect(isOver).toBe(false);
	await jest.advanceTimersByTimeAsync(1);
	expect(isOver).toBe(true);
	expect(clock.now()).toBe(6_000);
});

it('ends a wait as soon as the run is stopped', async () => {
	await clock.wait(60_000, Promise.resolve());
	expect(clock.now()).toBe(1_000);
});
