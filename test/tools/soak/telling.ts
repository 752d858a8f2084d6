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
import { type Beliefs, type Fault, keyOf, Model, NOTHING, TOTAL, type Told } from './model';
import { FIELD, N8n, type PollScope, watchedValues } from './n8n';
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
	activation?: WorkflowActivateMode;
	isTest: boolean;
	startedAt: number;
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
	isOtherThreshold: boolean;
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

	/** It can't be switched on. */
	private isOff = false;

	constructor(
		private readonly story: Story,
		private readonly type: INodeType,
	) {
		const { settings, keeper, twin, start, fieldless } = story;
		this.settings = settings;
		const isTwin = twin && keeper === 'legacy';
		this.watchers = Array.from({ length: isTwin ? 2 : 1 }, () => ({
			model: new Model(settings),
			stored: NOTHING,
			start: 'none',
			isOtherThreshold: false,
			finished: 0,
			largest: 0,
		}));
		this.n8n = new N8n(
			type,
			keeper,
			this.watchers.length,
			async (request) => await this.send(request),
			() => this.time.owner as Poll,
			`soak-${told++}`,
		);
		this.datadog.fieldless = settings.watches === 'total' ? 0 : fieldless;
		const values = settings.watches === 'total' ? start.slice(0, 8) : start;
		values.forEach((code, i) => {
			const odd: Value[] = [null, 7, true];
			this.names.push(story.oddValues && i >= 3 && i < 6 ? odd[i - 3] : nameOf(i, settings));
			this.datadog.counts.set(this.names[i], countFor(code, settings));
		});
	}

	/** Ends with the first poll that has a fault. */
	async run(): Promise<{ faults: Fault[]; polled: number }> {
		this.time.install();
		for (const { model } of this.watchers) model.watch(this.watched);
		await this.activate('activate', 'whole');
		for (const step of this.story.steps) {
			if (this.faults.length > 0 || this.isOff) break;
			await this.take(step);
		}
		return { faults: this.faults, polled: this.polled };
	}

	private async take(step: Step) {
		this.move(step.moves);
		switch (step.do) {
			case 'poll':
				for (const i of this.watchers.keys()) {
					// The twin is answered a little later, so that their polls overlap.
					await this.poll({ ...step, trigger: i, late: step.late || i / 10 });
				}
				return await this.time.runUntil(this.time.now + MINUTE);
			case 'testEvent':
				return await this.fetchTestEvent(step.answer);
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
				return await this.activate('activate', step.answer);
			case 'restart':
			case 'changeLeader':
				this.say(step.do === 'restart' ? 'n8n restarts' : 'the leader changes');
				this.time.clear();
				this.lose();
				return await this.activate(
					step.do === 'restart' ? 'init' : 'leadershipChange',
					step.answer,
				);
			default: {
				this.say(`${step.do} ${JSON.stringify(step.change)}`);
				const before = this.settings;
				this.settings = { ...before, ...step.change };
				if (this.settings.hysteresis > 0 && this.settings.event === 'countChanged')
					this.settings.hysteresis = 0;
				this.lose();
				for (const watcher of this.watchers) {
					watcher.model.settings = this.settings;
					watcher.model.watch(this.watched);
					if (step.change.threshold !== undefined || step.change.hysteresis !== undefined)
						watcher.isOtherThreshold = true;
				}
				return await this.activate(step.do === 'publish' ? 'update' : 'activate', step.answer);
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
		const { event, query, condition } = this.settings;
		return [this.copies, query, event === 'thresholdCrossed' && condition].join(' ');
	}

	private async activate(activation: WorkflowActivateMode, answer: Answer): Promise<void> {
		this.loaded++;
		this.n8n.load(this.settings, activation);
		const isRestart = activation === 'init' || activation === 'leadershipChange';
		for (const watcher of this.watchers) {
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
				activation,
			});
			await this.time.runUntil(this.time.now + MINUTE);
			refused ||= poll.workflow < 0;
		}
		if (this.faults.length > 0) return;
		if (refused && answer === 'whole') this.isOff = true;
		else if (refused) return await this.activate(activation, 'whole');
		if (this.story.keeper === 'legacy') this.save();
	}

	private async poll(
		plan: Pick<Poll, 'trigger' | 'answer' | 'order' | 'late' | 'canStart' | 'activation'>,
	): Promise<Poll> {
		const watcher = this.watchers[plan.trigger];
		const poll: Poll = {
			...plan,
			...this.n8n.openScope(plan.trigger),
			isTest: false,
			startedAt: this.time.now,
			finishedBefore: watcher.finished,
			requests: 0,
			failuresLeft: this.settings.maxRetries > 0 && plan.order % 2 === 0 ? 1 : Infinity,
			askedAggregate: false,
			workflow: this.loaded,
			isFinished: false,
		};
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

	private async send(request: Request): Promise<object> {
		const poll = this.time.owner as Poll;
		const isFirst = poll.requests++ === 0;
		const answer = answerTo(request, poll, this.datadog, this.settings.watches === 'total');
		if (isFirst && poll.late > 0) {
			await new Promise<void>((resolve) => this.time.after(poll.late * MINUTE + 1_000, resolve));
		}
		if (answer instanceof Error) throw answer;
		return answer;
	}

	private fail(poll: Poll, error: Error) {
		poll.isFinished = true;
		if (poll.workflow !== this.loaded) return;
		const { activation } = poll;
		this.say(`${describe(poll)}: refused, ${error.message}`);
		const { model } = this.watchers[poll.trigger];
		// There the answer came when the poll had no time left to confirm it.
		const isTooLate = this.story.keeper === 'durable' && poll.late >= 1;
		const failing = isTooLate ? 'may' : whatMayFail(poll, model, this.settings);
		const fault = judgeFailure(error, poll, failing);
		if (fault) this.faults.push(fault);
		if (activation) poll.workflow = -1;
		this.leaveOpen(poll);
	}

	private finish(poll: Poll, outputs: INodeExecutionData[][] | null) {
		const watcher = this.watchers[poll.trigger];
		poll.isFinished = true;
		if (poll.workflow !== this.loaded) return;
		const finishedMeanwhile = watcher.finished > poll.finishedBefore;
		watcher.finished++;
		const { model } = watcher;
		const { keeper } = this.story;
		const items = outputs?.[0]?.map(({ json }) => json) ?? [];
		this.say(
			`${describe(poll)}: ${outputs ? items.map(describeItem).join(', ') || 'an empty execution' : 'nothing'}`,
		);

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
		const before = model.beliefs;
		// It was too late for a poll that n8n has thrown away since: nothing is remembered of either.
		if (finishedMeanwhile && !before.hasBegun && outputs === null) return;
		const isUncommitted = keeper !== 'legacy' && outputs === null && poll.activation !== undefined;
		const wasFirst = !before.hasBegun;
		const start = watcher.start === 'none' && keeper === 'durable' ? 'maybe' : watcher.start;
		this.faults.push(
			...model.judge(
				{
					...this.toldTo(poll),
					start,
					isOtherThreshold: watcher.isOtherThreshold,
					isFirst: wasFirst,
					mayBeIgnored:
						finishedMeanwhile || isUncommitted || (failing === 'may' && outputs === null),
					from: poll.startedAt,
					to: this.time.now,
				},
				items,
			),
		);
		const isUnsure = isUncommitted || (failing === 'may' && outputs === null && start !== 'none');
		watcher.start = isUnsure ? 'unsure' : 'none';
		watcher.isOtherThreshold &&= isUnsure;
		if (isUncommitted && wasFirst) model.beliefs = before;
		watcher.largest = Math.max(
			watcher.largest,
			model.beliefs.values.size ? (poll.answered?.seen.length ?? 0) : 0,
		);
		if (keeper === 'legacy') {
			if (outputs !== null) this.save();
		} else if (!isUncommitted) {
			if (outputs === null || poll.canStart) this.n8n.commit(poll);
			else {
				this.say('n8n cannot start the execution');
				model.beliefs = before;
				watcher.start = start === 'none' ? 'none' : 'unsure';
			}
		}
		this.checkMemory(poll.trigger);
	}

	/** Later polls look like a publishing there, whatever the activation was. */
	private leaveOpen({ trigger, activation }: Poll) {
		if (activation && this.story.keeper === 'durable') this.watchers[trigger].start = 'unsure';
	}

	private save() {
		if (this.n8n.saveStaticData())
			for (const watcher of this.watchers) watcher.stored = watcher.model.beliefs;
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
		const onlyValues = watchedValues(this.settings);
		const { seen: all, isCut } = answered!;
		if (watches === 'total') {
			return {
				seen: new Map([[TOTAL, all.reduce((sum, [, count]) => sum + count, 0)]]),
				isCut: false,
				always: [TOTAL],
				hasValues: all.length > 0,
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
		};
	}

	private async fetchTestEvent(answer: Answer) {
		const before = this.n8n.memory(0);
		const poll: Poll = {
			...this.n8n.openScope(0),
			answer,
			order: 0,
			late: 0,
			canStart: true,
			isTest: true,
			startedAt: this.time.now,
			finishedBefore: 0,
			requests: 0,
			failuresLeft: Infinity,
			askedAggregate: false,
			workflow: this.loaded,
			isFinished: false,
		};
		this.time.owner = poll;
		let items: IDataObject[] = [];
		void this.type.poll!.call(this.n8n.testPoller(0)).then(
			(outputs) => (items = outputs?.[0]?.map(({ json }) => json) ?? []),
			() => {},
		);
		await this.time.settle();
		this.say(`Fetch Test Event: ${items.length} items`);
		if (this.n8n.memory(0) !== before || JSON.stringify(poll.copy) !== poll.seed) {
			this.faults.push({ kind: 'a sample was remembered', text: this.n8n.memory(0) });
		}
		const unmarked = items.find(({ sample }) => sample !== true);
		if (unmarked) this.faults.push({ kind: 'sample not marked', text: JSON.stringify(unmarked) });
		const counts = poll.answered && this.toldTo(poll).seen;
		const wrong = items.find(
			(item) => item.note === undefined && (counts?.get(keyOf(item)) ?? 0) !== item.count,
		);
		if (wrong) this.faults.push({ kind: 'sample with a wrong count', text: JSON.stringify(wrong) });
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

const describe = ({ activation, trigger, late, answer, answered, isFinished }: Poll) =>
	[
		trigger === 1 ? 'twin' : '',
		activation ? `poll at ${activation}` : 'poll',
		late >= 1 ? `(late by ${late})` : '',
		answer === 'whole' ? '' : String(answer),
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
