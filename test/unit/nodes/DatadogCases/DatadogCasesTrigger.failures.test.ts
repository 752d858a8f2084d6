import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { keysFor } from '../../../support/account';
import { APPLICATION_KEY_WITHOUT_PERMISSION } from '../../../datadog/accounts';
import type { Fault, FaultPreset } from '../../../datadog/faults';
import type { ActiveTrigger, TriggerOptions } from '../../../support/poll';
import { datadog, time, triggerWith, useVirtualTime } from '../../../support/triggerOnVirtualTime';

useVirtualTime();

const trigger = triggerWith({
	groupBy: 'priority',
	threshold: 5,
	triggerIfAlreadyCrossed: false,
});

type Counts = Array<[value: string, count: number]>;

const answer = (counts: Counts) =>
	JSON.stringify({
		data: {
			attributes: {
				groups: [
					{ group: 'priority', group_values: counts.map(([value, count]) => ({ value, count })) },
				],
			},
		},
	});

/** What one poll fires when Datadog gives these counts; null when the workflow does not start. */
async function firing(active: ActiveTrigger, counts: Counts) {
	const noCases = { body: JSON.stringify({ data: { attributes: { total: 0, groups: [] } } }) };
	datadog.control({ faults: [{ body: answer(counts) }, noCases] });
	const items = await active.poll();
	return items && items.map(({ event, value, count }) => [event, value, count]);
}

interface Refused extends Error {
	description?: string;
	httpCode?: string | null;
	context?: object;
}

async function errorOf(active: ActiveTrigger): Promise<Refused> {
	return await active.poll().then(
		() => {
			throw new Error('The poll was not refused');
		},
		(error: Refused) => error,
	);
}

describe('a poll that fails changes nothing that is remembered, and is refused with the reason', () => {
	it.each<[string, Fault | FaultPreset, string, string | null]>([
		['500', { status: 500 }, "Datadog couldn't process the request", '500'],
		['a proxy page', 'html502', "Datadog couldn't process the request", '502'],
		['429', { status: 429 }, "Datadog's rate limit was reached", '429'],
		[
			'429 with a long wait',
			{ status: 429, headers: { 'X-RateLimit-Reset': '3600' } },
			"Datadog requires a wait of 3600 seconds, which is longer than 'Max Wait'",
			'429',
		],
		['401', { status: 401 }, 'Datadog rejected the credential', '401'],
		['403', 'empty403', 'Datadog or a proxy rejected the request', '403'],
		['cut JSON', 'cutJson', "Datadog's response isn't in the documented format", '200'],
		[
			'no groups',
			{ variants: { nullGroups: true } },
			"Datadog's response isn't in the documented format",
			'200',
		],
		[
			'a count that is not a number',
			{ body: answer([['P1', 7]]).replace('7', '"7"') },
			"Datadog's response isn't in the documented format",
			'200',
		],
		[
			'the groups of another field',
			{ body: answer([['P1', 7]]).replace('priority', 'status') },
			"Datadog's response isn't in the documented format",
			'200',
		],
		['a lost connection', 'closed', 'The connection to Datadog was lost', null],
		[
			'a connection lost within the answer',
			{ cut: true, body: answer([['P1', 7]]) },
			'The connection to Datadog was lost',
			null,
		],
	])('%s', async (_, fault, message, httpCode) => {
		const active = trigger({ options: { maxRetries: 0 } });
		await firing(active, [['P1', 4]]);
		const memory = active.memory();

		datadog.control({ faults: [fault] });
		const error = await errorOf(active);
		expect(error).toBeInstanceOf(httpCode ? NodeApiError : NodeOperationError);
		expect([error.message, error.httpCode ?? null]).toEqual([message, httpCode]);
		expect(JSON.stringify([error.message, error.description, error.context])).not.toMatch(
			/test-api-key|test-application-key|item 0/,
		);

		expect(active.memory()).toBe(memory);
		expect(await firing(active, [['P1', 7]])).toEqual([['thresholdCrossed', 'P1', 7]]);
	});

	it('a first poll that fails is no first poll', async () => {
		const active = trigger({ triggerIfAlreadyCrossed: true, options: { maxRetries: 0 } });
		datadog.control({ faults: [{ status: 500 }] });
		expect(await active.poll()).toBe(null);
		expect(active.memory()).toBe('{}');
		expect(await firing(active, [['P1', 7]])).toEqual([['thresholdCrossed', 'P1', 7]]);
	});

	it('asks again when Datadog is unavailable, as the node does', async () => {
		const active = trigger();
		await firing(active, [['P1', 4]]);
		datadog.control({ faults: [{ status: 503, times: 2 }, { body: answer([['P1', 7]]) }] });
		expect(await active.poll()).toHaveLength(1);
		expect(time.waits).toHaveLength(2);
	});
});

describe('a credential that cannot be used', () => {
	it.each([
		['a wrong key', { appKey: 'wrong-application-key' }, 'Datadog rejected the credential', '401'],
		[
			'no permission',
			{ appKey: APPLICATION_KEY_WITHOUT_PERMISSION },
			"The credential doesn't have the cases_read permission",
			'403',
		],
		['an empty key', { apiKey: '' }, "The credential's 'API Key' is empty", null],
	])('%s', async (_, wrong, message, httpCode) => {
		const credential = { ...keysFor(datadog.url), ...wrong };
		const error = await errorOf(trigger({}, { credential }));
		expect(error).toBeInstanceOf(httpCode ? NodeApiError : NodeOperationError);
		expect([error.message, error.httpCode ?? null]).toEqual([message, httpCode]);
		expect(`${error.message} ${error.description}`).not.toMatch(/test-api-key|-application-key/);
	});

	it('is missing in n8n', async () => {
		const error = await errorOf(trigger({}, { credential: undefined }));
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error.message).toBe("The credential couldn't be used");
		expect(error.description).toBe(`n8n's message: "Credential with ID "1" does not exist".`);
	});
});

describe('a parameter that cannot be used is refused before anything is asked', () => {
	const nothing = '={{ undefined }}';
	it.each<[TriggerOptions['parameters'], string, string]>([
		[
			{ groupBy: 'priority, status' },
			"'Group By' takes at most one field",
			"'Group By' and 'Custom Group By' contain 2 fields. To watch another field, add another trigger.",
		],
		[
			{ groupBy: 'priority', options: { customGroupBy: 'region' } },
			"'Group By' takes at most one field",
			"'Group By' and 'Custom Group By' contain 2 fields. To watch another field, add another trigger.",
		],
		[
			{ groupBy: '', onlyValues: 'P1' },
			"'Only Values' needs a field to group by",
			"Choose a field in 'Group By' or 'Custom Group By', or clear 'Only Values'.",
		],
		[
			{ options: { recovery: 6 } },
			"'Recovery Threshold' must not be above 'Threshold'",
			"A count above 5 would cross the threshold and recover at the same time. To use the threshold itself, leave 'Recovery Threshold' empty.",
		],
		[
			{ condition: 'below', options: { recovery: '4.5' } },
			"'Recovery Threshold' must not be below 'Threshold'",
			"A count below 5 would cross the threshold and recover at the same time. To use the threshold itself, leave 'Recovery Threshold' empty.",
		],
		[
			{ options: { recovery: -1 } },
			"'Recovery Threshold' must be a number, 0 or more, or empty",
			"Check the value or expression in 'Recovery Threshold'. The node received -1.",
		],
		[
			{ options: { recovery: nothing } },
			"'Recovery Threshold' must be a number, 0 or more, or empty",
			"Check the value or expression in 'Recovery Threshold'. The node received nothing.",
		],
		[
			{ threshold: 'many' },
			"'Threshold' must be a number, 0 or more",
			"Check the value or expression in 'Threshold'. The node received text with 4 characters.",
		],
		[
			{ threshold: -1 },
			"'Threshold' must be a number, 0 or more",
			"Check the value or expression in 'Threshold'. The node received -1.",
		],
		[
			{ threshold: '={{ 1 / 0 }}' },
			"'Threshold' must be a number, 0 or more",
			"Check the value or expression in 'Threshold'. The node received Infinity.",
		],
		[
			{ options: { recovery: '={{ 1 / 0 }}' } },
			"'Recovery Threshold' must be a number, 0 or more, or empty",
			"Check the value or expression in 'Recovery Threshold'. The node received Infinity.",
		],
		[
			{ threshold: nothing },
			"'Threshold' must be a number, 0 or more",
			"Check the value or expression in 'Threshold'. The node received nothing.",
		],
		[
			{ condition: nothing },
			"'Condition' must be one of: above, atLeast, atMost, below",
			"Check the value or expression in 'Condition'. The node received nothing.",
		],
		[
			{ notifyRecovery: nothing },
			"'Notify on Recovery' must be true or false",
			"Check the value or expression in 'Notify on Recovery'. The node received nothing.",
		],
		[
			{ triggerIfAlreadyCrossed: nothing },
			"'Trigger If Already Crossed' must be true or false",
			"Check the value or expression in 'Trigger If Already Crossed'. The node received nothing.",
		],
		[
			{ onlyValues: nothing },
			"'Only Values' must be text, or an empty string to leave it out",
			"Check the value or expression in 'Only Values'. The node received nothing.",
		],
		[
			{ query: nothing },
			"'Query' must be text, or an empty string to leave it out",
			"Check the value or expression in 'Query'. The node received nothing.",
		],
		[
			{ options: { maxGroups: 0 } },
			"'Max Groups' must be a whole number, 1 or more",
			"Check the value or expression in 'Max Groups'. The node received 0.",
		],
		[
			{ event: 'changed' },
			"'Event' must be one of the listed options",
			"Check the value or expression in 'Event'. The node received text with 7 characters.",
		],
		[
			{ event: 'countChanged', minimumChange: 0 },
			"'Minimum Change' must be a whole number, 1 or more",
			"Check the value or expression in 'Minimum Change'. The node received 0.",
		],
		[
			{ event: 'countChanged', direction: 'sideways' },
			"'Direction' must be one of: any, down, up",
			"Check the value or expression in 'Direction'. The node received text with 8 characters.",
		],
		[
			{ event: 'countChanged', includeGone: nothing },
			"'Include Gone' must be true or false",
			"Check the value or expression in 'Include Gone'. The node received nothing.",
		],
	])('%j', async (parameters, message, description) => {
		const error = await errorOf(trigger(parameters));
		expect(error).toBeInstanceOf(NodeOperationError);
		expect([error.message, error.description]).toEqual([message, description]);
		expect(datadog.requests).toEqual([]);
	});

	it('an expression that throws', async () => {
		const error = await errorOf(trigger({ query: '={{ $json.nothing }}' }));
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error.message).toBe('The poll failed');
		expect(error.description).toMatch(/^n8n's message: "/);
		expect(datadog.requests).toEqual([]);
	});

	it('an empty recovery, as the editor leaves it, is the threshold', async () => {
		for (const recovery of ['', null]) {
			const active = trigger({ options: { recovery: recovery as never }, notifyRecovery: true });
			await firing(active, [['P1', 4]]);
			await firing(active, [['P1', 6]]);
			expect(await firing(active, [['P1', 5]])).toEqual([['recovered', 'P1', 5]]);
		}
	});
});

describe.each([
	['that share what is remembered', false],
	["that each have a copy of it, as with n8n's staged cursors", true],
])('polls that overlap, %s,', (_, isStaged) => {
	it('fire a crossing once', async () => {
		const active = trigger({}, { isStaged });
		await firing(active, [['P1', 4]]);
		datadog.control({
			faults: [{ delayMs: 100, body: answer([['P1', 7]]) }, { body: answer([['P1', 8]]) }],
		});
		const slow = active.poll();
		while (datadog.inFlight === 0) await new Promise((resolve) => setTimeout(resolve, 1));
		const outcomes = await Promise.all([slow, active.poll()]);
		expect(outcomes.filter(Boolean)).toHaveLength(1);
		expect(await firing(active, [['P1', 7]])).toBe(null);
	});

	it('take in the count of one only, so that an old count ends no crossing', async () => {
		const active = trigger({ notifyRecovery: true }, { isStaged });
		await firing(active, [['P1', 4]]);
		datadog.control({
			faults: [{ delayMs: 100, body: answer([['P1', 4]]) }, { body: answer([['P1', 8]]) }],
		});
		const old = active.poll();
		while (datadog.inFlight === 0) await new Promise((resolve) => setTimeout(resolve, 1));
		const isQuick = (await active.poll()) !== null;
		expect(await old).toBe(null);
		expect(await firing(active, [['P1', 8]])).toEqual(
			isQuick ? null : [['thresholdCrossed', 'P1', 8]],
		);
	});

	it.each([
		['answer', { delayMs: 100, body: answer([]) }, 1],
		['total', { body: answer([]) }, 2],
	])('drop an old empty one that comes late, by its %s', async (_, first, requests) => {
		const active = trigger({}, { isStaged });
		await firing(active, [['P1', 4]]);
		const before = datadog.requests.length;
		const total = { delayMs: 100, body: '{"data":{"attributes":{"total":3,"groups":[]}}}' };
		datadog.control({
			faults: [
				first,
				...(requests === 2 ? [total] : []),
				{ body: answer([['P1', 8]]) },
				{ body: answer([['P1', 8]]) },
			],
		});
		const old = active.poll();
		while (datadog.requests.length < before + requests) {
			await new Promise((resolve) => setTimeout(resolve, 1));
		}
		expect(await active.poll()).toMatchObject([
			{ event: 'thresholdCrossed', value: 'P1', count: 8 },
		]);
		expect(await old).toBe(null);
	});

	it('take in a poll when the one before it failed meanwhile', async () => {
		const active = trigger({ options: { maxRetries: 0 } }, { isStaged });
		await firing(active, [['P1', 4]]);
		datadog.control({ faults: [{ status: 500 }, { body: answer([['P1', 7]]) }] });
		const outcomes = await Promise.allSettled([active.poll(), active.poll()]);
		expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		expect(await firing(active, [['P1', 7]])).toBe(null);
	});
});

it('polls of two workflows that overlap are both taken in', async () => {
	const [one, other] = [trigger(), trigger({}, { workflowId: 'other' })];
	await firing(one, [['P1', 4]]);
	await firing(other, [['P1', 4]]);
	datadog.control({
		faults: [{ delayMs: 100, body: answer([['P1', 7]]) }, { body: answer([['P1', 8]]) }],
	});
	const slow = one.poll();
	while (datadog.inFlight === 0) await new Promise((resolve) => setTimeout(resolve, 1));
	const outcomes = await Promise.all([slow, other.poll()]);
	expect(outcomes.map((items) => items?.length)).toEqual([1, 1]);
});

describe('a manual run in the editor', () => {
	it('shows the present counts as samples and leaves what is remembered alone', async () => {
		const active = trigger();
		await firing(active, [['P1', 4]]);
		const memory = active.memory();
		datadog.control({
			faults: [
				{
					body: answer([
						['P1', 7],
						['P2', 1],
					]),
				},
			],
		});
		const sample = {
			event: 'thresholdCrossed',
			groupBy: 'priority',
			change: 0,
			threshold: 5,
			query: '',
			since: '2026-11-22T12:00:00.000Z',
			dedupKey: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
			sample: true,
		};
		expect(await active.poll('manual')).toEqual([
			{ ...sample, value: 'P1', count: 7, previousCount: 7 },
			{ ...sample, value: 'P2', count: 1, previousCount: 1 },
		]);
		expect(active.memory()).toBe(memory);
		expect(await firing(active, [['P1', 7]])).toEqual([['thresholdCrossed', 'P1', 7]]);
	});

	it('shows the total for a changed count, without threshold and time', async () => {
		datadog.control({ variants: { total: true } });
		const sample = await trigger({ event: 'countChanged', groupBy: '' }).poll('manual');
		expect(sample).toEqual([
			{
				event: 'countChanged',
				count: 1117,
				previousCount: 1117,
				change: 0,
				query: '',
				sample: true,
			},
		]);
	});

	it('shows nothing when there is no case', async () => {
		datadog.control({ faults: [{ body: answer([]) }] });
		expect(await trigger().poll('manual')).toBe(null);
	});
});

describe('the time that n8n gives a poll', () => {
	const wait = (seconds: number): Fault => ({
		status: 429,
		times: Infinity,
		headers: { 'X-RateLimit-Reset': String(seconds) },
	});

	it.each([30, 40])('is not outlasted by a wait of %d seconds', async (seconds) => {
		datadog.control({ faults: [wait(seconds)] });
		const error = await errorOf(trigger({}, { budgetMs: 30_000, activation: 'update' }));
		expect(error).toBeInstanceOf(NodeApiError);
		expect([error.message, error.httpCode]).toEqual(["Datadog's rate limit was reached", '429']);
		expect(datadog.requests).toHaveLength(1);
		expect(time.waits).toEqual([]);
	});

	it('leaves room for a wait that ends before it', async () => {
		datadog.control({ faults: [{ ...wait(29), times: 1 }] });
		expect(await trigger({}, { budgetMs: 30_000 }).poll()).toBe(null);
		expect(time.waits).toEqual([29_000]);
	});

	it('is five minutes where n8n does not say', async () => {
		datadog.control({ faults: [wait(50)] });
		const active = trigger({ options: { maxRetries: 20 } }, { budgetMs: 'unknown' });
		expect(await active.poll()).toBe(null);
		expect(active.warnings).toEqual([
			`Workflow "On call" (test), node "Datadog Cases Trigger": Datadog's rate limit was reached`,
		]);
		expect(time.waits).toEqual([50_000, 50_000, 50_000, 50_000, 50_000]);
	});

	it('is not outlasted by a wait before an empty answer is confirmed', async () => {
		const active = trigger({}, { budgetMs: 30_000 });
		datadog.control({ faults: [{ body: answer([['P1', 4]]) }] });
		await active.poll();
		const memory = active.memory();
		const headers = {
			'X-RateLimit-Remaining': '0',
			'X-RateLimit-Reset': '50',
			'X-RateLimit-Name': 'cases_count',
		};
		datadog.control({ faults: [{ body: answer([]), headers }] });
		const error = await errorOf(active);
		expect([error.message, error.description, error.httpCode]).toEqual([
			"Datadog's rate limit was reached",
			"The next request is allowed in 50 seconds, but the poll ends before that. The name of the rate limit is \"cases_count\". Send fewer requests, or raise 'Max Retries' and 'Max Wait' in the node's options. You can also ask Datadog to raise the limit.",
			'429',
		]);
		expect(datadog.requests.map(({ path }) => path)).toEqual([
			'/api/v2/cases/count',
			'/api/v2/cases/count',
		]);
		expect(time.waits).toEqual([]);
		expect(active.memory()).toBe(memory);
	});

	it('leaves room for a shorter wait before an empty answer is confirmed', async () => {
		const active = trigger({}, { budgetMs: 30_000 });
		datadog.control({ faults: [{ body: answer([['P1', 4]]) }] });
		await active.poll();
		const headers = { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '29' };
		const none = '{"data":{"attributes":{"groups":[],"total":0}}}';
		datadog.control({ faults: [{ body: answer([]), headers }, { body: none }] });
		expect(await active.poll()).toBe(null);
		expect(time.waits).toEqual([29_000]);
	});

	it('cuts the timeout of a request', async () => {
		datadog.control({ faults: [{ delayMs: 60_000 }] });
		const error = await errorOf(trigger({}, { budgetMs: 400, activation: 'update' }));
		expect(error.message).toBe("Datadog didn't respond in time");
		expect(error.description).toMatch(/"timeout of 400ms exceeded"/);
		expect(datadog.requests).toHaveLength(1);
	});
});

describe('an answer with as many values as Max Groups', () => {
	it('never makes a value look gone', async () => {
		const active = trigger({ options: { maxGroups: 2 }, notifyRecovery: true });
		await firing(active, [['P1', 4]]);
		expect(await firing(active, [['P1', 7]])).toEqual([['thresholdCrossed', 'P1', 7]]);
		const others: Counts = [
			['P2', 5],
			['P3', 4],
		];
		// The answer is cut for the first time, which a restart must not forget.
		expect(await firing(active, others)).toEqual([]);
		expect(await firing(active, [['P1', 8]])).toEqual([]);
		expect(await firing(active, [...others.slice(1), ['P1', 5]])).toEqual([['recovered', 'P1', 5]]);
	});

	it('fires for a value that it left out before, without a previous count', async () => {
		const active = trigger({ options: { maxGroups: 1 } });
		await firing(active, [['P1', 4]]);
		datadog.control({ faults: [{ body: answer([['P2', 6]]) }] });
		expect(await active.poll()).toEqual([
			{
				event: 'thresholdCrossed',
				groupBy: 'priority',
				value: 'P2',
				count: 6,
				threshold: 5,
				query: '',
				since: '2026-11-22T12:00:00.000Z',
				dedupKey: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
			},
		]);
	});

	it.each<[string, TriggerOptions['parameters']]>([
		['below', { condition: 'below' }],
		['changed', { event: 'countChanged' }],
	])('only remembers such a value otherwise, and n8n stores it: %s', async (_, parameters) => {
		const active = trigger({ options: { maxGroups: 1 }, ...parameters });
		await firing(active, [['P1', 9]]);
		expect(await firing(active, [['P2', 8]])).toEqual([]);
		const restarted = trigger(
			{ options: { maxGroups: 1 }, ...parameters },
			{ staticData: active.stored(), activation: 'init' },
		);
		expect(await firing(restarted, [['P2', 3]])).toHaveLength(1);
	});

	it('is refused when it does not tell one of Only Values', async () => {
		const active = trigger({ options: { maxGroups: 2 }, onlyValues: 'P1,P2' });
		const counts: Counts = [
			['P1', 7],
			['P3', 4],
		];
		datadog.control({ faults: [{ body: answer(counts) }] });
		const error = await errorOf(active);
		expect(error).toBeInstanceOf(NodeOperationError);
		expect([error.message, error.description]).toEqual([
			"'Max Groups' is too low to check every value in 'Only Values'",
			"Datadog returned as many groups as 'Max Groups' (2) allows, so a missing value may still have cases. Raise 'Max Groups'.",
		]);
	});

	it('keeps what is remembered at 1,000 values that did not trigger, whatever Datadog returns', async () => {
		const active = trigger({ options: { maxGroups: 600 }, threshold: 1e9 });
		datadog.control({ faults: [{ variants: { huge: 100_000 } }] });
		await active.poll();
		for (let poll = 0; poll < 4; poll++) {
			const counts = Array.from({ length: 700 }, (_, i): [string, number] => [
				`v${poll}-${i}`,
				999 - i,
			]);
			await firing(active, counts);
			expect(valuesIn(active)).toHaveLength(1_000);
		}
	});

	it('remembers all of Only Values, also when these are more', async () => {
		const active = trigger({
			condition: 'below',
			options: { maxGroups: 2 },
			onlyValues: 'P1,P2,P3',
			triggerIfAlreadyCrossed: true,
			notifyRecovery: true,
		});
		expect(await firing(active, [['P1', 9]])).toEqual([
			['thresholdCrossed', 'P2', 0],
			['thresholdCrossed', 'P3', 0],
		]);
		expect(await firing(active, [['P3', 6]])).toEqual([
			['recovered', 'P3', 6],
			['thresholdCrossed', 'P1', 0],
		]);
	});

	it('watches every value, once each, when Datadog returns more than it was asked for', async () => {
		const active = trigger({ options: { maxGroups: 1 }, triggerIfAlreadyCrossed: true });
		const counts: Counts = [
			['P1', 9],
			['P2', 8],
			['P1', 9],
		];
		expect(await firing(active, counts)).toEqual([
			['thresholdCrossed', 'P1', 9],
			['thresholdCrossed', 'P2', 8],
		]);
		expect(await firing(active, counts)).toBe(null);
	});
});

it('refuses an answer with two counts for one value, and changes nothing that is remembered', async () => {
	const active = trigger();
	await firing(active, [['P1', 4]]);
	const before = active.memory();
	await expect(
		firing(active, [
			['P1', 4],
			['P1', 9],
		]),
	).rejects.toMatchObject({
		message: "Datadog's response isn't in the documented format",
		description: expect.stringMatching(
			/^Missing or invalid: data\.attributes\.groups \(different counts for one value\)\. /,
		) as string,
	});
	expect(active.memory()).toBe(before);
});

const valuesIn = (active: ActiveTrigger) =>
	(JSON.parse(active.memory()) as Record<string, { values: object[] }>)[
		'node:Datadog Cases Trigger'
	].values;

it.each([
	'__proto__',
	'constructor',
	'hasOwnProperty',
	'',
	' ',
	'💳',
	'\ud800',
	'\u0000',
	'x'.repeat(10_000),
	'={{ 1 }}',
])('a value may be any text: %j', async (value) => {
	const active = trigger({ notifyRecovery: true });
	expect(await firing(active, [[value, 4]])).toBe(null);
	expect(
		await firing(active, [
			[value, 7],
			['P1', 1],
		]),
	).toEqual([['thresholdCrossed', value, 7]]);
	const restarted = trigger(
		{ notifyRecovery: true },
		{ staticData: active.stored(), activation: 'init' },
	);
	expect(await firing(restarted, [[value, 7]])).toBe(null);
	expect(await firing(restarted, [])).toEqual([['recovered', value, 0]]);
});

describe("n8n's staged cursors", () => {
	it('fire each crossing once, across restarts and failed polls', async () => {
		let active = trigger({}, { isStaged: true });
		expect(await firing(active, [['P1', 4]])).toBe(null);
		expect(await firing(active, [['P1', 7]])).toEqual([['thresholdCrossed', 'P1', 7]]);
		expect(active.memory()).toContain('"staged":{"threshold":5');
		active = trigger(
			{ options: { maxRetries: 0 } },
			{ isStaged: true, staticData: active.stored(), activation: 'init' },
		);
		expect(await firing(active, [['P1', 8]])).toBe(null);
		datadog.control({ faults: [{ status: 500 }] });
		const memory = active.memory();
		await errorOf(active);
		expect(active.memory()).toBe(memory);
		expect(await firing(active, [['P1', 5]])).toEqual([]);
		expect(await firing(active, [['P1', 6]])).toEqual([['thresholdCrossed', 'P1', 6]]);
	});
});
