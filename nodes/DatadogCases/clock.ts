import { sleep } from 'n8n-workflow';

/** The time that waiting and rate limits go by; tests put another in its place. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after that many milliseconds, or as soon as `stopped` does. */
	wait(ms: number, stopped: Promise<void>): Promise<void>;
	/** Resolves after that many milliseconds, unless `ended` does before: the end of something that takes too long. */
	timeout(ms: number, ended: Promise<void>): Promise<void>;
}

// A promise, since n8n's sleep takes an abort signal only in newer versions.
const sleepUnless = async (ms: number, ended: Promise<void>) =>
	await Promise.race([sleep(ms), ended]);

export const clock: Clock = {
	now: () => Date.now(),
	wait: sleepUnless,
	timeout: sleepUnless,
};
