/** npm run test:soak, its runs: stories of the node on the virtual clock, judged by what a person expects. */
import fc from 'fast-check';
import { judgeRun } from './runsModel';
import { execute as productsOwn, type Execute } from './runsNode';
import { keyOf, runStories, type ItemStory, type RunStory } from './runsStory';
import { tellRun, type RunFault } from './runsTelling';

const STORIES_PER_SEED = 100;
const SHRINKS_AT_MOST_MS = 20_000;
const PROGRESS_EVERY_MS = 5_000;
const SHOWN_LINES = 60;

export interface RunsOptions {
	runs: number;
	seed: number;
	onProgress?: (text: string) => void;
	/** The node's method, broken or not. */
	execute?: Execute;
	shrinksAtMostMs?: number;
}

export interface RunsResult {
	passed: number;
	failed: number;
	report: string;
}

/** Tells so many stories. The first of each kind of fault is made short. */
export async function runRuns(options: RunsOptions): Promise<RunsResult> {
	const { runs, seed, onProgress, execute = productsOwn } = options;
	const { shrinksAtMostMs = SHRINKS_AT_MOST_MS } = options;
	const reports: string[] = [];
	const faults = new Map<string, number>();
	const known = new Set<string>();
	const started = Date.now();
	let [told, failed, requests, shown] = [0, 0, 0, started];
	for (let batch = seed; told < runs; batch++) {
		let shrunk: string | undefined;
		let shrunkSince = 0;
		const property = fc.asyncProperty(runStories, async (story) => {
			// fast-check's own limit would leave a run half done.
			if (shrunk && Date.now() - shrunkSince > shrinksAtMostMs) return;
			const { found, sent } = await faultsOf(story, execute);
			if (!shrunk) {
				told++;
				requests += sent;
				failed += found.length > 0 ? 1 : 0;
				for (const kind of new Set(found.map((fault) => fault.kind))) {
					faults.set(kind, (faults.get(kind) ?? 0) + 1);
				}
				if (Date.now() - shown > PROGRESS_EVERY_MS) {
					shown = Date.now();
					onProgress?.(`${told} runs, ${requests} requests, ${failed} runs with a fault`);
				}
			}
			const fresh = found.find(({ kind }) => (shrunk ? kind === shrunk : !known.has(kind)));
			if (!fresh) return;
			if (!shrunk) shrunkSince = Date.now();
			shrunk = fresh.kind;
			throw new Error(fresh.kind);
		});
		const details = await fc.check(property, {
			seed: batch,
			numRuns: Math.min(STORIES_PER_SEED, runs - told),
		});
		if (!shrunk) continue;
		known.add(shrunk);
		const [story] = details.counterexample ?? [];
		if (story) reports.push(await reportOf(story, execute, shrunk, batch));
	}
	const seconds = Math.round((Date.now() - started) / 1_000);
	const counted = [...faults].map(([kind, count]) => `${kind} ${count}`).join(', ');
	const summary = `${told} runs with ${requests} requests, ${seconds} s: ${counted || 'no fault'}`;
	return { passed: told - failed, failed, report: [...reports, summary].join('\n\n') };
}

/** The faults of one story, and how many requests it took. */
async function faultsOf(
	story: RunStory,
	execute: Execute,
): Promise<{ found: RunFault[]; sent: number }> {
	const told = await tellRun(story, execute);
	return { found: judgeRun(story, told), sent: told.sent.length };
}

async function reportOf(story: RunStory, execute: Execute, kind: string, seed: number) {
	const told = await tellRun(story, execute);
	const fault = judgeRun(story, told).find((one) => one.kind === kind);
	const { organizations, ...settings } = { ...story, items: story.items.length };
	const lines = told.lines.slice(-SHOWN_LINES);
	return [
		`${kind}: ${fault?.text}`,
		`  ${JSON.stringify(settings)}`,
		...organizations.map((one, number) => `  organization ${number}: ${JSON.stringify(one)}`),
		...told.items.slice(0, SHOWN_LINES).map((one, number) => `  item ${number}: ${textOf(one)}`),
		...lines.map((line) => `    ${line}`),
		`  Again: npm run test:soak -- --polls 0 --runs ${STORIES_PER_SEED} --seed ${seed}`,
	].join('\n');
}

const textOf = (item: ItemStory) =>
	`${keyOf(item)}, retries ${item.maxRetries}, wait ${item.maxWait} s`;
