/** npm run scan: what n8n's verification, and publint, would report about the sources and about the tarball. */
import assert from 'node:assert/strict';
import { appendFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { before, describe, type TestContext, test } from 'node:test';
import { runCommand } from '../../support/command';
import { step } from '../../support/progress';
import { packPackage, unpackPackage } from '../../support/packed';
import {
	installScanner,
	publintTarball,
	scanSources,
	scanTarball,
	type Verdict,
	WORK,
} from './scanner';

const ROOT = resolve(__dirname, '../../..');
const PACKAGE = join(WORK, 'package');
const PLANTED = join(WORK, 'planted');

runCommand(main);

async function main(): Promise<void> {
	await installScanner();
	const tarball = await step('Building and packing the package', () => packPackage(WORK));
	await unpackPackage(tarball, PACKAGE);
	registerTests();
	// Now node:test runs them, reports them and sets the exit code.
	await new Promise(() => {});
}

function registerTests(): void {
	test("n8n's scanner has nothing against the sources", async (t) => {
		expectNoRefusal(t, await scanSources(ROOT));
	});

	test("n8n's scanner has nothing against the tarball", async (t) => {
		expectNoRefusal(t, await scanTarball(PACKAGE));
	});

	test('publint has nothing to say about the tarball', async () => {
		assert.deepEqual(await publintTarball(PACKAGE), []);
	});

	describe('What is planted is found', () => {
		before(async () => {
			await rm(PLANTED, { recursive: true, force: true });
		});

		test('in the sources', async () => {
			const folder = join(PLANTED, 'sources');
			for (const name of ['package.json', 'credentials', 'nodes']) {
				await cp(join(ROOT, name), join(folder, name), { recursive: true });
			}
			await plant(folder, 'nodes/DatadogCases/transport/clock.ts');
			assert.deepEqual(rulesOf(await scanSources(folder)), PLANTED_RULES);
		});

		test('in the tarball', async () => {
			const folder = join(PLANTED, 'tarball');
			await cp(PACKAGE, folder, { recursive: true });
			await plant(folder, 'dist/nodes/DatadogCases/transport/clock.js');
			assert.deepEqual(rulesOf(await scanTarball(folder)), PLANTED_RULES);
		});

		test('by publint', async () => {
			const folder = join(PLANTED, 'publint');
			await cp(PACKAGE, folder, { recursive: true });
			await changeManifest(folder, { main: 'dist/missing.js' });
			assert.match((await publintTarball(folder)).join('\n'), /dist\/missing\.js/);
		});
	});
}

const PLANTED_RULES = [
	'@n8n/community-nodes/no-restricted-globals',
	'@n8n/community-nodes/no-runtime-dependencies',
	'no-console',
];

/** What n8n forbids: a timer, the console and a dependency; and a comment that has no effect on its scanner. */
async function plant(folder: string, file: string): Promise<void> {
	await appendFile(
		join(folder, file),
		"\n/* eslint-disable */\nsetTimeout(() => console.log('planted'), 1);\n",
	);
	await changeManifest(folder, { dependencies: { planted: '1.0.0' } });
}

async function changeManifest(folder: string, change: object): Promise<void> {
	const file = join(folder, 'package.json');
	const manifest = JSON.parse(await readFile(file, 'utf8')) as object;
	await writeFile(file, JSON.stringify({ ...manifest, ...change }, null, '\t'));
}

/** The names that end the lines of ESLint's report. */
function rulesOf({ refusal }: Verdict): string[] {
	const names = [...refusal.matchAll(/ error .* {2}(\S+)$/gm)].map(([, name]) => name);
	return [...new Set(names)].sort();
}

function expectNoRefusal(t: TestContext, { refusal, warnings }: Verdict): void {
	assert.ok(!refusal, refusal);
	if (warnings) t.diagnostic(`It warns: ${warnings.trim()}`);
}
