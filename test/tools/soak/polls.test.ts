/** The soak finds a trigger that is broken on purpose. */
import type { IDataObject, INodeExecutionData, INodeType, IPollFunctions } from 'n8n-workflow';
import { DatadogCasesTrigger } from '../../../nodes/DatadogCases/DatadogCasesTrigger.node.ts';
import { PLAIN_SETTINGS } from './plainSettings';
import { runPolls } from './polls';
import type { PollStep, Settings, Step, Story } from './story';
import { Telling } from './telling';

type Outputs = INodeExecutionData[][] | null;

/** The trigger with something done to it. */
function broken(breakIt: {
	before?: (context: IPollFunctions) => void;
	after?: (outputs: Outputs) => Outputs;
}): INodeType {
	const trigger = new DatadogCasesTrigger();
	const poll = async function (this: IPollFunctions) {
		breakIt.before?.(this);
		const outputs = await trigger.poll.call(this);
		return breakIt.after ? breakIt.after(outputs) : outputs;
	};
	return { description: trigger.description, poll };
}

/** Changes each item of an event. */
const itemsOf = (event: string, change: (json: IDataObject) => IDataObject[]) =>
	broken({
		after: (outputs) =>
			outputs && [
				outputs[0].flatMap(({ json }) =>
					json.event === event ? change(json).map((one) => ({ json: one })) : [{ json }],
				),
			],
	});

/** The count gets to the one with that code: 0 is no case, 1 the threshold, 2 one more, 9 is one case. */
const poll = (code: number): PollStep => ({
	do: 'poll',
	moves: [code],
	answer: 'whole',
	order: 0,
	late: 0,
	canStart: true,
	search: 'found',
	jitter: 0,
});

const CROSSED_TWICE: Step[] = [poll(2), poll(8), poll(9), poll(2)];

const then = (
	what: 'restart' | 'publish' | 'switchOffAndOn' | 'copy',
	change: Partial<Settings> = {},
): Step => ({ do: what, moves: [], answer: 'whole', search: 'found', change }) as Step;

const story = (steps: Step[], event: Settings['event'] = 'thresholdCrossed'): Story => ({
	settings: { ...PLAIN_SETTINGS, event, hysteresis: 1 },
	keeper: 'legacy',
	oddValues: false,
	newNames: false,
	twin: 'none',
	site: 'datadoghq.com',
	fieldless: 0,
	start: [9, 9],
	steps,
});

/** The same with other settings. */
function storyWith(changes: Partial<Settings>, steps: Step[]): Story {
	const told = story(steps);
	return { ...told, settings: { ...told.settings, ...changes } };
}

/** What the polls of a story told, after the first. */
async function itemsIn(told: Story): Promise<string[]> {
	const telling = new Telling(told, new DatadogCasesTrigger());
	const { faults } = await telling.run();
	expect(faults).toEqual([]);
	return telling.lines
		.filter((line) => line.startsWith('poll'))
		.slice(1)
		.map((line) => line.replace(/^.*?: (?=\D)/, '').replace(/^(nothing|an empty execution)$/, ''));
}

/** The kinds of faults. */
async function faultsIn(told: Story, type: INodeType): Promise<string[]> {
	const { faults } = await new Telling(told, type).run();
	return faults.map(({ kind }) => kind);
}

it('finds nothing where nothing is wrong', async () => {
	const trigger = new DatadogCasesTrigger();

	expect(await faultsIn(story(CROSSED_TWICE), trigger)).toEqual([]);
	expect(await faultsIn(story(CROSSED_TWICE, 'countChanged'), trigger)).toEqual([]);
});

it.each<[string, INodeType, string]>([
	['swallows a crossing', itemsOf('thresholdCrossed', () => []), 'crossing missed'],
	['tells a crossing twice', itemsOf('thresholdCrossed', (json) => [json, json]), 'paged twice'],
	['swallows a recovery', itemsOf('recovered', () => []), 'recovery missed'],
	[
		'tells of a recovery when it crosses',
		itemsOf('thresholdCrossed', (json) => [{ ...json, event: 'recovered' }]),
		'recovered wrongly',
	],
	[
		'counts one too many',
		itemsOf('thresholdCrossed', (json) => [{ ...json, count: Number(json.count) + 1 }]),
		'wrong count',
	],
	[
		'makes up the count before',
		itemsOf('thresholdCrossed', (json) => [{ ...json, previousCount: 3, change: 3 }]),
		'wrong previousCount',
	],
])('finds a trigger that %s', async (_, type, fault) => {
	expect(await faultsIn(story(CROSSED_TWICE), type)).toEqual([fault]);
});

it.each<[string, INodeType, string]>([
	['swallows a reminder', itemsOf('stillCrossed', () => []), 'reminder missed'],
	[
		'takes a crossing for a reminder',
		itemsOf('thresholdCrossed', (json) => [{ ...json, event: 'stillCrossed' }]),
		'reminded wrongly',
	],
	[
		'gives each crossing the same key',
		itemsOf('thresholdCrossed', (json) => [{ ...json, dedupKey: 'same' }]),
		'wrong dedupKey',
	],
	[
		'gives a reminder a key of its own',
		itemsOf('stillCrossed', (json) => [{ ...json, dedupKey: 'own' }]),
		'wrong dedupKey',
	],
	['forgets the link', itemsOf('recovered', ({ url: _url, ...json }) => [json]), 'wrong url'],
])('finds a trigger that %s', async (_, type, fault) => {
	const told = storyWith({ repeatEvery: 1 }, CROSSED_TWICE);

	expect(await faultsIn(told, new DatadogCasesTrigger())).toEqual([]);
	expect(await faultsIn(told, type)).toEqual([fault]);
});

it('finds a trigger that forgets the cases', async () => {
	const type = itemsOf('thresholdCrossed', ({ cases: _cases, ...json }) => [json]);

	expect(await faultsIn(storyWith({ attachCases: 3 }, CROSSED_TWICE), type)).toEqual([
		'wrong cases',
	]);
});

it('finds a trigger that gives two crossings the same key', async () => {
	const steps = [poll(2), poll(9), poll(2)];
	const same = broken({
		after: (outputs) =>
			outputs && [outputs[0].map(({ json }) => ({ json: { ...json, dedupKey: 'same' } }))],
	});

	expect(await faultsIn(story(steps), same)).toEqual(['dedupKey of another crossing']);
});

describe('a story', () => {
	it('crosses and recovers with the poll that makes them enough', async () => {
		const steps = [poll(2), poll(9), poll(2), poll(8), poll(9), poll(2), poll(9), poll(0)];

		expect(await itemsIn(storyWith({ consecutivePolls: 2 }, steps))).toEqual([
			'',
			'',
			'',
			'thresholdCrossed Value-0 7 (before 6)',
			'',
			'',
			'',
			'recovered Value-0 0 (before 1)',
		]);
	});

	it('goes on with its row after a restart and a publishing, not after switching on', async () => {
		const settings = { consecutivePolls: 3, triggerIfAlreadyCrossed: true };
		const crossed = 'thresholdCrossed Value-0 6 (before 6)';

		expect(
			await itemsIn(storyWith(settings, [poll(2), then('restart'), then('publish'), poll(2)])),
		).toEqual(['', '', crossed, '']);
		expect(
			await itemsIn(
				storyWith(settings, [poll(2), poll(2), then('switchOffAndOn'), poll(2), poll(2)]),
			),
		).toEqual(['', '', '', '', crossed]);
	});

	it('recovers at once when its threshold is raised above it', async () => {
		const steps = [poll(2), poll(2), then('publish', { threshold: 6 })];

		expect(await itemsIn(storyWith({ consecutivePolls: 2 }, steps))).toEqual([
			'',
			'thresholdCrossed Value-0 6 (before 6)',
			'recovered Value-0 6 (before 6)',
		]);
	});

	it('reminds every two minutes, over a restart and switching off and on', async () => {
		const steps = [poll(2), poll(8), then('restart'), poll(2), then('switchOffAndOn'), poll(9)];

		expect(await itemsIn(storyWith({ repeatEvery: 2 }, steps))).toEqual([
			'thresholdCrossed Value-0 6 (before 1)',
			'',
			// n8n had not stored the 7.
			'stillCrossed Value-0 7 (before 6)',
			'',
			'stillCrossed Value-0 6 (before 7)',
			'recovered Value-0 1 (before 6)',
		]);
	});

	it.each([
		[
			'atLeast',
			5,
			[3, 1, 2, 3],
			['', 'thresholdCrossed Value-0 5 (before 4)', '', 'recovered Value-0 4 (before 6)'],
		],
		[
			'atMost',
			5,
			[2, 1, 3, 2],
			[
				'recovered Value-0 6 (before 1)',
				'thresholdCrossed Value-0 5 (before 6)',
				'',
				'recovered Value-0 6 (before 4)',
			],
		],
	] as const)(
		'counts the threshold itself with %s',
		async (condition, threshold, codes, expected) => {
			const settings = { condition, threshold, hysteresis: -1 };
			const told = storyWith(settings, codes.map(poll));
			told.start = [9];
			if (condition === 'atMost') told.settings.triggerIfAlreadyCrossed = true;

			expect(await itemsIn(told)).toEqual(expected);
		},
	);

	it.each(['tooSlow', 'hangs', 403, 'ECONNRESET', 'halfJson'] as const)(
		'crosses when its search is answered %s',
		async (search) => {
			const steps: Step[] = [
				{ ...poll(2), search },
				{ ...poll(9), search },
			];

			expect(await itemsIn(storyWith({ attachCases: 3 }, steps))).toEqual([
				'thresholdCrossed Value-0 6 (before 1)',
				'recovered Value-0 1 (before 6)',
			]);
		},
	);

	it.each(['node', 'workflow'] as const)('has keys of its own beside a twin %s', async (twin) => {
		const told = { ...story([poll(2), then('copy'), poll(9), poll(2)]), twin };

		expect(await faultsIn(told, new DatadogCasesTrigger())).toEqual([]);
	});
});

it('finds a trigger that forgets everything', async () => {
	const told = story(CROSSED_TWICE);
	told.settings.triggerIfAlreadyCrossed = false;
	const forgetful = broken({
		before: (context) => {
			const memory = context.getWorkflowStaticData('node');
			for (const key of Object.keys(memory)) delete memory[key];
		},
	});

	expect(await faultsIn(told, forgetful)).toEqual(['crossing missed']);
});

it('finds a trigger that swallows a change', async () => {
	const type = itemsOf('countChanged', () => []);

	expect(await faultsIn(story(CROSSED_TWICE, 'countChanged'), type)).toEqual(['change missed']);
});

it('finds a trigger that hands nothing on, so that n8n stores nothing', async () => {
	const steps: Step[] = [
		poll(2),
		poll(9),
		{ do: 'restart', moves: [2], answer: 'whole', search: 'found' },
	];
	const told = story(steps);
	told.settings.notifyRecovery = false;
	const silent = broken({ after: (outputs) => (outputs?.[0].length ? outputs : null) });

	expect(await faultsIn(told, new DatadogCasesTrigger())).toEqual([]);
	expect(await faultsIn(told, silent)).toEqual(['crossing missed']);
});

it('says how to see a fault again', async () => {
	const type = itemsOf('thresholdCrossed', () => []);
	const { polls, failed, reports } = await runPolls({
		polls: 1,
		seed: 1,
		type,
		shrinksAtMostMs: 500,
	});

	expect(polls).toBeGreaterThan(0);
	expect(failed).toBeGreaterThan(0);
	expect(reports[0]).toMatch(/Again: npm run test:soak -- --seed 1 --path [\d:]+$/);
});
