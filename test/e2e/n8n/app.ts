import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join, resolve } from 'node:path';
import { installOnce } from '../../support/installOnce';
import { npm } from '../../support/npm';
import { CommandFailure, run, UserFacingError } from '../../support/processes';
import { step } from '../../support/progress';

/** Everything generated lives here. */
export const WORK = resolve(__dirname, '../../../.local/n8n');

/** An n8n that is ready to be started. */
export interface App {
	/** Where it is installed. */
	folder: string;
	node: string;
	n8n: string;
	/** With the Node of this n8n first on the path, since n8n starts `node` for its task runners. */
	env: NodeJS.ProcessEnv;
}

const APP = join(WORK, 'app');

/** What a process of this n8n shows in its command line. */
export const N8N_PROGRAM = join(APP, 'node_modules/n8n/bin/n8n');

const NEEDED_BYTES = 5e9;
const FULL_DISK = `There is no disk space left in ${WORK}: n8n takes 3 GB.`;

/** Installs the n8n of `test/e2e/n8n/package-lock.json` and the Node that it needs, unless that was done before. */
export async function installApp(): Promise<App> {
	// One package for each platform: `node` itself would fetch it by a script, past the lock.
	const nodePackage = `node-${process.platform}-${process.arch}`;
	const bin = join(APP, 'node_modules', nodePackage, 'bin');
	const app: App = {
		folder: APP,
		node: join(bin, 'node'),
		n8n: N8N_PROGRAM,
		env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
	};
	await installOnce(__dirname, APP, async () => {
		await refuseFullDisk();
		const { dependencies, optionalDependencies } = await readJson<Manifest>('package.json');
		if (!(nodePackage in optionalDependencies)) {
			const platforms = Object.keys(optionalDependencies).join(' and ');
			throw new UserFacingError(
				`n8n needs a Node of its own, which is there as ${platforms} only.`,
			);
		}
		const { packages } = await readJson<Lock>('package-lock.json');
		await step(
			`Installing n8n ${dependencies.n8n}, with a Node of its own, from the npm registry (3 GB, about 4 minutes)`,
			() => npm(['ci', '--ignore-scripts'], APP, FULL_DISK),
			() => unpacked(Object.keys(packages)),
		);
		await addSqlite(app);
	});
	return app;
}

interface Manifest {
	dependencies: { n8n: string };
	optionalDependencies: Record<string, string>;
}
interface Lock {
	packages: Record<string, unknown>;
}

async function readJson<T>(name: string): Promise<T> {
	return JSON.parse(await readFile(join(APP, name), 'utf8')) as T;
}

/** npm makes all folders first and then fills them; those for other platforms it leaves out. */
function unpacked(paths: string[]): string {
	const folders = paths
		.filter((path) => path.startsWith('node_modules/'))
		.map((path) => join(APP, path))
		.filter((folder) => existsSync(folder));
	if (!folders.length) return 'reading the list of packages';
	const filled = folders.filter((folder) => existsSync(join(folder, 'package.json')));
	return `${filled.length} of ${folders.length} packages`;
}

/**
 * The sqlite3 package would fetch its binary from GitHub or compile it. @appthreat/sqlite3 is a fork of it
 * that brings the binaries along, for the same interface.
 */
async function addSqlite({ node }: App): Promise<void> {
	const release = join(APP, 'node_modules/sqlite3/build/Release');
	const { path } = createRequire(join(APP, 'package.json'))('node-gyp-build') as {
		path(folder: string): string;
	};
	try {
		await mkdir(release, { recursive: true });
		await copyFile(
			path(join(APP, 'node_modules/@appthreat/sqlite3')),
			join(release, 'node_sqlite3.node'),
		);
		await run(node, ['--eval', "require('sqlite3')"], { cwd: APP });
	} catch (error) {
		throw new UserFacingError(
			`SQLite cannot be loaded on this system; on Linux it needs glibc 2.34 or newer, as in Debian 12 and Ubuntu 22.04. ${firstLine(error)}`,
		);
	}
}

function firstLine(error: unknown): string {
	const text = error instanceof CommandFailure ? error.output : String(error);
	return /Error: .*/.exec(text)?.[0] ?? '';
}

async function refuseFullDisk(): Promise<void> {
	const { bavail, bsize } = await statfs(WORK);
	const free = bavail * bsize;
	if (free >= NEEDED_BYTES) return;
	throw new UserFacingError(
		`There is not enough disk space: installing n8n takes ${NEEDED_BYTES / 1e9} GB, and ${(free / 1e9).toFixed(1)} GB are free in ${WORK}.`,
	);
}
