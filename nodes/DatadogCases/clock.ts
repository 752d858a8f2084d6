import { sleep } from 'n8n-workflow';

/** The time that waiting and rate limits go by; tests put another in its place. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after that many milliseconds, or as soon as the signal is aborted. */
	wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const clock: Clock = {
	now: () => Date.now(),
	// n8n before 2.34 does not hand the signal to its sleep, so it is watched here as well.
	wait: async (ms, signal) =>
		await new Promise((resolve) => {
			const done = () => resolve();
			signal.addEventListener('abort', done, { once: true });
			sleep(ms, signal).then(done, done);
		}),
};
