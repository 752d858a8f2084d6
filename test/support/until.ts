import { setTimeout as wait } from 'node:timers/promises';

const LIMIT_MS = 60_000;
const POLL_MS = 20;

/** Resolves when the condition holds. */
export async function until(
	condition: () => boolean | Promise<boolean>,
	awaited: string,
	limitMs = LIMIT_MS,
): Promise<void> {
	const deadline = Date.now() + limitMs;
	while (!(await condition())) {
		if (Date.now() > deadline) throw new Error(`Not after ${limitMs / 1000} s: ${awaited}.`);
		await wait(POLL_MS);
	}
}
