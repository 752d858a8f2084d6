import { sleep } from 'n8n-workflow';

/** The time that waits and rate limits go by; tests put another in its place. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after that many milliseconds, or as soon as the signal is aborted. */
	wait(ms: number, signal: AbortSignal): Promise<void>;
	/** The same, for the end of something that takes too long. */
	timeout(ms: number, signal: AbortSignal): Promise<void>;
}

// n8n's sleep takes a signal only in newer versions, and rejects there.
const waitUnlessAborted = async (ms: number, signal: AbortSignal) =>
	await new Promise<void>((resolve) => {
		const end = () => {
			signal.removeEventListener('abort', end);
			resolve();
		};
		if (signal.aborted) return resolve();
		signal.addEventListener('abort', end);
		void sleep(ms, signal).then(end, end);
	});

// There is one for each attempt: n8n 1.x can't end a sleep, but Node.js drops the timer of a signal that nobody listens to.
const timeoutUnlessAborted = async (ms: number, signal: AbortSignal) =>
	await new Promise<void>((resolve) => {
		if (signal.aborted) return resolve();
		const late = AbortSignal.timeout(Math.ceil(ms));
		const end = () => {
			signal.removeEventListener('abort', end);
			late.removeEventListener('abort', end);
			resolve();
		};
		signal.addEventListener('abort', end);
		late.addEventListener('abort', end);
	});

export const clock: Clock = {
	now: () => Date.now(),
	wait: waitUnlessAborted,
	timeout: timeoutUnlessAborted,
};
