import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startProcess, UserFacingError } from '../../support/processes';

/** Starts a server that prints its log. Resolves when the words of `ready` are in it. */
export async function startServer(
	file: string,
	args: string[],
	options: SpawnOptions & { ready: string; endSignal?: NodeJS.Signals },
): Promise<ChildProcess> {
	const { ready, endSignal, ...spawnOptions } = options;
	const child = startProcess(
		file,
		args,
		{ ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] },
		endSignal,
	);
	const log: string[] = [];
	const isReady = new Promise<true>((resolve) => {
		for (const input of [child.stdout!, child.stderr!]) {
			createInterface({ input }).on('line', (line) => {
				log.push(line);
				if (line.includes(ready)) resolve(true);
			});
		}
	});
	if ((await Promise.race([isReady, once(child, 'close')])) === true) return child;
	throw new UserFacingError(`${file} cannot be started:\n${log.slice(-15).join('\n')}`);
}
