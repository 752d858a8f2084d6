import { cp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { keysFor } from '../account';
import { type LocalDatadog, startDatadog } from '../datadog/server';
import { packPackage } from '../packed';
import { type App, installApp, WORK } from './app';
import { installPackage } from './installPackage';
import { type Credential, N8n } from './instance';

/** The real n8n with the package in it, and a local Datadog for it to ask. */
export interface Stage {
	app: App;
	datadog: LocalDatadog;
	n8n: N8n;
	close(): Promise<void>;
}

let packed: Promise<string> | undefined;

/** The package as npm would get it, built and packed once for all who ask. Resolves with the tarball's path. */
export function packOnce(): Promise<string> {
	packed ??= packPackage(WORK);
	return packed;
}

/** The name of the credential in examples and tests. */
export const CREDENTIAL = 'Datadog Cases account';

export const casesCredential = (data: ICredentialDataDecryptedObject): Credential => ({
	name: CREDENTIAL,
	type: 'datadogCasesApi',
	data,
});

/** Empties `.local/n8n/<name>` and installs the package there as n8n does. Resolves with the folder, for an n8n's data. */
export async function freshHome(name: string): Promise<string> {
	const home = join(WORK, name);
	await rm(home, { recursive: true, force: true });
	await installPackage(await packOnce(), home);
	return home;
}

/**
 * Starts a new n8n, with its data in `.local/n8n/<name>`, and a local Datadog. n8n's owner is signed in, and has the
 * credential for the local Datadog.
 * @param options.env more of n8n's settings
 * @param options.packages folders of other node packages that n8n is to load
 */
export async function setStage(
	name: string,
	options: { env?: Record<string, string>; packages?: string[] } = {},
): Promise<Stage> {
	const { env, packages = [] } = options;
	const app = await installApp();
	const userFolder = await freshHome(name);
	for (const folder of packages) {
		const installed = join(userFolder, '.n8n/nodes/node_modules', `n8n-nodes-${basename(folder)}`);
		await cp(folder, installed, { recursive: true });
	}
	const datadog = await startDatadog();
	const n8n = await N8n.start(app, { userFolder, logFile: join(WORK, `${name}.log`), env });
	await n8n.signIn();
	await n8n.saveCredential(casesCredential(keysFor(datadog.url)));
	return {
		app,
		datadog,
		n8n,
		async close() {
			await n8n.stop();
			await datadog.close();
		},
	};
}
