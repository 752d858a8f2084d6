import { closeSync, openSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type App, WORK } from '../n8n/app';
import { installOnce } from '../../support/installOnce';
import { freePort } from '../n8n/instance';
import { npm } from '../../support/npm';
import { endProcess, run, startProcess, UserFacingError } from '../../support/processes';
import { step } from '../../support/progress';

/** A local npm registry, empty at first, where anybody may publish. It knows no other registry to ask. */
export interface Registry {
	/** Settings that send npm here for packages of the scope `@local`, and only for these. */
	env: Record<string, string>;
	/** Packs the folder and publishes it. */
	publish(folder: string): Promise<void>;
	close(): Promise<void>;
}

const PROGRAM = join(WORK, 'registry');
const LOG = join(WORK, 'registry.log');
const HOST = '127.0.0.1';
const START_LIMIT_MS = 60_000;
const POLL_MS = 100;

/** Installs Verdaccio as `test/e2e/services/registry/package-lock.json` says, unless that was done before. */
export async function installRegistry(): Promise<void> {
	const fullDisk = `There is no disk space left in ${WORK}: Verdaccio takes 70 MB.`;
	await installOnce(join(__dirname, 'registry'), PROGRAM, () =>
		step('Installing Verdaccio from the npm registry (about half a minute)', () =>
			npm(['ci', '--ignore-scripts'], PROGRAM, fullDisk),
		),
	);
}

/** Starts a registry with its data in the folder, which is emptied, and with the Node of n8n: Verdaccio needs 22. */
export async function startRegistry({ node }: App, folder: string): Promise<Registry> {
	const url = `http://${HOST}:${await freePort()}`;
	const config = join(folder, 'config.yaml');
	const npmrc = join(folder, 'npmrc');
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await writeFile(config, configFor(folder));
	await writeFile(npmrc, npmrcFor(url));

	const log = openSync(LOG, 'w');
	const verdaccio = join(PROGRAM, 'node_modules/verdaccio/bin/verdaccio');
	const child = startProcess(node, [verdaccio, '--config', config, '--listen', url], {
		cwd: folder,
		stdio: ['ignore', log, log],
	});
	closeSync(log);
	const deadline = Date.now() + START_LIMIT_MS;
	while (!(await fetch(`${url}/-/ping`).catch(() => undefined))?.ok) {
		if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
			throw new UserFacingError(`The local npm registry cannot be started: see ${LOG}.`);
		}
		await wait(POLL_MS);
	}

	// Variables, since those that npm run sets would win over the file.
	const env = { npm_config_userconfig: npmrc, npm_config_cache: join(folder, 'cache') };
	return {
		env,
		async publish(packageFolder) {
			// npm can prove only GitHub's and GitLab's builds.
			await run('npm', ['publish', '--ignore-scripts', '--no-provenance'], {
				cwd: packageFolder,
				env: { ...process.env, ...env },
			});
		},
		close: () => endProcess(child),
	};
}

/** YAML takes JSON. Without uplinks, a package that was not published here is missing. */
const configFor = (folder: string): string =>
	JSON.stringify({
		storage: join(folder, 'storage'),
		uplinks: {},
		packages: { '**': { access: '$all', publish: '$all' } },
		auth: { htpasswd: { file: join(folder, 'htpasswd') } },
		web: { enable: false },
		log: { type: 'stdout', format: 'pretty', level: 'http' },
	});

/** npm publishes with a token only; Verdaccio takes one that it does not know for nobody's. */
const npmrcFor = (url: string): string => `@local:registry=${url}/
${url.replace('http:', '')}/:_authToken=nobody
fetch-retries=0
update-notifier=false
`;
