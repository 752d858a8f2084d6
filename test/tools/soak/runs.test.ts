/** The soak finds a node that is broken on purpose. */
import type { INodeExecutionData } from 'n8n-workflow';
import { Organization } from '../../../nodes/DatadogCases/transport/rateLimiter/organization';
import * as retryPolicy from '../../../nodes/DatadogCases/transport/rateLimiter/retryPolicy';
import { TurnQueue } from '../../../nodes/DatadogCases/transport/rateLimiter/turnQueue';
import { runRuns } from './runs';
import { execute, type Execute } from './runsNode';

afterEach(() => jest.restoreAllMocks());

/** How often each fault was met. */
const soak = async (runs: number, broken: Execute = execute) => {
	const { passed, failed, report } = await runRuns({
		runs,
		seed: 1,
		execute: broken,
		shrinksAtMostMs: 0,
	});
	expect(passed + failed).toBe(runs);
	return report.split('\n').at(-1);
};

/** The node with something done to its items. */
const withItems = (change: (items: INodeExecutionData[]) => INodeExecutionData[]): Execute =>
	async function () {
		const [items] = await execute.call(this);
		return [change(items)];
	};

it('finds nothing where nothing is wrong', async () => {
	expect(await soak(30)).toMatch(/no fault$/);
});

it('finds an item that is lost', async () => {
	expect(
		await soak(
			20,
			withItems((items) => items.slice(1)),
		),
	).toMatch(/item lost/);
});

it('finds an item that ends twice', async () => {
	const twice = withItems((items) => items.flatMap((item) => [item, item]));
	expect(await soak(20, twice)).toMatch(/ended twice/);
});

it("finds an item that is paired with another's input", async () => {
	const turned = withItems((items) =>
		items.map((item, at) => ({ ...item, pairedItem: items[items.length - 1 - at].pairedItem })),
	);
	expect(await soak(20, turned)).toMatch(/wrong answer/);
});

it.each<[string, () => void, RegExp]>([
	[
		'sends before a reset',
		() => jest.spyOn(Organization.prototype, 'nextSendAt', 'get').mockReturnValue(0),
		/sent before the reset/,
	],
	[
		'never tries again',
		() => jest.spyOn(retryPolicy, 'maxRetriesAfter').mockReturnValue(0),
		/refused wrongly/,
	],
	[
		'forgets who waits',
		() => jest.spyOn(TurnQueue.prototype, 'add').mockReturnValue(undefined),
		/never ends/,
	],
	[
		'gives up at the first sign of an outage',
		() => jest.spyOn(Organization.prototype, 'isDownFor').mockReturnValue(true),
		/refused wrongly/,
	],
])('finds a node that %s', async (_name, breakIt, kind) => {
	breakIt();
	expect(await soak(40)).toMatch(kind);
});
