/** What lies on disk of one n8n: its folder, the owner's password, and what a killed one has left. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type App, N8N_PROGRAM } from './app';
import { UserFacingError } from '../../support/processes';

/** Who owns an n8n; the editor asks for this login. */
export interface Owner {
	email: string;
	password: string;
	firstName: string;
	lastName: string;
}

/** The file in the folder that holds the owner's password. */
export const PASSWORD_FILE = 'password';
const PROCESS_FILE = 'process';
const POLL_MS = 50;

/** Makes the folder and everything in it the user's alone, also what an earlier version of these programs has left. */
export function makePrivate(folder: string): void {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	chmodSync(folder, 0o700);
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) makePrivate(path);
		else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o700);
	}
}

/** The owner of the n8n whose data is in the folder, with a random password that stays the same for it. */
export function ownerOf(folder: string): Owner {
	const file = join(folder, PASSWORD_FILE);
	if (!existsSync(file)) {
		// n8n wants a capital letter and a digit.
		const password = `N8n-${randomBytes(12).toString('base64url')}`;
		writeFileSync(file, password, { mode: 0o600 });
	}
	return {
		email: 'owner@example.com',
		password: readFileSync(file, 'utf8'),
		firstName: 'Case',
		lastName: 'Counter',
	};
}

/** Notes the process of the n8n whose data is in the folder. */
export function noteProcess(folder: string, pid: number): void {
	writeFileSync(join(folder, PROCESS_FILE), String(pid), { mode: 0o600 });
}

/** Ends an n8n that goes on with its data in the folder although whoever started it was killed. */
export async function endLeftover(folder: string): Promise<void> {
	const file = join(folder, PROCESS_FILE);
	const pid = existsSync(file) && Number(readFileSync(file, 'utf8'));
	while (pid && isN8n(pid)) {
		process.kill(-pid, 'SIGKILL');
		await wait(POLL_MS);
	}
}

/** Another process may have got its number meanwhile. */
function isN8n(pid: number): boolean {
	const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
	return stdout?.includes(N8N_PROGRAM) ?? false;
}

/** SQLite would leave what was replaced in free pages and in its log. */
const FORGET = `
	const { Database } = require('sqlite3');
	const [file, name] = process.argv.slice(1);
	const db = new Database(file);
	const must = (error) => { if (error) throw error; };
	db.configure('busyTimeout', 10000);
	db.serialize(() => {
		db.exec('PRAGMA secure_delete = ON', must);
		db.run("UPDATE credentials_entity SET data = '' WHERE name = ?", [name], must);
		db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)', must);
	});
	db.close(must);
`;

/**
 * Empties the credential of this name in the database of an n8n that has ended. The credential stays, for workflows
 * name it; n8n takes new keys for it.
 * @throws UserFacingError with what to do instead.
 */
export function forgetKeys(folder: string, credentialName: string, app: App): void {
	const database = join(folder, '.n8n/database.sqlite');
	if (!existsSync(database)) return;
	const { status, stderr } = spawnSync(app.node, ['--eval', FORGET, database, credentialName], {
		cwd: app.folder,
		encoding: 'utf8',
	});
	if (status === 0) return;
	throw new UserFacingError(
		`The keys cannot be removed from n8n: delete ${folder}. ${/Error: .*/.exec(stderr)?.[0] ?? ''}`,
	);
}
