import { RunsClock } from '../../tools/soak/runsClock';
import { runNode } from '../../tools/soak/runsNode';
import type { Answer } from '../../tools/soak/runsNode';

const distinct = (count: number) => Array.from({ length: count }, (_, n) => `key:${n}`);
const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const good = {
	statusCode: 200,
	headers: {},
	body: { data: { attributes: { total: 7, groups: [] } } },
};

async function load(queries: string[], answer: (time: RunsClock) => Answer) {
	const time = new RunsClock();
	const run = await runNode(time, queries, answer(time));
	const failed = run.items.filter(({ json, error }) => error ?? json.error).length;
	console.log(
		JSON.stringify({
			...run,
			items: run.items.length,
			failed,
			waits: time.waits,
			most: time.mostPending,
		}),
	);
	return { ...run, failed };
}

const outages: Array<[string, (time: RunsClock) => Answer]> = [
	[
		'a refused connection',
		() => async () => {
			throw refused();
		},
	],
	[
		'503 after 20 ms',
		(time) => async () => {
			await time.wait(20);
			return { statusCode: 503, headers: {}, body: {} };
		},
	],
];

it.each(outages)('ends within the bounds for 10,000 items: %s', async (_name, answer) => {
	const run = await load(distinct(10_000), answer);
	expect(run.items).toHaveLength(10_000);
	expect(run.failed).toBe(10_000);
	expect(run.requests).toBeGreaterThan(3);
	expect(run.requests).toBeLessThanOrEqual(200);
	expect(run.ms).toBeLessThanOrEqual(30_000);
});

it('refuses nobody when the host is back after two seconds', async () => {
	const run = await load(distinct(10_000), (time) => {
		const back = time.now() + 2_000;
		return async (_options, now) => {
			if (now < back) throw refused();
			return good;
		};
	});
	expect(run.failed).toBe(0);
	expect(run.items).toHaveLength(10_000);
});

it('sends one request for 50,000 equal items', async () => {
	const run = await load(
		Array.from({ length: 50_000 }, () => 'one'),
		() => async () => good,
	);
	expect(run.requests).toBe(1);
	expect(run.items).toHaveLength(50_000);
	expect(run.failed).toBe(0);
});
