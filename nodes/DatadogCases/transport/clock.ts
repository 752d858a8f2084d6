import { sleep } from 'n8n-workflow';

/** The time for waits and rate limits. Tests replace it. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after that many milliseconds, or when the signal is aborted. Never rejects. */
	wait(ms: number, signal: AbortSignal): Promise<void>;
	/** Like `wait`, for time limits: there is one per attempt, and most are aborted early. */
	timeout(ms: number, signal: AbortSignal): Promise<void>;
}

// n8n's sleep only takes a signal in newer versions, and rejects when it is aborted.
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

// n8n 1.x can't end a sleep, so thousands of them would pile up. Node.js drops the timer of a signal without listeners.
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
