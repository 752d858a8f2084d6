/** Ends the process when a run does not end, be it that it waits or that it loops: so it looks on from a thread. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** How long a run may take by the real time. The largest answers take seconds. */
const LONGEST_MS = 60_000;

const { progress, seed, path } = workerData;
/** The number of the run that is under way, and when it began. */
const run = new BigInt64Array(progress);

setInterval(() => {
	if (run[1] < 0 || Date.now() - Number(run[1]) < LONGEST_MS) return;
	writeSync(1, `A run did not end within ${LONGEST_MS / 1000} s.\n`);
	writeSync(1, `\nAgain: npm run test:fuzz -- --seed ${seed} --path ${path || run[0]}\n`);
	process.kill(process.pid, 'SIGKILL');
}, 1_000);
