/** npm run test:fuzz: node and trigger in n8n's engine, with generated answers and parameters, against a model. */
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { clock } from '../../../nodes/DatadogCases/transport/clock';
import { readCommandLine, runCommand } from '../../support/command';
import { UserFacingError } from '../../support/processes';
import { VirtualClock } from '../../support/virtualClock';
import { print } from './output';
import { checkConnection, type Connection, connections } from './connections';
import { checkPolls, type Polls, polls } from './polls';
import { check, type Run, runs } from './run';
import { startServer } from './server';

const HELP = `npm run test:fuzz [-- --runs 10000] [-- --seed 1]

  --runs N   how many runs: of the node with 1 to 4 items, or 1 to 3 polls of the trigger
  --seed N   what is generated: the same for the same seed
  --path P   only the run with that path, as a failure names it
  --help     this text`;

const SHOWN_EVERY = 1_000;

runCommand(() =>
	main().catch((error: unknown) => {
		print(error instanceof UserFacingError ? error.message : inspect(error));
		return 1;
	}),
);

/** Resolves with the exit code. */
async function main(): Promise<number> {
	const { values } = readCommandLine('npm run test:fuzz', {
		options: {
			runs: { type: 'string', default: '10000' },
			seed: { type: 'string', default: '1' },
			path: { type: 'string' },
			help: { type: 'boolean' },
		},
	});
	if (values.help) return (print(HELP), 0);
	const numRuns = wholeNumber('--runs', values.runs);
	const seed = wholeNumber('--seed', values.seed);
	const { path = '' } = values;

	const server = await startServer();
	print(`${numRuns} runs with seed ${seed}`);
	const started = Date.now();
	const counted = { items: 0, polls: 0 };
	const progress = new BigInt64Array(new SharedArrayBuffer(16)).fill(-1n);
	const workerData = { progress: progress.buffer, seed, path };
	new Worker(resolve(__dirname, 'watchdog.mjs'), { workerData }).unref();
	const property = fc.asyncProperty(anything, async (one: One) => {
		const ran = Number(++progress[0]);
		if (ran > 0 && ran % SHOWN_EVERY === 0) print(`  ${ran} runs, ${secondsSince(started)} s`);
		progress[1] = BigInt(Date.now());
		// Each run begins at the same time, as answers hold dates.
		const virtual = new VirtualClock();
		virtual.watch(server);
		server.onHang = () => virtual.endTimeouts();
		Object.assign(clock, { now: virtual.now, wait: virtual.wait, timeout: virtual.timeout });
		if ('polls' in one) {
			counted.polls += one.polls.length;
			return await checkPolls(one, server);
		}
		if ('queries' in one) {
			counted.items += one.queries.length;
			return await checkConnection(one, server);
		}
		counted.items += one.cases.length + one.repeated.length;
		await check(one, server);
	});
	const details = await fc.check(property, { numRuns: path ? 1 : numRuns, seed, path });
	server.close();
	if (!details.failed) {
		print(`${counted.items} items and ${counted.polls} polls in ${secondsSince(started)} s`);
		print(`${details.numRuns} passed, 0 failed`);
		return 0;
	}
	const { message, stack } = details.errorInstance as Error;
	print(`${fc.defaultReportMessage(details)}\n\n${stack?.includes(message) ? stack : message}`);
	print(`\nAgain: npm run test:fuzz -- --seed ${seed} --path ${details.counterexamplePath}`);
	return 1;
}

type One = Run | Polls | Connection;

const anything = fc.oneof<Array<fc.MaybeWeightedArbitrary<One>>>(
	{ weight: 7, arbitrary: runs },
	{ weight: 2, arbitrary: polls },
	{ weight: 1, arbitrary: connections },
);

const secondsSince = (started: number) => Math.round((Date.now() - started) / 1000);

function wholeNumber(name: string, text = ''): number {
	if (/^\d{1,9}$/.test(text)) return Number(text);
	throw new UserFacingError(`${name} takes a whole number, not "${text}".`);
}
