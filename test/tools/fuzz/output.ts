import { inspect } from 'node:util';

/** Keeps what the engine prints, so that it can be looked through, from what is to be read. */
let printed: string[] = [];

const write = process.stdout.write.bind(process.stdout);
for (const stream of [process.stdout, process.stderr]) {
	stream.write = (text: string | Uint8Array) => printed.push(String(text)) > 0;
}

for (const event of ['uncaughtException', 'unhandledRejection']) {
	process.on(event, (error: unknown) => printed.push(`${event}: ${inspect(error)}`));
}

/** Prints a line. */
export function print(line: string): void {
	write(`${line}\n`);
}

/** @returns what was printed since it was asked for last. */
export function takePrinted(): string[] {
	const all = printed;
	printed = [];
	return all;
}
