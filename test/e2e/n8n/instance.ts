import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fchmodSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parse } from 'flatted';
import type {
	ICredentialDataDecryptedObject,
	IRunExecutionData,
	IWorkflowBase,
} from 'n8n-workflow';
import type { App } from './app';
import { endLeftover, makePrivate, noteProcess, type Owner, ownerOf, PASSWORD_FILE } from './home';
import { endProcess, startProcess, UserFacingError } from '../../support/processes';

/** A workflow as n8n exports it. */
export type Workflow = Pick<IWorkflowBase, 'name' | 'nodes' | 'connections' | 'settings'>;

/** A credential before n8n encrypts it. */
export interface Credential {
	name: string;
	type: string;
	data: ICredentialDataDecryptedObject;
}

/** How a run ended. */
export interface Execution {
	status: string;
	data: IRunExecutionData;
}

interface Saved {
	id: string;
	name: string;
}

const HOST = '127.0.0.1';
const START_LIMIT_MS = 180_000;
const RUN_LIMIT_MS = 120_000;
const POLL_MS = 200;
const UNFINISHED = ['new', 'running', 'unknown'];

/** Nothing is sent to n8n's makers, and nothing is asked of them. */
const SILENT = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_DISABLED_MODULES: 'mcp-registry',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
};

/** Resolves with the port when it is free, or with any free one for 0. */
export async function freePort(port = 0): Promise<number> {
	const server = createServer().listen(port, HOST);
	await once(server, 'listening');
	const { port: found } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return found;
}

class UnexpectedStatus extends Error {
	constructor(
		method: string,
		path: string,
		readonly status: number,
		text: string,
	) {
		super(`n8n answered ${method} ${path} with ${status}: ${text}`);
	}
}

/** A running n8n. */
export class N8n {
	private cookie = '';

	private constructor(
		readonly url: string,
		readonly logFile: string,
		private readonly userFolder: string,
		/** Who owns it. */
		readonly owner: Owner,
		private readonly child: ChildProcess,
	) {}

	/**
	 * Starts n8n with its data in `userFolder`, without a port at any that is free. Nobody but the user can read what it
	 * writes, nor reach it from another machine.
	 * @param options.command n8n's own command line, instead of `start`
	 */
	static async start(
		app: App,
		options: {
			userFolder: string;
			logFile: string;
			command?: string[];
			port?: number;
			env?: Record<string, string>;
		},
	): Promise<N8n> {
		const { userFolder, logFile, command = ['start'], env } = options;
		const port = options.port ?? (await freePort());
		mkdirSync(dirname(logFile), { recursive: true });
		const log = openSync(logFile, 'w', 0o600);
		fchmodSync(log, 0o600);
		await endLeftover(userFolder);
		makePrivate(userFolder);
		const owner = ownerOf(userFolder);
		const brokerPort = await freePort();
		const umask = process.umask(0o077);
		const child = startProcess(app.node, [app.n8n, ...command], {
			cwd: dirname(logFile),
			stdio: ['ignore', log, log],
			env: {
				...withoutSettings(app.env),
				...SILENT,
				N8N_USER_FOLDER: userFolder,
				N8N_LISTEN_ADDRESS: HOST,
				N8N_HOST: HOST,
				N8N_PORT: String(port),
				N8N_RUNNERS_BROKER_LISTEN_ADDRESS: HOST,
				N8N_RUNNERS_BROKER_PORT: String(brokerPort),
				N8N_SECURE_COOKIE: 'false',
				N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
				...env,
			},
		});
		process.umask(umask);
		closeSync(log);
		noteProcess(userFolder, child.pid!);
		const n8n = new N8n(`http://${HOST}:${port}`, logFile, userFolder, owner, child);
		await n8n.ready();
		return n8n;
	}

	get pid(): number {
		return this.child.pid!;
	}

	async stop(): Promise<void> {
		await endProcess(this.child);
	}

	/** Signs in as the owner; a new instance gets its owner so. */
	async signIn(): Promise<void> {
		const { userManagement } = await this.request<{
			userManagement: { showSetupOnFirstLoad: boolean };
		}>('GET', '/rest/settings');
		if (userManagement.showSetupOnFirstLoad) {
			await this.request('POST', '/rest/owner/setup', this.owner);
			return;
		}
		const { email, password } = this.owner;
		await this.request('POST', '/rest/login', { emailOrLdapLoginId: email, password }).catch(
			(error: unknown) => {
				if (!(error instanceof UnexpectedStatus && error.status === 401)) throw error;
				throw new UserFacingError(
					`n8n's owner has another password than ${PASSWORD_FILE} in ${this.userFolder}: correct it there, or delete that folder to begin anew.`,
				);
			},
		);
	}

	/** Resolves when n8n has ended. */
	async ended(): Promise<void> {
		if (!this.hasEnded()) await once(this.child, 'exit');
	}

	/** The sentence and the end of n8n's log. */
	async withLog(sentence: string): Promise<string> {
		const lines = (await readFile(this.logFile, 'utf8')).trim().split('\n');
		return `${sentence} The end of its log, ${this.logFile}:\n${lines.slice(-15).join('\n')}`;
	}

	/** Makes the credential, or brings the one of this name up to date. */
	async saveCredential(credential: Credential): Promise<Saved> {
		return this.save('/rest/credentials', credential);
	}

	/** Imports the workflow, or brings the one of this name up to date. n8n finds its credentials by name. */
	async saveWorkflow(workflow: Workflow): Promise<Saved> {
		return this.save('/rest/workflows', workflow);
	}

	/** Runs a saved workflow from the node of this name, and waits for its end. */
	async run(workflowId: string, triggerName: string): Promise<Execution> {
		return this.endOf(await this.begin(workflowId, triggerName));
	}

	/** Starts a saved workflow from the node of this name. Resolves with the execution's id. */
	async begin(workflowId: string, triggerName: string): Promise<string> {
		const { executionId } = await this.request<{ executionId: string }>(
			'POST',
			`/rest/workflows/${workflowId}/run`,
			{ triggerToStartFrom: { name: triggerName } },
		);
		return executionId;
	}

	/** Resolves when the execution has ended. */
	async endOf(executionId: string): Promise<Execution> {
		const deadline = Date.now() + RUN_LIMIT_MS;
		while (Date.now() < deadline) {
			const answer = await this.request<{ status: string; data: string }>(
				'GET',
				`/rest/executions/${executionId}`,
			).catch((error: unknown) => {
				// While a node keeps n8n busy, it lets connections die, or takes its database for lost.
				const isBusy = error instanceof UnexpectedStatus && error.status === 503;
				if (isBusy || error instanceof TypeError) return undefined;
				throw error;
			});
			if (answer && !UNFINISHED.includes(answer.status)) {
				return { status: answer.status, data: parse(answer.data) as IRunExecutionData };
			}
			await wait(POLL_MS);
		}
		throw new UserFacingError(`The workflow has not ended after ${RUN_LIMIT_MS / 1000} s.`);
	}

	/** Asks n8n's own REST interface, the one that the editor uses, and unwraps the answer. */
	async request<T>(method: string, path: string, body?: object): Promise<T> {
		const response = await fetch(`${this.url}${path}`, {
			method,
			headers: {
				'content-type': 'application/json',
				cookie: this.cookie,
				'browser-id': 'n8n-nodes-datadog-cases',
			},
			body: body && JSON.stringify(body),
		});
		const [cookie] = response.headers.getSetCookie();
		if (cookie) this.cookie = cookie.split(';')[0];
		const text = await response.text();
		if (!response.ok) {
			throw new UnexpectedStatus(method, path, response.status, text);
		}
		return (JSON.parse(text) as { data: T }).data;
	}

	private async ready(): Promise<void> {
		const deadline = Date.now() + START_LIMIT_MS;
		while (Date.now() < deadline) {
			if (this.hasEnded()) throw new UserFacingError(await this.withLog('n8n cannot be started.'));
			const answer = await fetch(`${this.url}/healthz/readiness`).catch(() => undefined);
			if (answer?.ok) return;
			await wait(POLL_MS);
		}
		const seconds = START_LIMIT_MS / 1000;
		throw new UserFacingError(await this.withLog(`n8n is not ready after ${seconds} s.`));
	}

	private async save(path: string, thing: { name: string }): Promise<Saved> {
		const known = await this.request<Saved[]>('GET', path);
		const old = known.find(({ name }) => name === thing.name);
		return old
			? this.request('PATCH', `${path}/${old.id}`, thing)
			: this.request('POST', path, thing);
	}

	private hasEnded(): boolean {
		return this.child.exitCode !== null || this.child.signalCode !== null;
	}
}

/** Settings of another n8n of this machine, and keys of Datadog's, have no business here. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	return Object.fromEntries(
		Object.entries(env).filter(([name]) => !/^(N8N|DB|EXECUTIONS|QUEUE|DD)_/.test(name)),
	);
}
