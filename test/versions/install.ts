import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { npm, refuseMissingRegistry } from '../n8n/npm';
import { step } from '../n8n/progress';
import type { Version } from './versions';

/** Everything generated lives here. */
export const WORK = resolve(__dirname, '../../.local/versions');

const FULL_DISK = `There is no disk space left in ${WORK}: the versions take about 1 GB.`;

/** Installs the packages of a version, unless that was done before, and resolves with their node_modules. */
export async function installVersion({ n8n, core, workflow }: Version): Promise<string> {
	const folder = join(WORK, n8n);
	const stamp = join(folder, '.installed');
	const manifest = JSON.stringify({
		private: true,
		dependencies: { 'n8n-core': core, 'n8n-workflow': workflow },
	});
	const modules = join(folder, 'node_modules');
	if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === manifest) return modules;

	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await refuseMissingRegistry(WORK);
	await writeFile(join(folder, 'package.json'), manifest);
	await step(
		`Installing n8n-core ${core} and n8n-workflow ${workflow} of n8n ${n8n} from the npm registry (up to 0.5 GB, about a minute)`,
		() => npm(['install', '--ignore-scripts'], folder, FULL_DISK),
	);
	await writeFile(stamp, manifest);
	return modules;
}
