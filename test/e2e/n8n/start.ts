import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { sites } from '../../../nodes/DatadogCases/transport/account/site';
import { keysFor } from '../../support/account';
import { startDatadog } from '../../datadog/server';
import { packPackage } from '../../support/packed';
import { installApp, WORK } from './app';
import { readCommandLine, runCommand } from '../../support/command';
import { endLeftover, forgetKeys } from './home';
import { installPackage } from './installPackage';
import { freePort, N8n, type Workflow } from './instance';
import { UserFacingError } from '../../support/processes';
import { step } from '../../support/progress';
import { casesCredential, CREDENTIAL } from './stage';

const HELP = `npm start [-- --once] [-- --port 5678] [-- --home home]

Starts n8n with this package in it, and a local Datadog to ask, and runs the example
"Open cases by status and by priority".

  --once      end after the table: exit code 0, or 1 when the example failed
  --port N    the editor's port; without it 5678, or the next one that is free
  --home NAME another n8n, with its data in .local/n8n/NAME
  --help      this text

With DD_API_KEY and DD_APP_KEY (and DD_SITE, e.g. datadoghq.eu) your own Datadog is asked instead.
At the end, they are removed from n8n.`;

const EXAMPLES = resolve(__dirname, '../../../examples');
const SHOWN_EXAMPLE = 'Open cases by status and by priority';
const KEYS = ['DD_API_KEY', 'DD_APP_KEY'];
const FIRST_PORT = 5678;
const LAST_PORT = 5777;

runCommand(main, 'Ending n8n and the local Datadog');

async function main(): Promise<void> {
	const { once, port: wantedPort, home, help } = readOptions();
	if (help) return console.log(HELP);
	const userFolder = join(WORK, home);
	const ownAccount = accountFrom(process.env);
	// Nothing that is started here needs them.
	for (const name of KEYS) delete process.env[name];
	await refuseSecondStart(userFolder);
	await endLeftover(userFolder);
	const port = await choosePort(wantedPort);

	const app = await installApp();
	await step('Building, packing and installing the package', async () =>
		installPackage(await packPackage(WORK), userFolder),
	);
	const forget = () => forgetKeys(userFolder, CREDENTIAL, app);
	// Of a start that was killed.
	forget();
	if (ownAccount) atExit(forget);
	const datadog = ownAccount ? undefined : await startDatadog();
	const n8n = await step('Starting n8n', () =>
		N8n.start(app, { userFolder, logFile: `${userFolder}.log`, port }),
	);
	await n8n.signIn();

	await n8n.saveCredential(casesCredential(ownAccount ?? keysFor(datadog!.url)));
	const ids = await importExamples(n8n);
	console.log(`\n${SHOWN_EXAMPLE}, from ${datadog?.url ?? ownAccount!.site}`);
	await showRun(n8n, ids.get(SHOWN_EXAMPLE)!);
	if (once) return;

	console.log(`
The editor is open at ${n8n.url}
  Email      ${n8n.owner.email}
  Password   ${n8n.owner.password}
  Example    ${n8n.url}/workflow/${ids.get(SHOWN_EXAMPLE)}
${datadog ? `The local Datadog answers at ${datadog.url}. ` : ''}Ctrl-C ends everything.`);
	await n8n.ended();
	throw new UserFacingError(await n8n.withLog('n8n ended by itself.'));
}

/** When all processes have ended, after whatever. */
function atExit(forget: () => void): void {
	process.once('exit', () => {
		try {
			forget();
			console.log('Your keys are removed from n8n.');
		} catch (error) {
			console.error((error as Error).message);
		}
	});
}

function readOptions() {
	const { values } = readCommandLine('npm start', {
		options: {
			once: { type: 'boolean' },
			port: { type: 'string' },
			home: { type: 'string', default: 'home' },
			help: { type: 'boolean' },
		},
	});
	if (!/^[\w-]+$/.test(values.home)) {
		throw new UserFacingError(`--home takes letters, digits and -, not "${values.home}".`);
	}
	if (values.port === undefined) return { ...values, port: undefined };
	const port = Number(values.port);
	if (!/^\d+$/.test(values.port) || port < 1 || port > 65535) {
		throw new UserFacingError(`--port takes a number from 1 to 65535, not "${values.port}".`);
	}
	return { ...values, port };
}

/** The account of the environment, or undefined for the local Datadog. */
function accountFrom(env: NodeJS.ProcessEnv): ICredentialDataDecryptedObject | undefined {
	const { DD_API_KEY: apiKey, DD_APP_KEY: appKey } = env;
	if (!apiKey && !appKey) return undefined;
	if (!apiKey || !appKey) {
		const [set, missing] = apiKey ? ['DD_API_KEY', 'DD_APP_KEY'] : ['DD_APP_KEY', 'DD_API_KEY'];
		throw new UserFacingError(
			`${set} is set but ${missing} is not: set both to ask your own Datadog, or neither to use the local one.`,
		);
	}
	const site = env.DD_SITE || 'datadoghq.com';
	const known = sites.map(({ value }) => value).filter((value) => value !== 'custom');
	if (!known.includes(site)) {
		throw new UserFacingError(`DD_SITE is "${site}", but Datadog's sites are ${known.join(', ')}.`);
	}
	return { site, baseUrl: '', authentication: 'keys', apiKey, appKey };
}

/** Two at once would write to the same n8n database. */
async function refuseSecondStart(userFolder: string): Promise<void> {
	const claim = `${userFolder}.running`;
	const pid = existsSync(claim) && Number(await readFile(claim, 'utf8'));
	if (pid && isAlive(pid)) {
		throw new UserFacingError(
			`Another npm start is running in this folder (process ${pid}): end it first.`,
		);
	}
	await mkdir(WORK, { recursive: true });
	await writeFile(claim, String(process.pid));
}

function isAlive(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}

async function choosePort(wanted: number | undefined): Promise<number> {
	for (let port = wanted ?? FIRST_PORT; port <= (wanted ?? LAST_PORT); port++) {
		try {
			const free = await freePort(port);
			if (!wanted && port > FIRST_PORT) {
				console.log(`Port ${FIRST_PORT} is taken, so the editor will be at port ${port}.`);
			}
			return free;
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code === 'EACCES') {
				throw new UserFacingError(
					`Port ${port} needs special rights: choose one from 1024 on with --port.`,
				);
			}
			if (code !== 'EADDRINUSE') throw error;
		}
	}
	throw new UserFacingError(
		wanted
			? `Port ${wanted} is taken: end what uses it, or choose another with --port.`
			: `The ports ${FIRST_PORT} to ${LAST_PORT} are all taken: choose another with --port.`,
	);
}

/** Resolves with the workflows' ids by name. */
async function importExamples(n8n: N8n): Promise<Map<string, string>> {
	const ids = new Map<string, string>();
	for (const file of (await readdir(EXAMPLES)).filter((name) => name.endsWith('.json'))) {
		const workflow = JSON.parse(await readFile(join(EXAMPLES, file), 'utf8')) as Workflow;
		const { id, name } = await n8n.saveWorkflow(workflow);
		ids.set(name, id);
	}
	return ids;
}

/** Runs the workflow and prints what came out of its last node. */
async function showRun(n8n: N8n, id: string): Promise<void> {
	const { status, data } = await n8n.run(id, 'Run it');
	const { error, lastNodeExecuted, runData } = data.resultData;
	if (status !== 'success') {
		const words = [error?.message, error && 'description' in error && error.description];
		throw new UserFacingError(
			`The example ended with "${status}". ${words.filter(Boolean).join('\n')}`,
		);
	}
	const items = runData[lastNodeExecuted!][0].data!.main[0]!;
	if (items.length) console.table(items.map(({ json }) => json));
	else console.log('No item came out: no case matches the query of the example.');
}
