/** npm run test:n8n: the package in the real n8n, part by part. */
import { cp, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { after } from 'node:test';
import { installApp } from './n8n/app';
import { PICTURES } from './editor/browser';
import { readCommandLine, runCommand } from '../support/command';
import { endAllProcesses, UserFacingError } from '../support/processes';
import { step } from '../support/progress';
import { installRegistry } from './services/registry';
import { packOnce } from './n8n/stage';
import { DEBIAN_PACKAGES, findTool, type Tool } from '../support/tools';

const PARTS: Record<string, Tool[]> = {
	install: [],
	start: [],
	failures: [],
	hosts: [],
	trigger: [],
	agent: [],
	examples: ['chromium'],
	editor: ['chromium'],
	oauth: ['chromium'],
	queue: ['redis-server', 'initdb', 'postgres'],
};

const HELP = `npm run test:n8n [-- part ...]

Tries the package in the real n8n, against a local Datadog. Without a name, all parts that this
machine has the programs for:

  install    from a registry, as a community package: installed, updated, removed
  start      npm start: its password, its files and ports, your keys (needs Linux)
  failures   On Error, Retry On Fail, a stopped execution, a Datadog that goes away
  hosts      keys and tokens with n8n's HTTP Request node, and after a change of the site
  trigger    an active workflow: a crossing, a restart, a recovery, a poll that fails
  agent      as the tool of an AI Agent
  examples   every workflow of examples/ (needs Chromium)
  editor     in the browser: credential, parameters, items (needs Chromium)
  oauth      connecting with OAuth2, a token that is renewed, one that is revoked (needs Chromium)
  queue      in queue mode with two workers (needs Redis and PostgreSQL)

  --pictures also writes the pictures that the README shows
  --help     this text`;

/** For the report to be written. */
const GRACE_MS = 2_000;
const SHOWN_PICTURES = resolve(__dirname, '../../examples/pictures');

runCommand(main);

async function main(): Promise<void> {
	const { parts, pictures, help } = readOptions();
	if (help) return console.log(HELP);
	await installApp();
	if (parts.includes('install')) await installRegistry();
	await step('Building and packing the package', packOnce);
	after(async () => {
		await endAllProcesses();
		// A test that failed may have left a server open.
		setTimeout(() => process.exit(), GRACE_MS).unref();
	});
	await rm(PICTURES, { recursive: true, force: true });
	if (pictures) after(() => cp(PICTURES, SHOWN_PICTURES, { recursive: true }));
	for (const part of parts) await import(`./parts/${part}`);
	// Now node:test runs what the parts have registered, reports it and sets the exit code.
	await new Promise(() => {});
}

function readOptions() {
	const { values, positionals } = readCommandLine('npm run test:n8n', {
		allowPositionals: true,
		options: { pictures: { type: 'boolean' }, help: { type: 'boolean' } },
	});
	const unknown = positionals.find((name) => !(name in PARTS));
	if (unknown) {
		throw new UserFacingError(
			`There is no part "${unknown}", only ${Object.keys(PARTS).join(', ')}.`,
		);
	}
	return { ...values, parts: possibleParts(positionals) };
}

/** The parts that were asked for; without any, those that this machine can carry. */
function possibleParts(asked: string[]): string[] {
	return (asked.length ? asked : Object.keys(PARTS)).filter((part) => {
		const missing = PARTS[part].filter((tool) => !findTool(tool));
		if (!missing.length) return true;
		const packages = [...new Set(missing.map((tool) => DEBIAN_PACKAGES[tool]))].join(' ');
		const sentence = `The part "${part}" needs what \`apt-get install ${packages}\` brings.`;
		if (asked.length) throw new UserFacingError(sentence);
		console.log(`Left out: ${sentence}`);
		return false;
	});
}
