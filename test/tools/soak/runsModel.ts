/** What a person expects of a run, whatever it is made of: judged by what the items end with and what was sent. */
import type { INodeExecutionData } from 'n8n-workflow';
import { wrongUrl } from './items';
import { FINAL, totalFor, wordsFor, type Outcome } from './runsDatadog';
import { FOREVER, keyOf, type ItemStory, type RunStory } from './runsStory';
import type { Ended, RunFault, Told } from './runsTelling';

const STOPPED = 'The execution was stopped';

/** Failures that look like an outage. */
const DOWN: Outcome[] = ['refused', 'unavailable', 'hangs', 'notFound'];

export function judgeRun(story: RunStory, told: Told): RunFault[] {
	const ended = new Map(story.organizations.map((_, number) => [number, [] as Ended[]]));
	for (const one of told.ended) ended.get(one.organization)!.push(one);
	return [
		...told.faults,
		...judgeResult(story, told, (item) =>
			reasonsOf(story, told.items, item, ended.get(item.organization)!),
		),
		...judgeTries(story, told),
		...judgeOutageForGood(story, told),
	];
}

type ReasonsOf = (item: ItemStory) => string[];

function judgeResult(story: RunStory, told: Told, reasonsOf: ReasonsOf): RunFault[] {
	if ('thrown' in told.result) return judgeThrown(story, told, told.result.thrown, reasonsOf);
	const faults: RunFault[] = [];
	const outputs = new Map<number, INodeExecutionData[]>();
	for (const output of told.result.items) {
		const { item } = output.pairedItem as { item: number };
		outputs.set(item, [...(outputs.get(item) ?? []), output]);
	}
	for (const [number, item] of told.items.entries()) {
		const own = outputs.get(number) ?? [];
		const name = `item ${number} (${keyOf(item)})`;
		const [first] = own;
		if (!first) faults.push({ kind: 'item lost', text: name });
		else if (first.json.error === undefined) {
			const shown = JSON.stringify(own.map(({ json: { url: _url, ...json } }) => json));
			const place = {
				query: `key:${item.query}`,
				site: 'datadoghq.com',
				field: 'priority',
			} as const;
			const isLinked = own.every(({ json }) => wrongUrl(json, place) === undefined);
			if (!isLinked || shown !== JSON.stringify(answerFor(item))) {
				faults.push({ kind: 'wrong answer', text: `${name} got ${JSON.stringify(own)}` });
			}
		} else {
			const problem =
				own.length > 1
					? 'ended twice'
					: story.onError === 'stopWorkflow'
						? 'refused without a stop'
						: problemOf(story, told, item, first, reasonsOf(item));
			if (problem) faults.push({ kind: problem, text: `${name}: ${JSON.stringify(first.json)}` });
		}
	}
	if ([...outputs.keys()].some((number) => !told.items[number])) {
		faults.push({ kind: 'item made up', text: `${[...outputs.keys()].join(', ')}` });
	}
	return faults;
}

function answerFor({ organization, query, isGrouped }: ItemStory) {
	const total = totalFor(organization, query);
	return isGrouped
		? [
				{ groupBy: 'priority', value: 'P1', count: total },
				{ groupBy: 'priority', value: 'P2', count: total + 1 },
			]
		: [{ count: total }];
}

/** @returns the kind of fault of an item that was refused. */
function problemOf(
	story: RunStory,
	{ endedAt }: Told,
	item: ItemStory,
	output: INodeExecutionData,
	reasons: string[],
): string | undefined {
	const error = Object.getOwnPropertyDescriptor(output, 'error');
	const isMarked = error !== undefined && !error.enumerable && isNodeError(error.value);
	if (isMarked !== (story.onError === 'continueErrorOutput')) return 'wrong error output';
	const wasCancelled = story.cancelAt !== 'never' && endedAt >= story.cancelAt;
	if (output.json.error === STOPPED) return wasCancelled ? undefined : 'stopped wrongly';
	const { httpCode } = output.json.details as { httpCode?: string };
	return reasons.length > 0
		? foreignRefusal(item, output, reasons)
		: `refused wrongly (${httpCode ?? 'no status'})`;
}

/** A query that Datadog refuses for itself ends with Datadog's words for it. */
function foreignRefusal(
	{ organization, query }: ItemStory,
	{ json }: INodeExecutionData,
	reasons: string[],
): string | undefined {
	const { httpCode, description } = json.details as { httpCode?: string; description: string };
	if (!reasons.includes(`status ${httpCode}`)) {
		return reasons.some((reason) => reason.startsWith('status')) && reasons.length === 1
			? "another's refusal"
			: undefined;
	}
	return description.includes(wordsFor(organization, query)) ? undefined : "another's refusal";
}

interface ThrownForItem {
	message: string;
	httpCode?: string | null;
	context?: { itemIndex?: number };
}

function judgeThrown(
	story: RunStory,
	told: Told,
	thrown: unknown,
	reasonsOf: ReasonsOf,
): RunFault[] {
	if (told.faults.some(({ kind }) => kind === 'never ends')) return [];
	const { message, context, httpCode } = thrown as ThrownForItem;
	const text = `${String(thrown)}, item ${context?.itemIndex}`;
	if (story.onError !== 'stopWorkflow') return [{ kind: 'thrown', text }];
	if (!isNodeError(thrown)) return [{ kind: 'wrong error', text }];
	const item = told.items[context?.itemIndex ?? -1];
	if (!item) return [{ kind: 'wrong error', text }];
	if (message === STOPPED) {
		const wasCancelled = story.cancelAt !== 'never' && told.endedAt >= story.cancelAt;
		return wasCancelled ? [] : [{ kind: 'stopped wrongly', text }];
	}
	const kind = `refused wrongly (${httpCode ?? 'no status'})`;
	return reasonsOf(item).length > 0 ? [] : [{ kind, text }];
}

const isNodeError = (error: unknown) =>
	['NodeApiError', 'NodeOperationError'].includes((error as Error | undefined)?.name ?? '');

/** @returns why an item may be refused; without one, the host has to have answered it. */
function reasonsOf(story: RunStory, items: ItemStory[], item: ItemStory, ended: Ended[]): string[] {
	const key = keyOf(item);
	const { maxRetries } = item;
	const maxWaitMs = item.maxWait * 1_000;
	const own = ended.filter((one) => one.key === key && one.outcome !== 'answered');
	const reasons = own.flatMap(({ outcome }) =>
		FINAL[outcome] ? [`status ${FINAL[outcome]}`] : [],
	);
	const retries = own.some(({ outcome }) => outcome === 'notFound')
		? Math.min(1, maxRetries)
		: maxRetries;
	if (own.length > retries) reasons.push('its tries are used up');
	if (ended.some(({ toldMs }) => toldMs > maxWaitMs)) reasons.push('told to wait too long');
	const untold = ended.filter(({ isClosedUntold }) => isClosedUntold);
	// When nobody tells how long, the refused request says it for its organization: as long as its own Max Wait allows.
	const leastMs = items.some(
		({ organization, maxWait }) => organization === item.organization && maxWait > item.maxWait,
	)
		? 1_250 * 2 ** Math.max(0, ...untold.map(({ tries }) => tries - 1))
		: 1_000;
	if (untold.length > 0 && maxWaitMs < leastMs) reasons.push('the wait that nobody told');
	const answeredOrLimited = ended.filter(({ outcome }) => !DOWN.includes(outcome));
	if (
		rowsOf(answeredOrLimited, ['rateLimited']).some(
			({ length }) => length > Math.max(3, maxRetries),
		)
	) {
		reasons.push('the rate limit refuses on');
	}
	if (rowsOf(ended, DOWN).some((failed) => isOutage(story, failed, item)))
		reasons.push('an outage');
	return [...new Set(reasons)];
}

/** @returns the tries in a row, with none between them that ended otherwise. */
function rowsOf(ended: Ended[], outcomes: Outcome[]): Ended[][] {
	const rows: Ended[][] = [[]];
	for (const one of ended) {
		if (outcomes.includes(one.outcome)) rows.at(-1)!.push(one);
		else rows.push([]);
	}
	return rows;
}

/** Several different requests failed, and so did one after another after that. */
function isOutage(story: RunStory, failed: Ended[], item: ItemStory): boolean {
	const keys = failed.map(({ key }) => key);
	const different = new Set(keys).size;
	if (different < 3 && !keys.includes(keyOf(item))) return false;
	const retries = failed.some(({ outcome }) => outcome === 'notFound') ? 1 : item.maxRetries;
	// While n8n still looks up credentials, all that there are may be one.
	const first = story.lookUpMs > 0 ? 1 : Math.min(3, different);
	const probes = failed.length - first;
	// The probes are 1, 2, 4 s apart: whoever does not wait so long ends at the first that is too long.
	const nextMs = 1_250 * 2 ** probes;
	return probes >= Math.min(retries, item.maxRetries) || nextMs > item.maxWait * 1_000;
}

function judgeTries(story: RunStory, { sent, items }: Told): RunFault[] {
	const tries = new Map<string, number>();
	for (const { key } of sent) tries.set(key, (tries.get(key) ?? 0) + 1);
	return [...tries].flatMap(([key, count]) => {
		const most = mostTries(
			story,
			items.filter((item) => keyOf(item) === key),
		);
		return count > most ? [{ kind: 'tried too often', text: `${key}: ${count} of ${most}` }] : [];
	});
}

/** Each Max Wait has its own request; whoever comes when it is refused, and has more retries, asks anew. */
function mostTries(story: RunStory, items: ItemStory[]): number {
	const retriesByWait = new Map<number, Set<number>>();
	for (const { maxWait, maxRetries } of items) {
		retriesByWait.set(maxWait, (retriesByWait.get(maxWait) ?? new Set()).add(maxRetries));
	}
	const perWait = [...retriesByWait.values()].map((retries) =>
		story.lookUpMs > 0
			? [...retries].reduce((sum, one) => sum + 1 + one, 0)
			: 1 + Math.max(...retries),
	);
	return perWait.reduce((sum, one) => sum + one, 0);
}

/** With the defaults, a run against a dead host ends within 30 s, with at most 200 requests. */
function judgeOutageForGood(story: RunStory, { sent, endedAt, items }: Told): RunFault[] {
	const [first] = story.organizations[0].outages;
	const isForGood = story.organizations.every(
		({ limit, outages, poison }) =>
			limit === 'none' &&
			poison.length === 0 &&
			outages[0]?.forMs === FOREVER &&
			outages[0].failure !== 'hangs' &&
			outages[0].fromMs === first.fromMs,
	);
	if (!story.hasDefaults || !isForGood) return [];
	const since = sent.filter(({ at }) => at >= first.fromMs).length;
	const ms = endedAt - first.fromMs - items.length * story.lookUpMs;
	if (since > 200) return [{ kind: 'too many requests in an outage', text: `${since}` }];
	if (ms > 30_000) return [{ kind: 'too long in an outage', text: `${ms} ms` }];
	return [];
}
