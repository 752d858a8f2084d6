/** What n8n does around polls: activation, restarts, copies, cut and empty answers. */
import { keysFor } from '../../../support/account';
import type { Fault } from '../../../datadog/faults';
import type { ActiveTrigger, TriggerOptions } from '../../../support/poll';
import { datadog, triggerWith, useVirtualTime } from '../../../support/triggerOnVirtualTime';

useVirtualTime();

const trigger = triggerWith({ groupBy: 'priority', threshold: 5, options: { maxRetries: 0 } });

type Counts = Record<string, number>;

const answer = (counts: Counts): Fault => ({
	body: JSON.stringify({
		data: {
			attributes: {
				groups: [
					{
						group: 'priority',
						group_values: Object.entries(counts).map(([value, count]) => ({ value, count })),
					},
				],
			},
		},
	}),
});
const total = (cases: unknown): Fault => ({
	body: JSON.stringify({ data: { attributes: { total: cases, groups: [] } } }),
});

/** What one poll triggers with: null when the workflow does not run, the message of a refusal. */
async function firing(active: ActiveTrigger, ...answers: Fault[]) {
	datadog.control({ faults: answers });
	try {
		const items = await active.poll();
		return (
			items &&
			items.map((one) => `${one.event} ${one.value} ${one.previousCount ?? 'unknown'}-${one.count}`)
		);
	} catch (error) {
		return (error as Error).message;
	}
}
const off = { triggerIfAlreadyCrossed: false };

describe.each([false, true])('activation (staged: %s)', (isStaged) => {
	const again = (
		old: ActiveTrigger,
		activation: TriggerOptions['activation'],
		parameters: TriggerOptions['parameters'] = {},
	) => trigger(parameters, { staticData: old.stored(), activation, isStaged });

	it.each(['init', 'leadershipChange'] as const)('%s goes on', async (activation) => {
		const old = trigger(off, { isStaged });
		expect(await firing(old, answer({ P1: 7, P2: 1 }))).toBe(null);
		const restarted = again(old, activation);
		expect(await firing(restarted, answer({ P1: 8, P2: 6 }))).toEqual(['thresholdCrossed P2 1-6']);
		expect(await firing(restarted, answer({ P1: 8, P2: 6 }))).toBe(null);
	});

	it('publishing goes on, and triggers for what is already crossed when the option is on', async () => {
		const old = trigger(off, { isStaged });
		expect(await firing(old, answer({ P1: 7, P2: 1 }))).toBe(null);
		const published = again(old, 'update');
		expect(await firing(published, { status: 503 })).toBe(null);
		expect(await firing(published, answer({ P1: 7, P2: 6 }))).toEqual([
			'thresholdCrossed P1 unknown-7',
			'thresholdCrossed P2 1-6',
		]);
		expect(await firing(published, answer({ P1: 7, P2: 6 }))).toBe(null);
	});

	it.each(['activate', 'create'] as const)(
		'%s: a crossing that triggered goes on or recovers, all else starts anew',
		async (activation) => {
			const start = async () => {
				const old = trigger({}, { isStaged });
				await firing(old, answer({ P1: 7, P2: 7, P3: 1 }));
				return old;
			};
			const present = answer({ P1: 8, P2: 1, P3: 6 });
			const on = again(await start(), activation, { notifyRecovery: true });
			expect(await firing(on, { status: 503 })).toBe(null);
			expect(await firing(on, present)).toEqual([
				'recovered P2 7-1',
				'thresholdCrossed P3 unknown-6',
			]);
			const quiet = again(await start(), activation, off);
			expect(await firing(quiet, present)).toBe(null);
			expect(await firing(quiet, answer({ P1: 8, P2: 6, P3: 6 }))).toEqual([
				'thresholdCrossed P2 1-6',
			]);
		},
	);

	it('a changed count starts from the present one when switched on, and goes on at a restart', async () => {
		const changed = { event: 'countChanged' };
		const old = trigger(changed, { isStaged });
		await firing(old, answer({ P1: 4 }));
		expect(await firing(again(old, 'activate', changed), answer({ P1: 9 }))).toBe(null);
		expect(await firing(again(old, 'init', changed), answer({ P1: 9 }))).toEqual([
			'countChanged P1 4-9',
		]);
	});
});

describe('publishing', () => {
	const place = 'Workflow "On call" (test), node "Datadog Cases Trigger"';

	it.each<[string, Fault, string]>([
		['400', { status: 400 }, 'Datadog rejected the request'],
		['401', { status: 401 }, 'Datadog rejected the credential'],
		['403', { status: 403 }, 'Datadog rejected the credential'],
		['404', { status: 404 }, "Datadog's case API wasn't found at this address"],
	])('is refused for what a person has to mend: %s', async (_, fault, message) => {
		for (const activation of ['activate', 'update'] as const) {
			const active = trigger({}, { activation });
			expect(await firing(active, fault)).toBe(message);
			expect(active.warnings).toEqual([]);
		}
	});

	it('is refused when the host refuses the connection', async () => {
		const credential = keysFor('http://127.0.0.1:9');
		const active = trigger({}, { credential });
		expect(await firing(active)).toBe("Datadog's host refused the connection");
	});

	it.each<[string, Fault, string]>([
		['408', { status: 408 }, "Datadog didn't respond in time"],
		['429', { status: 429 }, "Datadog's rate limit was reached"],
		['503', { status: 503 }, "Datadog couldn't process the request"],
	])('goes through with a warning for what passes: %s', async (_, fault, message) => {
		const active = trigger();
		expect(await firing(active, fault)).toBe(null);
		expect(active.warnings).toEqual([`${place}: ${message}`]);
		expect(await firing(active, fault)).toBe(message);
		expect(await firing(active, answer({ P1: 7 }))).toEqual(['thresholdCrossed P1 unknown-7']);
	});

	it('has n8n store a first poll that came after it', async () => {
		const active = trigger(off);
		expect(await firing(active, { status: 503 })).toBe(null);
		expect(await firing(active, answer({ P1: 4 }))).toEqual([]);
	});
});

it('polls of the durable scheduler are never a publishing', async () => {
	const staged = { isStaged: true, isDurable: true };
	const old = trigger(off, staged);
	await firing(old, answer({ P1: 7 }));
	const active = trigger({}, { ...staged, staticData: old.stored() });
	expect(await firing(active, answer({ P1: 7 }))).toBe(null);
	expect(await firing(active, { status: 503 })).toBe("Datadog couldn't process the request");
	expect(active.warnings).toEqual([]);
});

it('a copy of a workflow begins anew with the static data of the first', async () => {
	const first = trigger();
	await firing(first, answer({ P1: 7 }));
	const copy = trigger(
		{ notifyRecovery: true },
		{ staticData: first.stored(), workflowId: 'copy', activation: 'init' },
	);
	expect(await firing(copy, answer({ P1: 1 }))).toBe(null);
	expect(await firing(copy, answer({ P1: 6 }))).toEqual(['thresholdCrossed P1 1-6']);
});

it('two nodes with the same id are both compared when their polls overlap', async () => {
	const [one, other] = [trigger(), trigger({}, { nodeName: 'Another' })];
	await firing(one, answer({ P1: 4 }));
	await firing(other, answer({ P1: 4 }));
	datadog.control({ faults: [{ delayMs: 100, ...answer({ P1: 7 }) }, answer({ P1: 8 })] });
	const slow = one.poll();
	while (datadog.inFlight === 0) await new Promise((resolve) => setImmediate(resolve));
	const outcomes = await Promise.all([slow, other.poll()]);
	expect(outcomes.map((items) => items?.length)).toEqual([1, 1]);
});

describe('a poll of the activation before that is still under way', () => {
	it('leaves the first poll of a new one to be compared', async () => {
		const old = trigger(off);
		await firing(old, answer({ P1: 4 }));
		const active = trigger(off, { staticData: old.stored() });
		datadog.control({ faults: [{ delayMs: 100, ...answer({ P1: 4 }) }, answer({ P1: 4 })] });
		const first = active.poll();
		while (datadog.inFlight === 0) await new Promise((resolve) => setImmediate(resolve));
		await Promise.all([first, old.poll()]);
		expect(await firing(active, answer({ P1: 8 }))).toEqual(['thresholdCrossed P1 4-8']);
	});

	it('leaves polls of a new one that each have their own context to be compared', async () => {
		const staged = { isStaged: true, isDurable: true };
		const old = trigger(off, staged);
		const active = trigger(off, staged);
		datadog.control({ faults: [{ delayMs: 100, ...answer({ P1: 4 }) }] });
		const late = old.poll();
		while (datadog.inFlight === 0) await new Promise((resolve) => setImmediate(resolve));
		await firing(trigger(off), answer({ P1: 4 }));
		datadog.control({ faults: [{ delayMs: 200, ...answer({ P1: 4 }) }] });
		await Promise.all([active.poll(), late]);
		expect(await firing(active, answer({ P1: 8 }))).toEqual(['thresholdCrossed P1 4-8']);
	});
});

it('another text of Query outlasts a restart', async () => {
	const variables = { day: 'monday' };
	const query = { ...off, query: '={{ $vars.day }}' };
	const vars = (more: Partial<TriggerOptions> = {}) => trigger(query, { ...more, variables });
	const active = vars();
	expect(await firing(active, answer({ P1: 1 }))).toBe(null);
	variables.day = 'tuesday';
	expect(await firing(active, answer({ P1: 2 }))).toEqual([]);
	const restarted = vars({ staticData: active.stored(), activation: 'init' });
	expect(await firing(restarted, answer({ P1: 7 }))).toEqual(['thresholdCrossed P1 2-7']);
});

describe('cut answers', () => {
	const services = (last: string) => ({
		...Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`s${i}`, 9])),
		[last]: 7,
	});

	it.each([{}, { event: 'countChanged' }])(
		'do not trigger when the last two of 51 values change places: %j',
		async (event) => {
			const active = trigger({ options: { maxGroups: 50 }, ...event });
			await firing(active, answer(services('a')));
			await firing(active, answer(services('b')));
			for (const last of ['a', 'b', 'a', 'b']) {
				expect(await firing(active, answer(services(last)))).toBe(null);
			}
			expect(active.warnings).toHaveLength(6);
			expect(active.warnings[0]).toBe(
				"Workflow \"On call\" (test), node \"Datadog Cases Trigger\": Datadog's response reached 'Max Groups' (50), so some values may be missing. Raise 'Max Groups', or list the values to watch in 'Only Values'.",
			);
		},
	);
});

describe('an answer without any group', () => {
	it.each<[string, TriggerOptions['parameters'], string]>([
		['a field', { query: 'team:a' }, 'priority'],
		['Only Values', { query: 'team:a', onlyValues: 'P1' }, 'priority'],
	])('counts only when the total is 0: %s', async (_, parameters, field) => {
		const active = trigger({ ...parameters, notifyRecovery: true });
		await firing(active, answer({ P1: 7 }));
		const memory = active.memory();
		expect(await firing(active, answer({}), total(7))).toBe(
			'Datadog returned no groups, although cases match',
		);
		expect(await firing(active, answer({}), { status: 500 })).toBe(
			"Datadog couldn't process the request",
		);
		expect(await firing(active, answer({}), total('0'))).toBe(
			"Datadog's response isn't in the documented format",
		);
		expect(active.memory()).toBe(memory);
		expect(await firing(active, answer({}), total(0))).toEqual(['recovered P1 7-0']);
		expect(datadog.requests.at(-1)).toMatchObject({
			method: 'POST',
			path: '/api/v2/cases/aggregate',
			body: {
				data: {
					type: 'aggregate',
					attributes: { query_filter: 'team:a', group_by: { groups: [field], limit: 1 } },
				},
			},
		});
		const sent = datadog.requests.length;
		expect(await firing(active, answer({}))).toBe(null);
		expect(datadog.requests.length).toBe(sent + 1);
	});

	it.each<[TriggerOptions['parameters'], string]>([
		[{}, 'thresholdCrossed P1 unknown-7'],
		[{ event: 'countChanged' }, 'countChanged P1 2-7'],
	])('is confirmed by the total at first too, or is no first poll: %j', async (event, expected) => {
		const active = trigger(event);
		expect(await firing(active, answer({}), total(7))).toBe(null);
		expect(active.warnings).toEqual([
			'Workflow "On call" (test), node "Datadog Cases Trigger": Datadog returned no groups, although cases match',
		]);
		expect(active.memory()).toBe('{"node:Datadog Cases Trigger":{}}');
		expect(await firing(active, answer({}), total(7))).toBe(
			'Datadog returned no groups, although cases match',
		);
		if ('event' in event) expect(await firing(active, answer({ P1: 2, P2: 3 }))).toEqual([]);
		expect(await firing(active, answer({ P1: 7, P2: 3 }))).toEqual([expected]);
	});

	it('is a first poll when the total is 0, so that the next one has counts before', async () => {
		const active = trigger();
		expect(await firing(active, answer({}), total(0))).toBe(null);
		expect(datadog.requests.map(({ path }) => path)).toEqual([
			'/api/v2/cases/count',
			'/api/v2/cases/aggregate',
		]);
		expect(await firing(active, answer({ P1: 7 }))).toEqual(['thresholdCrossed P1 0-7']);
	});

	it('is confirmed also where the count that was measured from is 0', async () => {
		const active = trigger({
			event: 'countChanged',
			minimumChange: 3,
			direction: 'any',
			includeGone: true,
		});
		await firing(active, answer({}), total(0));
		expect(await firing(active, answer({ P1: 1 }))).toBe(null);
		expect(await firing(active, answer({}), total(1))).toBe(
			'Datadog returned no groups, although cases match',
		);
	});

	it('is confirmed for the total too, unless Datadog tells it', async () => {
		const active = trigger({ groupBy: '', notifyRecovery: true });
		await firing(active, total(7));
		expect(await firing(active, total(8))).toBe(null);
		expect(await firing(active, total(0), total(3))).toBe(
			'Datadog returned no groups, although cases match',
		);
		expect(await firing(active, total(0), total(0))).toEqual(['recovered undefined 8-0']);
	});
});
