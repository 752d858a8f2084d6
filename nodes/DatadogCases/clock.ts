import { sleep } from 'n8n-workflow';

/** The time that waiting and rate limits go by; tests put another in its place. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after that many milliseconds, or as soon as `stopped` does. */
	wait(ms: number, stopped: Promise<void>): Promise<void>;
}

export const clock: Clock = {
	now: () => Date.now(),
	// A promise, since n8n's sleep takes an abort signal only in newer versions.
	wait: async (ms, stopped) => await Promise.race([sleep(ms), stopped]),
};
