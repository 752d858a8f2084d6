import { parseArgs, type ParseArgsConfig } from 'node:util';
import { endAllProcesses, UserFacingError } from './processes';
import { endProgress } from './progress';

/**
 * Runs a command to its end: with the code that `main` resolves with (0 for none), with 1 for what it throws, with 130
 * for a signal. What it started ends with it.
 * @param farewell what a signal is answered with
 */
export function runCommand(main: () => Promise<number | void>, farewell = ''): void {
	let stopping = false;
	const stop = async (code: number) => {
		stopping = true;
		await endAllProcesses();
		process.exit(code);
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(signal, () => {
			if (stopping) return;
			endProgress();
			if (farewell) console.log(farewell);
			void stop(130);
		});
	}
	main().then(
		(code) => stop(code ?? 0),
		(error: unknown) => {
			if (stopping) return;
			console.error(error instanceof UserFacingError ? `\n${error.message}` : error);
			void stop(1);
		},
	);
}

/**
 * Reads the command line, as `parseArgs` does.
 * @param command what `--help` can be asked of
 * @throws UserFacingError for what it does not allow.
 */
export function readCommandLine<T extends ParseArgsConfig>(
	command: string,
	config: T,
): ReturnType<typeof parseArgs<T>> {
	try {
		return parseArgs(config);
	} catch (error) {
		const [sentence] = (error as Error).message.split('. ');
		throw new UserFacingError(`${sentence}: see ${command} -- --help.`);
	}
}
