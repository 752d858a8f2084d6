/**
 * Installs what is missing, then runs the command it is given with this package's own tools on the path:
 * `node test/run.mjs jest --watch`. It uses nothing but Node, since it runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.installed');
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/;
const lock = createHash('sha256')
	.update(readFileSync(join(root, 'package-lock.json')))
	.digest('hex');

process.chdir(root);
process.env.PATH = `${join(modules, '.bin')}${delimiter}${process.env.PATH}`;

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
	console.log('Installing the development packages from the npm registry (about a minute)');
	const started = Date.now();
	const progress = setInterval(
		() => console.log(`  still installing, ${Math.round((Date.now() - started) / 1000)} s`),
		15_000,
	);
	// Without a network, npm ci itself would try for more than a minute.
	let { code, output } = await run(
		'npm',
		['ping', '--fetch-retries=0', '--loglevel=error'],
		'pipe',
	);
	if (code === 0 || !UNREACHABLE.test(output)) {
		const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
		({ code, output } = await run('npm', args, 'pipe'));
	}
	clearInterval(progress);
	if (code !== 0) {
		console.error(explain(output));
		process.exit(1);
	}
	writeFileSync(stamp, lock);
}

const [command, ...args] = process.argv.slice(2);
if (command)
	process.exit((await run(command === 'node' ? process.execPath : command, args, 'inherit')).code);

/** Resolves with the exit code and, when piped, what was printed. Signals are handed on, so that Ctrl-C leaves nothing behind. */
function run(file, commandArgs, stdio) {
	return new Promise((done) => {
		const child = spawn(file, commandArgs, { stdio: ['inherit', stdio, stdio] });
		let output = '';
		for (const stream of [child.stdout, child.stderr])
			stream?.on('data', (text) => (output += text));
		const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
		const handOn = (signal) => child.kill(signal);
		for (const signal of signals) process.on(signal, handOn);
		child.on('error', (error) => done({ code: 1, output: String(error) }));
		child.on('close', (code, signal) => {
			for (const name of signals) process.off(name, handOn);
			done({ code: code ?? (signal === 'SIGINT' ? 130 : 1), output });
		});
	});
}

/** One sentence for what commonly goes wrong with npm. */
function explain(output) {
	if (/ENOSPC/.test(output))
		return 'There is no disk space left: the development packages need about 600 MB.';
	if (UNREACHABLE.test(output)) {
		return 'The npm registry cannot be reached: check the network, or the proxy that npm is set to use.';
	}
	return `${output}\nnpm could not install the development packages: its own words are above.`;
}
