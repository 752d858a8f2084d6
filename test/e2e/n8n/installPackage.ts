import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { name } from '../../../package.json';
import { unpackPackage } from '../../support/packed';
import { run } from '../../support/processes';

interface Manifest {
	version: string;
	devDependencies?: unknown;
	peerDependencies?: unknown;
	optionalDependencies?: unknown;
}

/** Installs the tarball as n8n installs a community package: see `downloadPackage` in its community-packages.service.js. */
export async function installPackage(tarball: string, userFolder: string): Promise<void> {
	const nodes = join(userFolder, '.n8n/nodes');
	const folder = join(nodes, 'node_modules', name);
	await unpackPackage(tarball, folder);

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
