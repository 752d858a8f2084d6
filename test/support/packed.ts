/** The package as npm would publish it. */
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { name, version } from '../../package.json';
import { CommandFailure, run, UserFacingError } from './processes';

const ROOT = resolve(__dirname, '../..');

/** Builds the package and packs it as for npm. Resolves with the path of the tarball, which is in the folder. */
export async function packPackage(folder: string): Promise<string> {
	await mkdir(folder, { recursive: true });
	try {
		await run('npm', ['run', 'build'], { cwd: ROOT });
		await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
	} catch (error) {
		if (!(error instanceof CommandFailure)) throw error;
		throw new UserFacingError(`The package cannot be built and packed:\n${error.output}`);
	}
	return join(folder, `${name}-${version}.tgz`);
}

/** Empties the folder and unpacks the tarball into it. */
export async function unpackPackage(tarball: string, folder: string): Promise<void> {
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
}
