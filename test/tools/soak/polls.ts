/** npm run test:soak, its polls: stories of the trigger in n8n's real PollContext, judged by the model. */
import fc from 'fast-check';
import type { INodeType } from 'n8n-workflow';
import { DatadogCasesTrigger } from '../../../nodes/DatadogCases/DatadogCasesTrigger.node.ts';
import type { Fault } from './model';
import { LONG_BEGINNING, stories, type Story } from './story';
import { tell } from './tell';
import { Telling } from './telling';

const STORIES_PER_SEED = 100;
const SHRINKS_AT_MOST_MS = 15_000;

export interface PollsOptions {
	polls: number;
	seed: number;
	/** Only the story with that path, as a failure names it. */
	path?: string;
	type?: INodeType;
	/** How long a story is made shorter. */
	shrinksAtMostMs?: number;
	onProgress?: (polls: number, faults: number) => void;
}

export interface PollsResult {
	polls: number;
	/** How many crossings were told. */
	crossings: number;
	stories: number;
	failed: number;
	/** How often each fault was met. */
	faults: Map<string, number>;
	/** A short story for each. */
	reports: string[];
}

/** Tells stories until so many polls were made. The first of each kind of fault is made short. */
export async function runPolls(options: PollsOptions): Promise<PollsResult> {
	const { polls, seed, path = '', onProgress, shrinksAtMostMs = SHRINKS_AT_MOST_MS } = options;
	const type = options.type ?? new DatadogCasesTrigger();
	const result: PollsResult = {
		polls: 0,
		crossings: 0,
		stories: 0,
		failed: 0,
		faults: new Map(),
		reports: [],
	};
	const known = new Set<string>();
	for (let batch = seed; result.polls < polls; batch++) {
		let shrunk: string | undefined;
		let shrunkSince = 0;
		const property = fc.asyncProperty(stories, async (story: Story) => {
			// fast-check's own limit would leave a story half told, and the next would have its clock.
			if (shrunk && Date.now() - shrunkSince > shrinksAtMostMs) return;
			const { faults, polled, crossings } = await new Telling(story, type).run();
			if (!shrunk) {
				result.polls += polled;
				result.crossings += crossings;
				result.stories++;
				result.failed += faults.length > 0 ? 1 : 0;
				for (const { kind } of faults) result.faults.set(kind, (result.faults.get(kind) ?? 0) + 1);
				onProgress?.(result.polls, result.failed);
			}
			const fresh = faults.find(({ kind }) => (shrunk ? kind === shrunk : !known.has(kind)));
			if (!fresh) return;
			if (!shrunk) shrunkSince = Date.now();
			shrunk = fresh.kind;
			throw new Error(fresh.kind);
		});
		const details = await fc.check(property, {
			seed: batch,
			path,
			numRuns: path ? 1 : STORIES_PER_SEED,
			// Where the story has no fault any more, its whole neighbourhood would follow.
			...(path && { interruptAfterTimeLimit: shrinksAtMostMs, markInterruptAsFailure: false }),
		});
		if (shrunk) {
			known.add(shrunk);
			const [story] = details.counterexample ?? [];
			result.reports.push(
				story
					? await report(story, type, shrunk, batch, details.counterexamplePath)
					: // No time was left to make it shorter.
						`${shrunk}\n  Again: npm run test:soak -- --polls 1 --runs 0 --seed ${batch}`,
			);
		}
		if (path) break;
	}
	return result;
}

async function report(
	story: Story,
	type: INodeType,
	kind: string,
	seed: number,
	path: string | null,
) {
	const telling = new Telling(story, type);
	const { faults } = await telling.run();
	const fault = faults.find((one) => one.kind === kind) as Fault;
	return [
		`${kind}: ${fault.text}`,
		tell(story),
		...telling.lines.map((line) => `  ${line}`),
		`  Again: npm run test:soak -- --seed ${seed} --path ${path}`,
	]
		.join('\n')
		.replaceAll(LONG_BEGINNING, 'long…');
}
