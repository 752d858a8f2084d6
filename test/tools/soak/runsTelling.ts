/** Runs the node on one story, and watches what it sends and when. */
import type { IDataObject, IHttpRequestOptions, INodeExecutionData } from 'n8n-workflow';
import { RunsClock, Stuck } from './runsClock';
import { FINAL, SimulatedOrganization, type Outcome } from './runsDatadog';
import { contextFor, credentialWith, parametersWith, type Execute } from './runsNode';
import { concurrencyOf, itemIn, keyOf, type ItemStory, type RunStory } from './runsStory';

export interface RunFault {
	kind: string;
	text: string;
}

/** One try that has ended. */
export interface Ended {
	organization: number;
	key: string;
	outcome: Outcome;
	isClosedUntold: boolean;
	/** The how-manieth try of the request it was. */
	tries: number;
	/** How long nothing may be sent from then on. */
	toldMs: number;
}

/** What became of a run. */
export interface Told {
	items: ItemStory[];
	/** In the order in which they ended. */
	ended: Ended[];
	sent: Array<{ at: number; key: string }>;
	result: { items: INodeExecutionData[] } | { thrown: unknown };
	endedAt: number;
	faults: RunFault[];
	/** What happened, line by line. */
	lines: string[];
}

interface Watched {
	simulated: SimulatedOrganization;
	/** Nothing is limited, down or poisoned there. */
	isUndisturbed: boolean;
	closedUntil: number;
	sent: number;
	isAnswered: boolean;
}

export async function tellRun(story: RunStory, execute: Execute): Promise<Told> {
	const { random } = Math;
	Math.random = seeded(story.random);
	try {
		return await new RunTelling(story, execute).run();
	} finally {
		Math.random = random;
	}
}

class RunTelling {
	private readonly time = new RunsClock();

	private readonly items: ItemStory[];

	private readonly organizations: Watched[];

	private readonly cancel = new AbortController();

	private readonly isExpression: boolean;

	private readonly told: Told;

	private inFlight = 0;

	private lookUps = 0;

	private isOver = false;

	private readonly lookedUp = new Set<number>();

	private readonly inFlightByKey = new Map<string, number>();

	private readonly answered = new Map<string, number>();

	constructor(
		private readonly story: RunStory,
		private readonly execute: Execute,
	) {
		this.items = story.items.map((_, item) => itemIn(story, item));
		this.isExpression = story.isExpression || story.organizations.length > 1;
		this.organizations = story.organizations.map((one, number) => ({
			simulated: new SimulatedOrganization(number, one, this.time),
			isUndisturbed: one.limit === 'none' && one.outages.length + one.poison.length === 0,
			closedUntil: 0,
			sent: 0,
			isAnswered: false,
		}));
		this.told = {
			items: this.items,
			ended: [],
			sent: [],
			result: { items: [] },
			endedAt: 0,
			faults: [],
			lines: [],
		};
	}

	async run(): Promise<Told> {
		const { time, told, story } = this;
		time.onQuiet = () => this.watchQuiet();
		time.onEnd = () => this.watchEnd();
		if (story.cancelAt === 0) this.cancelRun();
		else if (story.cancelAt !== 'never') {
			void time.later(story.cancelAt).then(() => this.isOver || this.cancelRun());
		}
		const context = contextFor({
			items: this.items.length,
			parameters: (item) => this.parametersOf(item),
			credential: async (item) => await this.credentialOf(item),
			onError: story.onError,
			cancelSignal: this.cancel.signal,
			answer: async (request, apiKey) => await this.answer(request, apiKey),
		});
		try {
			const [items] = await time.finish(async () => await this.execute.call(context));
			told.result = { items };
		} catch (thrown) {
			told.result = { thrown };
			if (thrown instanceof Stuck) this.fault('never ends', thrown.message);
		}
		return told;
	}

	private parametersOf(item: number): IDataObject {
		const { query, isGrouped, maxRetries, maxWait, timeout } = this.items[item];
		const { hasDefaults, maxConcurrency } = this.story;
		const options = hasDefaults ? {} : { maxConcurrency, maxRetries, maxWait, timeout };
		return parametersWith(`key:${query}`, isGrouped ? ['priority'] : [], options);
	}

	private async credentialOf(item: number): Promise<IDataObject> {
		const { lookUpMs } = this.story;
		this.lookUps++;
		if (lookUpMs > 0) await this.time.later(lookUpMs);
		this.lookUps--;
		const known = this.isExpression ? [item] : this.items.keys();
		for (const one of known) this.lookedUp.add(one);
		return credentialWith(
			`0123456789abcdef0123456789abcde${this.items[item].organization}`,
			this.isExpression,
		);
	}

	private async answer(request: IHttpRequestOptions, apiKey: string): Promise<unknown> {
		const { told, time } = this;
		const { query_filter: filter, group_bys: fields } = request.qs ?? {};
		const organization = Number(apiKey.at(-1));
		const query = Number(String(filter).replace('key:', ''));
		const timeout = (request.timeout ?? 0) / 1_000;
		const isGrouped = fields === 'priority';
		const key = keyOf({ organization, query, isGrouped, timeout } as ItemStory);
		const one = this.organizations[organization];
		this.watchSend(one, organization, key);
		told.sent.push({ at: time.passed, key });
		const tries = told.sent.filter((other) => other.key === key).length;
		one.sent++;
		this.inFlight++;
		this.inFlightByKey.set(key, (this.inFlightByKey.get(key) ?? 0) + 1);

		const reply = one.simulated.reply(request, query, this.chanceOf(key, tries));
		this.say(`${key} sent, will be ${reply.outcome}`);
		await time.later(reply.ms);

		this.inFlight--;
		this.inFlightByKey.set(key, this.inFlightByKey.get(key)! - 1);
		one.isAnswered = true;
		one.closedUntil = Math.max(one.closedUntil, reply.closedUntil);
		const { outcome, isClosedUntold, closedUntil } = reply;
		const toldMs = closedUntil - time.passed;
		told.ended.push({ organization, key, outcome, isClosedUntold, tries, toldMs });
		if (outcome === 'answered') this.answered.set(key, (this.answered.get(key) ?? 0) + 1);
		const until = closedUntil > 0 ? `, closed until ${seconds(closedUntil)}` : '';
		this.say(`${key} ${outcome}${until}`);
		if (reply.error) throw reply.error;
		return reply.response;
	}

	/** The same for the same try, whatever else happens: so that a story can be shortened. */
	private chanceOf(key: string, tries: number): number {
		let seed = this.story.random + tries;
		for (const letter of key) seed = Math.imul(seed, 31) + letter.charCodeAt(0);
		return seeded(seed)();
	}

	private watchSend(one: Watched, organization: number, key: string) {
		const { passed } = this.time;
		const most = concurrencyOf(this.story);
		const waits = new Set(
			this.items.filter((item) => keyOf(item) === key).map(({ maxWait }) => maxWait),
		).size;
		if (waits === 0) this.fault('nobody asked', key);
		if (this.isOver) this.fault('sent after the end', key);
		if (this.cancel.signal.aborted) this.fault('sent after the cancel', key);
		if (this.inFlight >= most) this.fault('too many in flight', `${this.inFlight + 1} of ${most}`);
		if (one.sent > 0 && !one.isAnswered) {
			this.fault('first not alone', `${key} of organization ${organization}`);
		}
		if (passed < one.closedUntil) {
			this.fault('sent before the reset', `${key}, ${one.closedUntil - passed} ms too early`);
		}
		const before = (this.inFlightByKey.get(key) ?? 0) + (this.answered.get(key) ?? 0);
		if (before >= waits) this.fault('sent twice', key);
	}

	/** The time is about to go on: nobody waits without a reason. */
	private watchQuiet() {
		// n8n's look-up of a credential cannot be ended.
		if (this.cancel.signal.aborted && this.lookUps === 0)
			this.fault('goes on after the cancel', '');
		const isRefused = this.told.ended.some(({ outcome }) => outcome in FINAL);
		if (isRefused && this.story.onError === 'stopWorkflow' && this.lookUps === 0) {
			this.fault('goes on after a refusal', '');
		}
		if (this.inFlight >= concurrencyOf(this.story)) return;
		const sent = new Set(this.told.sent.map(({ key }) => key));
		for (const [number, one] of this.organizations.entries()) {
			if (!one.isUndisturbed || (one.sent > 0 && !one.isAnswered)) continue;
			const waiting = [...this.lookedUp].find((item) => {
				const { organization } = this.items[item];
				return organization === number && !sent.has(keyOf(this.items[item]));
			});
			if (waiting === undefined) continue;
			this.fault('waits for another organization', `item ${waiting} of organization ${number}`);
		}
	}

	private watchEnd() {
		this.isOver = true;
		this.told.endedAt = this.time.passed;
		this.say('the run ends');
		if (this.time.pendingWaits > 0) {
			this.fault('left something behind', `${this.time.pendingWaits} waits`);
		}
	}

	private cancelRun() {
		this.say('cancelled');
		this.cancel.abort();
	}

	private fault(kind: string, text: string) {
		this.say(`FAULT ${kind}: ${text}`);
		this.told.faults.push({ kind, text });
	}

	private say(text: string) {
		this.told.lines.push(`${seconds(this.time.passed)}  ${text}`);
	}
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(3)} s`;

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
	let state = seed | 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}
