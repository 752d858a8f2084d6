import { setTimeout as wait } from 'node:timers/promises';

const LIMIT_MS = 60_000;
const POLL_MS = 20;

/** Resolves when the condition holds. */
export async function until(
	condition: () => boolean | Promise<boolean>,
	awaited: string,
): Promise<void> {
	const deadline = Date.now() + LIMIT_MS;
	while (!(await condition())) {
		if (Date.now() > deadline) throw new Error(`Not after ${LIMIT_MS / 1000} s: ${awaited}.`);
		await wait(POLL_MS);
	}
}
