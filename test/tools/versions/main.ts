/** `npm run test:versions`: what needs n8n is tested with the packages of old and new n8n. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { runCommand } from '../../support/command';
import { CommandFailure, run, UserFacingError } from '../../support/processes';
import { step } from '../../support/progress';
import { installVersion, WORK } from './install';
import { type Version, versions } from './versions';

const ROOT = resolve(__dirname, '../../..');
const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');
const TESTS = ['datadog/agreement', 'unit/**/*'];

interface Tested {
	passed: number;
	/** Failed, and not among the known ones. */
	failed: string[];
	known: number;
	seconds: number;
}

/** What jest writes, of which this is used. */
interface JestResult {
	testResults: Array<{
		name: string;
		message: string;
		assertionResults: Array<{ status: string; fullName: string; failureMessages: string[] }>;
		status: string;
	}>;
}

runCommand(main);

/** Resolves with the exit code. */
async function main(): Promise<number> {
	const chosen = choose(process.argv.slice(2));
	const modules = new Map<string, string>();
	for (const version of chosen) modules.set(version.n8n, await installVersion(version));

	const table: Record<string, object> = {};
	let code = 0;
	for (const version of chosen) {
		const { passed, failed, known, seconds } = await step(
			`Testing with n8n ${version.n8n} (about a minute)`,
			() => test(version, modules.get(version.n8n)!),
		);
		for (const text of failed) console.error(`\n${text}`);
		if (failed.length) code = 1;
		table[`n8n ${version.n8n}`] = { passed, failed: failed.length, known, seconds };
	}
	for (const { n8n, known } of chosen) {
		for (const { tests, reason } of known) console.log(`Known in n8n ${n8n}: ${tests}: ${reason}`);
	}
	console.table(table);
	return code;
}

/** All versions, or those that are named. */
function choose(names: string[]): Version[] {
	const unknown = names.filter((name) => !versions.some(({ n8n }) => n8n === name));
	if (unknown.length) {
		throw new UserFacingError(
			`There is no version ${unknown.join(', ')} here, but ${versions.map(({ n8n }) => n8n).join(', ')}.`,
		);
	}
	return names.length ? versions.filter(({ n8n }) => names.includes(n8n)) : versions;
}

async function test(version: Version, modules: string): Promise<Tested> {
	const base = createRequire(__filename)('../../jest.config.cjs') as object;
	const config = {
		...base,
		rootDir: ROOT,
		collectCoverage: false,
		coverageThreshold: undefined,
		testMatch: TESTS.map((name) => `<rootDir>/test/${name}.test.ts`),
		moduleNameMapper: { '^(n8n-(?:core|workflow))(/.*)?$': `${modules}/$1$2` },
		setupFilesAfterEnv: [join(__dirname, 'loaded.ts')],
		globals: {
			wantedN8n: {
				modules,
				versions: { 'n8n-core': version.core, 'n8n-workflow': version.workflow },
			},
		},
	};
	await mkdir(WORK, { recursive: true });
	const configFile = join(WORK, `${version.n8n}.config.json`);
	const resultFile = join(WORK, `${version.n8n}.result.json`);
	await rm(resultFile, { force: true });
	await writeFile(configFile, JSON.stringify(config));
	const started = Date.now();
	// Some versions of n8n-core keep a timer, which jest would wait for.
	const args = ['--config', configFile, '--json', '--outputFile', resultFile, '--forceExit'];
	const failure = await run(process.execPath, [JEST, ...args], { cwd: ROOT }).then(
		() => undefined,
		(error: unknown) => error,
	);
	if (failure && !(failure instanceof CommandFailure)) throw failure;
	const text = await readFile(resultFile, 'utf8').catch(() => {
		throw failure ?? new Error('jest wrote no result');
	});
	return {
		...count(JSON.parse(text) as JestResult, version.known),
		seconds: Math.round((Date.now() - started) / 1000),
	};
}

function count({ testResults }: JestResult, known: Version['known']): Omit<Tested, 'seconds'> {
	const all = testResults.flatMap(({ assertionResults }) => assertionResults);
	const isKnown = (name: string) => known.some(({ tests }) => tests.test(name));
	// A file that cannot be loaded, or whose afterAll throws, may have no test that failed.
	const broken = testResults.filter(
		({ status, assertionResults }) =>
			status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
	);
	const passed = all.filter(({ status }) => status === 'passed');
	const failed = all.filter(({ status }) => status !== 'passed');
	const unused = known.filter(({ tests }) => !failed.some(({ fullName }) => tests.test(fullName)));
	return {
		passed: passed.length,
		known: failed.filter(({ fullName }) => isKnown(fullName)).length,
		failed: [
			...broken.map(({ name, message }) => `${name}\n${message}`),
			...failed
				.filter(({ fullName }) => !isKnown(fullName))
				.map(({ fullName, failureMessages }) => `${fullName}\n${failureMessages.join('\n')}`),
			...passed
				.filter(({ fullName }) => isKnown(fullName))
				.map(({ fullName }) => `${fullName}\nis known to fail, but passes: correct versions.ts`),
			...unused.map(({ tests }) => `${tests}\nis known to fail, but there is no such test`),
			...(all.length ? [] : ['There was no test at all']),
		],
	};
}
