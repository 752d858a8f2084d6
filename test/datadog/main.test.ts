import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

function run(...args: string[]) {
	const child = spawn(process.execPath, ['--import', 'tsx', `${__dirname}/main.ts`, ...args]);
	let output = '';
	child.stdout.on('data', (text) => (output += text));
	child.stderr.on('data', (text) => (output += text));
	const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
	return {
		child,
		ended,
		says: async (pattern: RegExp) => {
			while (!pattern.test(output)) await new Promise((resolve) => setTimeout(resolve, 20));
			return pattern.exec(output)![1];
		},
		output: () => output,
	};
}

test('prints its address and commands that work, and Ctrl-C ends it', async () => {
	const { child, ended, says } = run('--port', '0');
	const url = await says(/answers at (http:\/\/127\.0\.0\.1:\d+)/);
	await says(/(Ctrl-C ends it)/);
	const counting = await says(/^ {2}(curl -H [^]*?)\n\n/m);
	const listing = await says(/^ {2}(curl -g [^]*?)\n\n/m);
	const faulting = await says(/^ {2}(curl -X PUT [^]*?)\n\n/m);
	expect(await shell(counting)).toContain('"group":"priority"');
	expect(await shell(listing)).toContain('"page":{"current":1,"size":3,');
	expect(await shell(faulting)).toContain('"preset":"html502"');
	expect(await shell(counting)).toContain('502 Bad Gateway');
	expect(counting).toContain(url);
	const opening = await says(/^ {2}(curl -H 'Content-Type[^]*?)\n {2}curl/m);
	const closing = await says(/^ {2}(curl -X PATCH [^]*?)\n\n/m);
	expect(await shell(opening)).toBe('{"opened":3}');
	expect(await shell(closing)).toBe('{"changed":3}');
	child.kill('SIGINT');
	expect(await ended).toBe(0);
});

test('says in one sentence that the port is taken', async () => {
	const taken = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => taken.once('listening', resolve));
	const { port } = taken.address() as AddressInfo;
	const { ended, output } = run('--port', String(port));
	expect(await ended).toBe(1);
	taken.close();
	expect(output()).toBe(
		`Port ${port} is taken: end what uses it, or choose another with --port.\n`,
	);
});

test('says in one sentence that a port is not one', async () => {
	const { ended, output } = run('--port', 'x');
	expect(await ended).toBe(1);
	expect(output()).toBe('--port takes a number from 0 to 65535, not "x".\n');
});

async function shell(command: string) {
	const child = spawn('sh', ['-c', command]);
	let output = '';
	child.stdout.on('data', (text) => (output += text));
	await new Promise((resolve) => child.on('close', resolve));
	return output;
}
