/** npm start: the owner's password, what others can read and reach, and keys from the environment. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type App, installApp, WORK } from '../app';
import { endProcess, startProcess } from '../processes';
import { until } from '../until';

const NAME = 'start';
const HOME = join(WORK, NAME);
const ROOT = resolve(__dirname, '../../..');
const DATABASE = join(HOME, '.n8n/database.sqlite');
const KEYS = { DD_API_KEY: 'an-api-key-of-mine', DD_APP_KEY: 'an-application-key-of-mine' };
/** So that no request leaves this machine. */
const NOWHERE = { HTTPS_PROXY: 'http://127.0.0.1:9' };
const START_LIMIT_MS = 180_000;
const OWN_ACCOUNT = ', from datadoghq.com';
const OPEN = 'Ctrl-C ends everything.';

describe('npm start', { skip: process.platform !== 'linux' }, () => {
	let app: App;
	let child: ChildProcess;
	let printed = '';

	const start = async (env: Record<string, string>, ready: string) => {
		printed = '';
		child = startProcess(
			process.execPath,
			['--import', 'tsx', join(__dirname, '../start.ts'), '--home', NAME],
			{ cwd: ROOT, env: { ...process.env, ...NOWHERE, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
		);
		for (const stream of [child.stdout!, child.stderr!])
			stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
		await until(() => printed.includes(ready) || child.exitCode !== null, ready, START_LIMIT_MS);
		assert.ok(printed.includes(ready), printed);
	};
	const end = async (signal: NodeJS.Signals) => {
		child.kill(signal);
		const [code] = (await once(child, 'exit')) as [number | null];
		return code;
	};
	/** What n8n has encrypted: the credential's data. */
	const stored = () => {
		const script = `
			const db = new (require('sqlite3').Database)(process.argv[1]);
			db.all('SELECT data FROM credentials_entity', (error, rows) => {
				if (error) throw error;
				console.log(JSON.stringify(rows.map(({ data }) => data)));
			});`;
		const { stdout } = spawnSync(app.node, ['--eval', script, DATABASE], {
			cwd: app.folder,
			encoding: 'utf8',
		});
		return JSON.parse(stdout) as string[];
	};
	const n8nProcess = () => Number(readFileSync(join(HOME, 'process'), 'utf8'));

	before(async () => {
		app = await installApp();
		rmSync(HOME, { recursive: true, force: true });
	});
	after(() => endProcess(child));

	let password: string;
	let ofKeys: string;

	test('killed, it leaves n8n and the keys, which n8n alone can read', async () => {
		await start(KEYS, OWN_ACCOUNT);
		await end('SIGKILL');
		assert.ok(isAlive(n8nProcess()));
		[ofKeys] = stored();
		assert.ok(ofKeys.length > 100);
		assert.notDeepEqual(filesWith(ofKeys), []);
		for (const key of Object.values(KEYS)) assert.deepEqual(filesWith(key), []);
		const environment = readFileSync(`/proc/${n8nProcess()}/environ`, 'utf8');
		for (const key of Object.values(KEYS)) assert.equal(environment.includes(key), false);
	});

	test('the next start ends that n8n, and its keys are gone', async () => {
		const leftover = n8nProcess();
		await start({}, OPEN);
		assert.equal(isAlive(leftover), false);
		assert.deepEqual(filesWith(ofKeys), []);
		[, password] = /Password {3}(\S+)/.exec(printed)!;
		assert.match(password, /^N8n-[\w-]{16}$/);
	});

	test('only the user can read what it writes', () => {
		for (const path of [HOME, ...everythingIn(HOME), `${HOME}.log`]) {
			assert.equal(statSync(path).mode & 0o077, 0, path);
		}
		for (const name of ['.n8n/config', '.n8n/database.sqlite', 'password', `../${NAME}.log`]) {
			assert.equal((statSync(join(HOME, name)).mode & 0o777).toString(8), '600', name);
		}
	});

	test('nothing listens beyond this machine', () => {
		const own = groupsOf([child.pid!, n8nProcess()]);
		const addresses = own.flatMap(listening);
		// The local Datadog, the editor, and the broker of task runners.
		assert.equal(addresses.length, 3, addresses.join());
		assert.deepEqual([...new Set(addresses)], ['0100007F']);
	});

	test('Ctrl-C ends everything, and the password stays the same', async () => {
		const running = n8nProcess();
		assert.equal(await end('SIGINT'), 130);
		assert.equal(isAlive(running), false);
		await start({}, OPEN);
		assert.equal(/Password {3}(\S+)/.exec(printed)![1], password);
		assert.equal(await end('SIGINT'), 130);
	});

	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		test(`${signal} removes the keys from n8n`, async () => {
			await start(KEYS, OWN_ACCOUNT);
			[ofKeys] = stored();
			assert.ok(ofKeys.length > 100);
			assert.equal(await end(signal), 130);
			assert.match(printed, /Your keys are removed from n8n\./);
			assert.deepEqual(stored(), ['']);
			assert.deepEqual(filesWith(ofKeys), []);
		});
	}
});

function isAlive(pid: number): boolean {
	const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
	return stdout.trim() !== '' && !stdout.startsWith('Z');
}

const everythingIn = (folder: string): string[] =>
	(readdirSync(folder, { recursive: true }) as string[]).map((path) => join(folder, path));

const filesWith = (text: string): string[] =>
	everythingIn(HOME).filter((path) => statSync(path).isFile() && readFileSync(path).includes(text));

/** The processes of those groups. */
function groupsOf(leaders: number[]): string[] {
	const { stdout } = spawnSync('ps', ['-e', '-o', 'pid=,pgid='], { encoding: 'utf8' });
	const all = stdout
		.trim()
		.split('\n')
		.map((line) => line.trim().split(/\s+/));
	return all.filter(([, group]) => leaders.includes(Number(group))).map(([pid]) => pid);
}

/** The addresses that a process listens at over TCP, as Linux writes them. */
function listening(pid: string): string[] {
	const LISTENS = '0A';
	const folder = `/proc/${pid}/fd`;
	const sockets = existsSync(folder)
		? readdirSync(folder).map((name) => {
				try {
					return readlinkSync(join(folder, name));
				} catch {
					return '';
				}
			})
		: [];
	return ['tcp', 'tcp6'].flatMap((table) =>
		readFileSync(`/proc/net/${table}`, 'utf8')
			.split('\n')
			.slice(1)
			.map((line) => line.trim().split(/\s+/))
			.filter((row) => row[3] === LISTENS && sockets.includes(`socket:[${row[9]}]`))
			.map((row) => row[1].split(':')[0]),
	);
}
