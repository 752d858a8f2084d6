import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

/** Something that whoever typed the command can mend: it is shown as its one sentence, without a stack. */
export class UserFacingError extends Error {}

/** A command that ended with another code than 0, and what it printed. */
export class CommandFailure extends Error {
	constructor(
		command: string,
		readonly output: string,
	) {
		super(`${command} failed:\n${output}`);
	}
}

/** How long a process may take to end by itself. */
const GRACE_MS = 5_000;

/** With the signal that each is asked to end by. */
const running = new Map<ChildProcess, NodeJS.Signals>();
let ending = false;
// Also when this process ends by an error that nobody caught.
process.on('exit', () => [...running.keys()].forEach(killGroup));

/** Starts a command in a process group of its own. What it started, and left behind, ends when it ends. */
export function startProcess(
	file: string,
	args: string[],
	options: SpawnOptions,
	endSignal: NodeJS.Signals = 'SIGTERM',
): ChildProcess {
	if (ending) throw new Error('No process is started any more: all of them are being ended.');
	const child = spawn(file, args, { ...options, detached: true });
	running.set(child, endSignal);
	child.once('exit', () => {
		running.delete(child);
		killGroup(child);
	});
	return child;
}

/** Resolves with what the command printed. */
export async function run(
	file: string,
	args: string[],
	options: SpawnOptions = {},
): Promise<string> {
	const child = startProcess(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	for (const stream of [child.stdout!, child.stderr!]) {
		stream.setEncoding('utf8').on('data', (text: string) => (output += text));
	}
	const [code] = (await once(child, 'close')) as [number | null];
	if (code !== 0) throw new CommandFailure([file, ...args].join(' '), output);
	return output;
}

/** Asks a process to end, and ends it, with its children, when it does not. */
export async function endProcess(child: ChildProcess): Promise<void> {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	const kill = setTimeout(() => killGroup(child), GRACE_MS);
	const ended = once(child, 'exit');
	child.kill(running.get(child));
	await ended;
	clearTimeout(kill);
}

/** Ends every process started here; none can be started afterwards. */
export async function endAllProcesses(): Promise<void> {
	ending = true;
	await Promise.all([...running.keys()].map(endProcess));
}

function killGroup({ pid }: ChildProcess): void {
	try {
		process.kill(-pid!, 'SIGKILL');
	} catch {
		// Nobody of the group is left.
	}
}
