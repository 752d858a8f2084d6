import type { SpawnOptions } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chown, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../n8n/instance';
import { endProcess, run } from '../../support/processes';
import { startServer } from './server';
import { findTool } from '../../support/tools';

/** A running PostgreSQL. */
export interface Postgres {
	port: number;
	user: string;
	database: string;
	/** Ends it and removes its data. */
	stop(): Promise<void>;
}

const USER = 'n8n';
const SETTINGS = {
	listen_addresses: '127.0.0.1',
	// None: clients come over TCP.
	unix_socket_directories: '',
	max_connections: '200',
	// The data does not outlive the process.
	fsync: 'off',
	full_page_writes: 'off',
	synchronous_commit: 'off',
};

/** Starts a new PostgreSQL on a free port of this machine, with its data in a folder of its own. */
export async function startPostgres(): Promise<Postgres> {
	const data = await mkdtemp(join(tmpdir(), 'n8n-postgres-'));
	const remove = () => rmSync(data, { recursive: true, force: true, maxRetries: 5 });
	// Also when a signal ends us.
	process.once('exit', remove);

	const owner = await dataOwner();
	if (owner) await chown(data, owner.uid, owner.gid);
	const options: SpawnOptions = { cwd: data, ...owner };
	const initdb = ['--pgdata', data, '--username', USER, '--auth', 'trust', '--encoding', 'UTF8'];
	await run(findTool('initdb')!, [...initdb, '--no-locale', '--no-sync'], options);

	const port = await freePort();
	const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
	const child = await startServer(
		findTool('postgres')!,
		['-D', data, '-p', String(port), ...settings],
		// On SIGTERM it would wait for its clients to leave.
		{ ...options, ready: 'database system is ready to accept connections', endSignal: 'SIGINT' },
	);
	return {
		port,
		user: USER,
		database: 'postgres',
		async stop() {
			await endProcess(child);
			process.off('exit', remove);
			remove();
		},
	};
}

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
async function dataOwner(): Promise<{ uid: number; gid: number } | undefined> {
	if (process.getuid!() !== 0) return undefined;
	const [uid, gid] = await Promise.all([
		run('id', ['-u', 'postgres']),
		run('id', ['-g', 'postgres']),
	]);
	return { uid: Number(uid), gid: Number(gid) };
}
