import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { devDependencies } from '../../package.json';
import { installOnce } from '../n8n/installOnce';
import { npm } from '../n8n/npm';
import { step } from '../n8n/progress';
import type { Version } from './versions';

/** Everything generated lives here. */
export const WORK = resolve(__dirname, '../../.local/versions');

const OWN_MODULES = resolve(__dirname, '../../node_modules');
const FULL_DISK = `There is no disk space left in ${WORK}: the versions take about 1 GB.`;

/**
 * Installs the packages of a version as its lock in this folder says, unless that was done before, and resolves with
 * their node_modules. Those that the package is developed with are installed already, with the lock of the repository.
 */
export async function installVersion({ n8n, core, workflow }: Version): Promise<string> {
	if (devDependencies['n8n-core'] === core && devDependencies['n8n-workflow'] === workflow) {
		return realpathSync(OWN_MODULES);
	}
	const folder = join(WORK, n8n);
	await installOnce(join(__dirname, n8n), folder, () =>
		step(
			`Installing n8n-core ${core} and n8n-workflow ${workflow} of n8n ${n8n} from the npm registry (up to 0.5 GB, about a minute)`,
			() => npm(['ci', '--ignore-scripts'], folder, FULL_DISK),
		),
	);
	return realpathSync(join(folder, 'node_modules'));
}
