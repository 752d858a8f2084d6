import { clock } from '../../../../../nodes/DatadogCases/transport/clock';

const { signal: never } = new AbortController();

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
	const stop = new AbortController();
	const wait = clock.wait(60_000, stop.signal);
	stop.abort();
	await wait;
	await clock.wait(60_000, stop.signal);
	expect(clock.now()).toBe(1_000);
});

it('leaves no listener at the signal, however many waits there were', async () => {
	const added = jest.spyOn(never, 'addEventListener');
	const removed = jest.spyOn(never, 'removeEventListener');
	for (let i = 0; i < 100; i++) {
		const wait = clock.wait(1_000, never);
		await jest.advanceTimersByTimeAsync(1_000);
		await wait;
	}
	const ours = added.mock.calls.filter(([, listener]) =>
		removed.mock.calls.some(([, gone]) => gone === listener),
	);
	expect(ours).toHaveLength(added.mock.calls.length);
	expect(added.mock.calls.length).toBeGreaterThanOrEqual(100);
});
