import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseMissingRegistry } from './npm';

const MANIFESTS = ['package.json', 'package-lock.json'];

/**
 * Empties the folder and installs what the package.json and package-lock.json of another say, unless that was done
 * before.
 * @param install does it, with both manifests in the folder
 * @throws UserFacingError when the npm registry cannot be reached.
 */
export async function installOnce(
	manifests: string,
	folder: string,
	install: () => Promise<void>,
): Promise<void> {
	const texts = await Promise.all(MANIFESTS.map((name) => readFile(join(manifests, name))));
	const wanted = createHash('sha256').update(Buffer.concat(texts)).digest('hex');
	const stamp = join(folder, '.installed');
	if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return;

	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await refuseMissingRegistry(folder);
	for (const name of MANIFESTS) await copyFile(join(manifests, name), join(folder, name));
	await install();
	await writeFile(stamp, wanted);
}
