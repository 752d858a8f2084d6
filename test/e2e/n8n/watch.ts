import { readFile } from 'node:fs/promises';

/** @returns the memory that a process holds, in MB. */
export async function residentMegabytes(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

/** Asks n8n for its health ten times a second; `end` resolves with the milliseconds of the slowest answer. */
export function watchResponses(url: string): { end(): Promise<number> } {
	let slowestMs = 0;
	let isEnded = false;
	const watching = (async () => {
		while (!isEnded) {
			const start = performance.now();
			await (await fetch(`${url}/healthz`)).text();
			slowestMs = Math.max(slowestMs, Math.round(performance.now() - start));
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	})();
	return {
		async end() {
			isEnded = true;
			await watching;
			return slowestMs;
		},
	};
}
