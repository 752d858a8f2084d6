/** `npm run test:mutation`: changes the published code in small ways, and tells which changes no test notices. */
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runCommand } from '../n8n/command';
import { installOnce } from '../n8n/installOnce';
import { npm } from '../n8n/npm';
import { startProcess } from '../n8n/processes';
import { step } from '../n8n/progress';
import { survivors } from './survivors';

const ROOT = resolve(__dirname, '../..');
/** Everything generated lives here. */
const WORK = join(ROOT, '.local/mutation');
const PROGRAM = join(WORK, 'program');
const REPORT = join(WORK, 'report.json');

/** What Stryker writes, of which this is used. Lines and columns count from 1. */
interface Report {
	files: Record<string, { source: string; mutants: Mutant[] }>;
}

interface Mutant {
	status: string;
	replacement: string;
	location: { start: Position; end: Position };
}

interface Position {
	line: number;
	column: number;
}

runCommand(main);

/** Resolves with the exit code. What stands on the command line goes to Stryker. */
async function main(): Promise<number> {
	const fullDisk = `There is no disk space left in ${WORK}: Stryker takes 70 MB.`;
	await installOnce(__dirname, PROGRAM, () =>
		step('Installing Stryker from the npm registry (about a quarter of a minute)', () =>
			npm(['ci', '--ignore-scripts'], PROGRAM, fullDisk),
		),
	);
	await rm(REPORT, { force: true });
	const stryker = join(PROGRAM, 'node_modules/@stryker-mutator/core/bin/stryker.js');
	const config = join(__dirname, 'stryker.config.mjs');
	const args = [stryker, 'run', config, ...process.argv.slice(2)];
	const child = startProcess(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
	const [code] = (await once(child, 'close')) as [number | null];
	const text = await readFile(REPORT, 'utf8').catch(() => undefined);
	if (text === undefined) return code ?? 1;

	const differences = compare(JSON.parse(text) as Report);
	for (const difference of differences) console.error(`\n${difference}`);
	return differences.length > 0 ? 1 : (code ?? 1);
}

/** @returns what differs between the mutants that survived and those that are known to. */
function compare({ files }: Report): string[] {
	return Object.entries(files).flatMap(([file, { source, mutants }]) => {
		const known = Object.keys(survivors[file] ?? {});
		const survived = mutants
			.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
			.map((mutant) => mutated(source, mutant));
		return [
			...survived
				.filter((lines) => !known.includes(lines))
				.map((lines) => `No test notices in ${file}:\n${lines}`),
			...known
				.filter((lines) => !survived.includes(lines))
				.map((lines) => `Take from survivors.ts what is noticed in ${file}:\n${lines}`),
		];
	});
}

/** The lines that a mutant changes, as they are with it, in one line. */
function mutated(source: string, { replacement, location: { start, end } }: Mutant): string {
	const lines = source.split('\n');
	const before = lines[start.line - 1].slice(0, start.column - 1);
	const after = lines[end.line - 1].slice(end.column - 1);
	return `${before}${replacement}${after}`.replace(/\s+/g, ' ').trim();
}
