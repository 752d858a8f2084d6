/** npm run test:soak: polls of the trigger, runs of the node, and many items, against what a person expects. */
import { readCommandLine, runCommand } from '../../support/command';
import { UserFacingError } from '../../support/processes';
import { runLoads } from './load';
import { runPolls } from './polls';
import { runRuns } from './runs';

const HELP = `npm run test:soak [-- --polls 1000000] [-- --runs N] [-- --items N] [-- --seed 1]

  --polls N   how many polls of the trigger
  --runs N    how many runs of the node
  --items N   how many items the loads have that are counted
  --seed N    what is generated: the same for the same seed
  --path P    only the story with that path, as a failure names it
  --help      this text`;

const SHOWN_EVERY_MS = 5_000;

/** These are named even when there are none. */
const COUNTED = ['crossing missed', 'paged twice', 'recovered wrongly', 'reminder missed'];

runCommand(main);

/** Resolves with the exit code. */
async function main(): Promise<number> {
	const { values } = readCommandLine('npm run test:soak', {
		options: {
			polls: { type: 'string', default: '1000000' },
			runs: { type: 'string', default: '1000' },
			items: { type: 'string', default: '10000' },
			seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
			path: { type: 'string' },
			help: { type: 'boolean' },
		},
	});
	if (values.help) return (console.log(HELP), 0);
	const polls = wholeNumber('--polls', values.polls);
	const runs = wholeNumber('--runs', values.runs);
	const items = wholeNumber('--items', values.items);
	const seed = wholeNumber('--seed', values.seed);
	let [passed, failed] = [0, 0];

	console.log(`${polls} polls with seed ${seed}`);
	const started = Date.now();
	let shown = started;
	const onProgress = (polled: number, faulty: number) => {
		if (Date.now() - shown < SHOWN_EVERY_MS) return;
		shown = Date.now();
		console.log(`  ${polled} polls, ${faulty} stories with a fault, ${seconds(started)} s`);
	};
	const result = await runPolls({
		polls: values.path ? 1 : polls,
		seed,
		path: values.path,
		onProgress,
	});
	for (const report of result.reports) console.log(`\n${report}`);
	const kinds = [...new Set([...COUNTED, ...result.faults.keys()])];
	console.log(
		`\n${result.polls} polls with ${result.crossings} crossings in ${result.stories} stories, ${seconds(started)} s`,
	);
	console.log(kinds.map((kind) => `${kind} ${result.faults.get(kind) ?? 0}`).join(', '));
	passed += result.stories - result.failed;
	failed += result.failed;

	if (!values.path && runs > 0) {
		const outcome = await runRuns({ runs, seed, onProgress: (text) => console.log(`  ${text}`) });
		console.log(outcome.report);
		passed += outcome.passed;
		failed += outcome.failed;
	}
	if (!values.path && items > 0) {
		for (const { name, faults, ...counts } of await runLoads(items)) {
			console.log(`${name}: ${countsText(counts)}, ${faults.join(', ') || 'no fault'}`);
			if (faults.length === 0) passed++;
			else failed++;
		}
	}
	console.log(`${passed} passed, ${failed} failed`);
	return failed === 0 ? 0 : 1;
}

const countsText = (counts: Record<string, number>) =>
	Object.entries(counts)
		.map(([what, count]) => `${count} ${what}`)
		.join(', ');

const seconds = (started: number) => Math.round((Date.now() - started) / 1000);

function wholeNumber(name: string, text = ''): number {
	if (/^\d{1,9}$/.test(text)) return Number(text);
	throw new UserFacingError(`${name} takes a whole number, not "${text}".`);
}
