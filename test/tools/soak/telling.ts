/** Tells one story: moves the counts, polls, and judges what comes out. */
import type {
	IDataObject,
	INodeExecutionData,
	INodeType,
	WorkflowActivateMode,
} from 'n8n-workflow';
import {
	answerTo,
	Datadog,
	type Answer,
	type Request,
	type Told as Answered,
	type Value,
} from './datadog';
import { isKey, wrongUrl } from './items';
import { type Beliefs, type Fault, keyOf, Model, NOTHING, TOTAL, type Told } from './model';
import { FIELD, N8n, type PollScope, watchedValues } from './n8n';
import {
	isSearch,
	LONGEST_SEARCH_MS,
	readSearch,
	replyTo,
	type Search,
	type SearchAnswer,
	wrongCases,
} from './search';
import { countFor, nameOf, type Settings, type Step, type Story } from './story';
import { VirtualTime } from './time';
import { hasToBeMended, judgeFailure, whatMayFail } from './failures';

const MINUTE = 60_000;
const MEMORY_FOR_EACH_VALUE = 200;
const LONGEST_REMEMBERED = 1_000;

export interface Poll extends PollScope {
	answer: Answer;
	order: number;
	late: number;
	canStart: boolean;
	search: SearchAnswer;
	activation?: WorkflowActivateMode;
	isTest: boolean;
	startedAt: number;
	/** When the last answer came that was no search's. */
	answeredAt: number;
	endedAt: number;
	/** What was sent for Attach Cases, and what was wrong with it. */
	searches: Search[];
	wrongSearches: string[];
	/** What it returned, and whether n8n stored something then. */
	outputs: INodeExecutionData[][] | null;
	isStored: boolean;
	finishedBefore: number;
	requests: number;
	failuresLeft: number;
	askedAggregate: boolean;
	answered?: Answered;
	workflow: number;
	isFinished: boolean;
}

interface Watcher {
	model: Model;
	/** As of what n8n has stored. */
	stored: Beliefs;
	/** The activation whose first answer is still to come. */
	start: Told['start'];
	/** Polls that were answered, in that order, and have not been judged. A search may let a later one end first. */
	answered: Poll[];
	finished: number;
	largest: number;
}

let told = 0;

export class Telling {
	readonly lines: string[] = [];

	private readonly faults: Fault[] = [];

	private readonly datadog = new Datadog();

	private readonly time = new VirtualTime();

	private readonly names: Value[] = [];

	private readonly watchers: Watcher[];

	private readonly n8n: N8n;

	private settings: Settings;

	private loaded = 0;

	private polled = 0;

	private copies = 0;

	/** The keys of the crossings that were told. */
	private readonly usedKeys = new Set<string>();

	/** It can't be switched on. */
	private isOff = false;

	constructor(
		private readonly story: Story,
		private readonly type: INodeType,
	) {
		const { settings, keeper, start, site } = story;
		this.settings = settings;
		const twin = keeper === 'legacy' || story.twin === 'workflow' ? story.twin : 'none';
		this.watchers = Array.from({ length: twin === 'none' ? 1 : 2 }, () => ({
			model: new Model(settings, site, this.usedKeys),
			stored: NOTHING,
			start: 'none',
			answered: [],
			finished: 0,
			largest: 0,
		}));
		this.n8n = new N8n(
			type,
			keeper,
			twin,
			site,
			async (request) => await this.send(request),
			() => this.time.owner as Poll,
			`soak-${told++}`,
		);
		this.countFieldless();
		const values = settings.watches === 'total' ? start.slice(0, 8) : start;
		values.forEach((code, i) => {
			const odd: Value[] = [null, 7, true];
			this.names.push(story.oddValues && i >= 3 && i < 6 ? odd[i - 3] : nameOf(i, settings));
			this.datadog.counts.set(this.names[i], countFor(code, settings));
		});
	}

	/** Ends with the first poll that has a fault. */
	async run(): Promise<{ faults: Fault[]; polled: number; crossings: number }> {
		this.time.install();
		for (const { model } of this.watchers) model.watch(this.watched);
		await this.activate('activate', { answer: 'whole', search: 'found' });
		for (const step of this.story.steps) {
			if (this.faults.length > 0 || this.isOff) break;
			await this.take(step);
		}
		return { faults: this.faults, polled: this.polled, crossings: this.usedKeys.size };
	}

	private async take(step: Step) {
		this.move(step.moves);
		switch (step.do) {
			case 'poll':
				for (const i of this.watchers.keys()) {
					// The twin is answered a little later, so that their polls overlap.
					await this.poll({ ...step, trigger: i, late: step.late || i / 10 });
				}
				return await this.time.runUntil(this.time.now + MINUTE + step.jitter * 1_000);
			case 'testEvent':
				return await this.fetchTestEvent(step);
			case 'otherQuery': {
				if (this.story.keeper === 'durable') return;
				// A poll that is under way would be about the old text.
				await this.time.runUntil(this.time.now + 10 * MINUTE);
				this.say('the expression of the query gives another text');
				this.settings = { ...this.settings, query: `${this.settings.query}+` };
				this.n8n.resolveQueryTo(this.settings.query);
				for (const watcher of this.watchers) {
					watcher.model.settings = this.settings;
					watcher.model.watch(this.watched);
					watcher.start = 'maybe';
				}
				return;
			}
			case 'copy':
				if (this.story.keeper !== 'legacy') return;
				this.say('the workflow is copied, and the copy switched on');
				this.n8n.copy();
				this.copies++;
				for (const watcher of this.watchers) watcher.model.watch(this.watched);
				return await this.activate('activate', step);
			case 'restart':
			case 'changeLeader':
				this.say(step.do === 'restart' ? 'n8n restarts' : 'the leader changes');
				this.time.clear();
				this.lose();
				return await this.activate(step.do === 'restart' ? 'init' : 'leadershipChange', step);
			default: {
				this.say(`${step.do} ${JSON.stringify(step.change)}`);
				this.settings = { ...this.settings, ...step.change };
				if (this.settings.hysteresis > 0 && this.settings.event === 'countChanged')
					this.settings.hysteresis = 0;
				this.countFieldless();
				this.lose();
				for (const watcher of this.watchers) {
					watcher.model.settings = this.settings;
					watcher.model.watch(this.watched);
				}
				return await this.activate(step.do === 'publish' ? 'update' : 'activate', step);
			}
		}
	}

	/** What is in memory alone is lost. */
	private lose() {
		if (this.story.keeper !== 'legacy') return;
		for (const { model, stored } of this.watchers) model.loseSince(stored);
	}

	/** What the model begins anew for when it changes. */
	private get watched() {
		const { event, query, condition, watches } = this.settings;
		return [this.copies, query, event === 'thresholdCrossed' && condition, watches].join(' ');
	}

	/** In an answer to the total they would be missing from the sum, but not from the total. */
	private countFieldless() {
		this.datadog.fieldless = this.settings.watches === 'total' ? 0 : this.story.fieldless;
	}

	private async activate(
		activation: WorkflowActivateMode,
		{ answer, search }: Pick<Step, 'answer' | 'search'>,
	): Promise<void> {
		this.loaded++;
		this.n8n.load(this.settings, activation);
		const isRestart = activation === 'init' || activation === 'leadershipChange';
		for (const watcher of this.watchers) {
			watcher.answered = [];
			// A switching on that was never answered is still to be seen.
			if (isRestart) watcher.start = watcher.start === 'none' ? 'init' : 'unsure';
			else watcher.start = activation as 'activate' | 'update';
		}
		if (isRestart && this.story.keeper === 'durable') return;
		let refused = false;
		for (const i of this.watchers.keys()) {
			const poll = await this.poll({
				trigger: i,
				answer,
				order: 0,
				late: 0,
				canStart: true,
				search,
				activation,
			});
			await this.time.runUntil(this.time.now + MINUTE);
			refused ||= poll.workflow < 0;
		}
		if (this.faults.length > 0) return;
		if (refused && answer === 'whole') this.isOff = true;
		else if (refused) return await this.activate(activation, { answer: 'whole', search });
		if (this.story.keeper !== 'legacy') return;
		for (const i of this.watchers.keys()) if (this.n8n.saveStaticData(i)) this.noteStored(i);
	}

	private async poll(
		plan: Pick<
			Poll,
			'trigger' | 'answer' | 'order' | 'late' | 'canStart' | 'search' | 'activation'
		>,
	): Promise<Poll> {
		const isRetried = this.settings.maxRetries > 0 && plan.order % 2 === 0;
		const poll = this.openPoll({ ...plan, failuresLeft: isRetried ? 1 : Infinity });
		this.polled++;
		this.time.owner = poll;
		const context = plan.activation
			? this.n8n.activationPoller(plan.trigger)
			: this.n8n.poller(plan.trigger);
		void this.type.poll!.call(context).then(
			(outputs) => this.finish(poll, outputs),
			(error: Error) => this.fail(poll, error),
		);
		await this.time.settle();
		return poll;
	}

	private openPoll(
		plan: Pick<
			Poll,
			'trigger' | 'answer' | 'order' | 'late' | 'canStart' | 'search' | 'activation'
		> &
			Pick<Poll, 'failuresLeft'>,
	): Poll {
		return {
			...plan,
			...this.n8n.openScope(plan.trigger),
			isTest: false,
			startedAt: this.time.now,
			answeredAt: this.time.now,
			endedAt: this.time.now,
			searches: [],
			wrongSearches: [],
			outputs: null,
			isStored: false,
			finishedBefore: this.watchers[plan.trigger].finished,
			requests: 0,
			askedAggregate: false,
			workflow: this.loaded,
			isFinished: false,
		};
	}

	private async send(request: Request): Promise<object> {
		const poll = this.time.owner as Poll;
		if (isSearch(request)) return await this.search(poll, request);
		const isFirst = poll.requests++ === 0;
		const answer = answerTo(request, poll, this.datadog, this.settings.watches === 'total');
		if (isFirst && poll.late > 0) {
			await new Promise<void>((resolve) => this.time.after(poll.late * MINUTE + 1_000, resolve));
		}
		poll.answeredAt = this.time.now;
		if (!poll.isTest && poll.workflow === this.loaded) {
			const { answered } = this.watchers[poll.trigger];
			if (answered.includes(poll)) answered.splice(answered.indexOf(poll), 1);
			answered.push(poll);
		}
		if (answer instanceof Error) throw answer;
		return answer;
	}

	private async search(poll: Poll, request: Request): Promise<object> {
		const { query } = this.settings;
		const read = readSearch(request, query, FIELD);
		if (typeof read === 'string') poll.wrongSearches.push(read);
		const search: Search =
			typeof read === 'string'
				? { filter: read, value: read, size: 10, found: [] }
				: { ...read, found: [] };
		poll.searches.push(search);
		const counts = [...this.datadog.counts].filter(
			([value]) => search.value === undefined || String(value) === search.value,
		);
		const count = counts.reduce((sum, [, one]) => sum + one, 0);
		const { after, answer } = replyTo(search, poll.search, count);
		if (after === 'never') return await new Promise(() => {});
		if (after > 0) await new Promise<void>((resolve) => this.time.after(after, resolve));
		if (answer instanceof Error) throw answer;
		return answer;
	}

	private fail(poll: Poll, error: Error) {
		poll.isFinished = true;
		if (poll.workflow !== this.loaded) return;
		const { activation } = poll;
		const watcher = this.watchers[poll.trigger];
		watcher.answered = watcher.answered.filter((one) => one !== poll);
		this.say(`${describe(poll)}: refused, ${error.message}`);
		const { model } = watcher;
		// There the answer came when the poll had no time left to confirm it.
		const isTooLate = this.story.keeper === 'durable' && poll.late >= 1;
		const failing = isTooLate ? 'may' : whatMayFail(poll, model, this.settings);
		const fault = judgeFailure(error, poll, failing);
		if (fault) this.faults.push(fault);
		if (activation) poll.workflow = -1;
		this.leaveOpen(poll);
		this.judgeInOrder(watcher);
	}

	private finish(poll: Poll, outputs: INodeExecutionData[][] | null) {
		const watcher = this.watchers[poll.trigger];
		const { keeper } = this.story;
		poll.isFinished = true;
		if (poll.workflow !== this.loaded) return;
		poll.outputs = outputs;
		poll.endedAt = this.time.now;
		const items = itemsOf(poll);
		this.say(
			`${describe(poll)}: ${outputs ? items.map(describeItem).join(', ') || 'an empty execution' : 'nothing'}`,
		);
		this.judgeSearches(poll);
		if (keeper === 'legacy') {
			if (outputs !== null) poll.isStored = this.n8n.saveStaticData(poll.trigger);
		} else if (!isUncommitted(poll)) {
			if (outputs === null || poll.canStart) this.n8n.commit(poll);
			else this.say('n8n cannot start the execution');
		}
		if (!watcher.answered.includes(poll)) this.judge(poll);
		this.judgeInOrder(watcher);
	}

	/** Those that no earlier one is waited for. */
	private judgeInOrder({ answered }: Watcher) {
		while (answered[0]?.isFinished) this.judge(answered.shift()!);
	}

	private judge(poll: Poll) {
		const watcher = this.watchers[poll.trigger];
		const { outputs } = poll;
		const finishedMeanwhile = watcher.finished > poll.finishedBefore;
		watcher.finished++;
		const { model } = watcher;
		const { keeper } = this.story;
		const items = itemsOf(poll);

		const failing = whatMayFail(poll, model, this.settings);
		if (failing === 'must') {
			// There each poll looks like a publishing.
			const mayPass = keeper === 'durable' && !hasToBeMended(poll.answer);
			const isSilent =
				outputs === null && (poll.activation !== undefined || finishedMeanwhile || mayPass);
			if (!isSilent)
				this.faults.push({ kind: 'accepted wrongly', text: `${describe(poll)} has to be refused` });
			else if (poll.activation === 'activate' || poll.activation === 'update') {
				if (hasToBeMended(poll.answer))
					this.faults.push({ kind: 'publishing accepted', text: describe(poll) });
			}
			this.leaveOpen(poll);
			return;
		}
		// An activation that was refused says so in n8n's log.
		if (failing === 'may' && outputs === null && poll.warnings > 0) {
			this.leaveOpen(poll);
			return;
		}
		const before = model.beliefs;
		// It was too late for a poll that n8n has thrown away since: nothing is remembered of either.
		if (finishedMeanwhile && !before.hasBegun && outputs === null) return;
		const isLost = keeper !== 'legacy' && isUncommitted(poll);
		const wasFirst = !before.hasBegun;
		const start = watcher.start === 'none' && keeper === 'durable' ? 'maybe' : watcher.start;
		this.faults.push(
			...model.judge(
				{
					...this.toldTo(poll),
					start,
					mayBeIgnored: finishedMeanwhile || isLost || (failing === 'may' && outputs === null),
					from: poll.startedAt,
					to: poll.endedAt,
				},
				items,
			),
		);
		const isUnsure = isLost || (failing === 'may' && outputs === null && start !== 'none');
		watcher.start = isUnsure ? 'unsure' : 'none';
		if (isLost && wasFirst) model.beliefs = before;
		watcher.largest = Math.max(
			watcher.largest,
			model.beliefs.values.size ? (poll.answered?.seen.length ?? 0) : 0,
		);
		const isHandedOn = keeper === 'legacy' || outputs === null || poll.canStart;
		if (isHandedOn) {
			for (const { event, dedupKey } of items) {
				if (event === 'thresholdCrossed') this.usedKeys.add(String(dedupKey));
			}
		} else {
			model.beliefs = before;
			watcher.start = start === 'none' ? 'none' : 'unsure';
		}
		if (poll.isStored) this.noteStored(poll.trigger);
		this.checkMemory(poll.trigger);
	}

	private judgeSearches(poll: Poll) {
		const items = itemsOf(poll);
		const isNullThere = items.some(({ value }) => value === null);
		const [wrongSearch] = poll.wrongSearches;
		if (wrongSearch && !isNullThere) this.faults.push({ kind: 'wrong search', text: wrongSearch });
		// A poll without an item may have been overtaken before it was known to be cut.
		if (items.length === 0 && poll.searches.length === 0) return;
		const text = wrongCases(items, {
			attachCases: this.settings.attachCases,
			kind: poll.search,
			isHurried: this.story.keeper === 'durable' && poll.late >= 1,
			searches: poll.searches,
			warnings: poll.warnings,
			cutWarnings: poll.answered && this.toldTo(poll).isCut ? 1 : 0,
			delayMs: poll.endedAt - poll.answeredAt,
		});
		if (text) this.faults.push({ kind: 'wrong cases', text });
	}

	/** Later polls look like a publishing there, whatever the activation was. */
	private leaveOpen({ trigger, activation }: Poll) {
		if (activation && this.story.keeper === 'durable') this.watchers[trigger].start = 'unsure';
	}

	private noteStored(trigger: number) {
		this.watchers.forEach((watcher, i) => {
			if (this.n8n.isStoredWith(trigger, i)) watcher.stored = watcher.model.beliefs;
		});
	}

	/** What is remembered has to stay in proportion to what is there and what a person would still know. */
	private checkMemory(trigger: number) {
		if (this.polled % 16 !== 0) return;
		const { model, largest } = this.watchers[trigger];
		const forEach = MEMORY_FOR_EACH_VALUE + (this.settings.longValues ? LONGEST_REMEMBERED : 0);
		const bound = 2_000 + forEach * (2 * largest + model.beliefs.values.size);
		const memory = this.n8n.memory(trigger);
		const { length } = memory;
		const texts = memory.match(/"[^"]*"/g) ?? [];
		const longest = Math.max(...texts.map((text) => text.length - 2));
		if (longest > LONGEST_REMEMBERED)
			this.faults.push({ kind: 'long text remembered', text: `${longest} characters` });
		if (length > bound)
			this.faults.push({ kind: 'memory grew', text: `${length} characters for ${largest} values` });
	}

	private toldTo({ answered }: Poll) {
		const { watches } = this.settings;
		const field = watches === 'total' ? undefined : FIELD;
		const onlyValues = watchedValues(this.settings);
		const { seen: all, isCut } = answered!;
		if (watches === 'total') {
			return {
				seen: new Map([[TOTAL, all.reduce((sum, [, count]) => sum + count, 0)]]),
				isCut: false,
				always: [TOTAL],
				hasValues: all.length > 0,
				field,
			};
		}
		const isWatched = (value: Value) => watches === 'values' || onlyValues.includes(String(value));
		const listed = all.filter(([value]) => isWatched(value));
		const seen = new Map(
			listed.map(([value, count]) => [
				keyOf({ groupBy: FIELD, value: value === null ? null : String(value) }),
				count,
			]),
		);
		const always = watches === 'onlyValues' ? onlyValues.map((name) => JSON.stringify(name)) : [];
		return {
			seen,
			isCut: watches === 'onlyValues' ? false : isCut,
			always,
			hasValues: listed.length > 0,
			field,
		};
	}

	private async fetchTestEvent({ answer, search }: Pick<Step, 'answer' | 'search'>) {
		// A poll that is under way would be taken in meanwhile.
		if (this.settings.attachCases > 0) await this.time.runUntil(this.time.now + 10 * MINUTE);
		const before = this.n8n.memory(0);
		const poll: Poll = {
			...this.openPoll({
				trigger: 0,
				answer,
				order: 0,
				late: 0,
				canStart: true,
				search,
				failuresLeft: Infinity,
			}),
			isTest: true,
		};
		this.time.owner = poll;
		void this.type.poll!.call(this.n8n.testPoller(0)).then(
			(outputs) => {
				poll.outputs = outputs;
				poll.endedAt = this.time.now;
				poll.isFinished = true;
			},
			() => (poll.isFinished = true),
		);
		await this.time.settle();
		if (!poll.isFinished) await this.time.runUntil(this.time.now + MINUTE);
		const delayMs = poll.endedAt - poll.answeredAt;
		const items = itemsOf(poll);
		this.say(`Fetch Test Event: ${items.length} items`);
		const fault = (kind: string, item: IDataObject) =>
			this.faults.push({ kind, text: JSON.stringify(item) });
		if (!poll.isFinished || delayMs > LONGEST_SEARCH_MS)
			fault('Fetch Test Event has no end', { answer, search });
		if (this.n8n.memory(0) !== before || JSON.stringify(poll.copy) !== poll.seed) {
			this.faults.push({ kind: 'a sample was remembered', text: this.n8n.memory(0) });
		}
		const unmarked = items.find(({ sample }) => sample !== true);
		if (unmarked) fault('sample not marked', unmarked);
		const told = poll.answered && this.toldTo(poll);
		const samples = items.filter(({ note }) => note === undefined);
		const wrong = samples.find((item) => (told?.seen.get(keyOf(item)) ?? 0) !== item.count);
		if (wrong) fault('sample with a wrong count', wrong);
		const isThreshold = this.settings.event === 'thresholdCrossed';
		const keys = samples.map(({ dedupKey }) => dedupKey).filter(isKey);
		if (new Set(keys).size !== (isThreshold ? samples.length : 0))
			fault('sample with a wrong dedupKey', { keys });
		const text = wrongCases(samples, {
			attachCases: this.settings.attachCases,
			kind: search,
			isHurried: false,
			searches: poll.searches,
			warnings: poll.warnings,
			cutWarnings: 0,
			delayMs,
		});
		if (text) fault('sample with wrong cases', { text });
		for (const item of samples) {
			const { query } = this.settings;
			const place = { query, site: this.story.site, field: told?.field };
			const [, wanted] = wrongUrl(item, place) ?? [];
			if (wanted) fault(`sample without ${wanted}`, item);
		}
	}

	private move(moves: number[]) {
		const news = moves.map((move) => {
			const i = (move >> 4) % this.names.length;
			const count = countFor(move & 15, this.settings);
			const isGone = count === 0 && this.datadog.counts.get(this.names[i]) !== 0;
			if (isGone && this.story.newNames && this.settings.watches !== 'onlyValues') {
				this.datadog.counts.delete(this.names[i]);
				this.names[i] = nameOf(`${i}.${this.time.now / MINUTE}.${move}`, this.settings);
			}
			this.datadog.counts.set(this.names[i], count);
			return `${this.names[i]} = ${count}`;
		});
		if (news.length > 0) this.say(news.join(', '));
	}

	private say(line: string) {
		this.lines.push(line);
	}
}

const itemsOf = ({ outputs }: Poll) => outputs?.[0]?.map(({ json }) => json) ?? [];

/** n8n does not keep what an activation remembers without an item. */
const isUncommitted = ({ outputs, activation }: Poll) =>
	outputs === null && activation !== undefined;

const describe = ({
	activation,
	trigger,
	late,
	answer,
	answered,
	isFinished,
	searches,
	search,
}: Poll) =>
	[
		trigger === 1 ? 'twin' : '',
		activation ? `poll at ${activation}` : 'poll',
		late >= 1 ? `(late by ${late})` : '',
		answer === 'whole' ? '' : String(answer),
		searches.length > 0 ? `searches ${search}` : '',
		answered && isFinished
			? `told ${
					answered.seen
						.slice(0, 12)
						.map(([value, count]) => `${value}:${count}`)
						.join(' ') || 'no value'
				}${answered.isCut ? ', cut' : ''}`
			: '',
	]
		.filter(Boolean)
		.join(' ');

const describeItem = ({ event, value, count, previousCount }: IDataObject) =>
	`${event as string} ${value as string} ${count as number} (before ${previousCount as number})`;
