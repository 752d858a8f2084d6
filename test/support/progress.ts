import { clearLine, cursorTo } from 'node:readline';

const ON_A_TERMINAL_MS = 1000;
const ELSEWHERE_MS = 15_000;

let timer: NodeJS.Timeout | undefined;

/**
 * Shows what is being done, for how long, and how far it is: on a terminal in one line that changes,
 * elsewhere in a line every 15 seconds.
 */
export async function step<T>(
	title: string,
	work: () => Promise<T>,
	howFar: () => string = () => '',
): Promise<T> {
	const { isTTY } = process.stdout;
	const started = Date.now();
	const show = (state: string) => {
		if (isTTY) {
			cursorTo(process.stdout, 0);
			clearLine(process.stdout, 0);
		}
		const seconds = `${Math.round((Date.now() - started) / 1000)} s`;
		const line = [title, state, seconds].filter(Boolean).join(', ');
		process.stdout.write(isTTY ? line : `${line}\n`);
	};
	timer = setInterval(() => show(howFar()), isTTY ? ON_A_TERMINAL_MS : ELSEWHERE_MS);
	if (isTTY) show('');
	else console.log(title);
	try {
		const result = await work();
		show('done');
		return result;
	} finally {
		endProgress();
	}
}

/** Ends the line of the present step, and shows no more of it. */
export function endProgress(): void {
	if (!timer) return;
	clearInterval(timer);
	timer = undefined;
	if (process.stdout.isTTY) process.stdout.write('\n');
}
