/** The soak finds a trigger that is broken on purpose. */
import type { IDataObject, INodeExecutionData, INodeType, IPollFunctions } from 'n8n-workflow';
import { DatadogCasesTrigger } from '../../../nodes/DatadogCases/DatadogCasesTrigger.node.ts';
import { runPolls } from './polls';
import type { PollStep, Step, Story } from './story';
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

const story = (steps: Step[], event: Story['settings']['event'] = 'thresholdCrossed'): Story => ({
	settings: {
		event,
		condition: 'above',
		threshold: 5,
		hysteresis: 1,
		notifyRecovery: true,
		triggerIfAlreadyCrossed: true,
		minimumChange: 1,
		direction: 'any',
		includeGone: true,
		watches: 'values',
		isCustomField: false,
		consecutivePolls: 1,
		repeatEvery: 'never',
		attachCases: 0,
		limit: 1000,
		query: 'status:open',
		maxRetries: 0,
		longValues: false,
	},
	keeper: 'legacy',
	oddValues: false,
	newNames: false,
	twin: 'none',
	site: 'datadoghq.com',
	fieldless: 0,
	start: [9, 9],
	steps,
});

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
