import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { WORK } from './app';
import { CommandFailure, Refusal, run } from './processes';

const ROOT = resolve(__dirname, '../..');

interface Manifest {
	name: string;
	version: string;
	devDependencies?: unknown;
	peerDependencies?: unknown;
	optionalDependencies?: unknown;
}

/** Builds the package and packs it as for npm. Resolves with the path of the tarball. */
export async function packPackage(): Promise<string> {
	try {
		await run('npm', ['run', 'build'], { cwd: ROOT });
		await run('npm', ['pack', '--ignore-scripts', '--pack-destination', WORK], { cwd: ROOT });
	} catch (error) {
		if (!(error instanceof CommandFailure)) throw error;
		throw new Refusal(`The package cannot be built and packed:\n${error.output}`);
	}
	const { name, version } = await readManifest(ROOT);
	return join(WORK, `${name}-${version}.tgz`);
}

/** Installs the tarball as n8n installs a community package: see `downloadPackage` in its community-packages.service.js. */
export async function installPackage(tarball: string, userFolder: string): Promise<void> {
	const nodes = join(userFolder, '.n8n/nodes');
	const { name } = await readManifest(ROOT);
	const folder = join(nodes, 'node_modules', name);
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);

	const { devDependencies, peerDependencies, optionalDependencies, ...manifest } =
		await readManifest(folder);
	await writeManifest(folder, manifest);
	const options = [
		'--audit=false',
		'--fund=false',
		'--bin-links=false',
		'--install-strategy=shallow',
		'--ignore-scripts=true',
		'--package-lock=false',
	];
	await run('npm', ['install', ...options], { cwd: folder });
	const dependencies = { [name]: manifest.version };
	await writeManifest(nodes, { name: 'installed-nodes', private: true, dependencies });
}

async function readManifest(folder: string): Promise<Manifest> {
	return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

async function writeManifest(folder: string, manifest: object): Promise<void> {
	await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
}
