// One poll of the trigger: counts, compares with what is remembered, and gives the items of what triggered.
import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import { credentialTypeFor } from '../descriptions/authentication';
import { toNodeError } from '../errors/nodeErrors';
import { toUserFacingError } from '../errors/userFacingError';
import { Client } from '../transport/client';
import { clock } from '../transport/clock';
import { count } from '../actions/count.operation';
import { activationOf, pollBudgetMs } from './activation';
import type { Activation } from './activation';
import { attachCases } from './attachedCases';
import { digestOf } from './digest';
import {
	assertTotalIsZero,
	hasNoGroups,
	mustConfirmNoGroups,
	totalRequestFor,
} from './emptyResponse';
import { eventNamed } from './index';
import { forgetUnusedLongValues, fullValue, shortenLongValues } from './longValues';
import { compare, memoryIn } from './memory';
import type { Memory } from './memory';
import type { EventDetails, Rule, ValueCount } from './state';
import { readWatchParameters, sampleEventFor, triggerItemFor, watchedCountsFrom } from './watch';
import type { WatchParameters } from './watch';

/** What a poll watches, and what it counted. */
interface PollCounts {
	event: unknown;
	rule: Rule;
	watch: WatchParameters;
	site: string;
	/** A digest of everything that the memory depends on. */
	watched: string;
	counts: ValueCount[];
	isCut: boolean;
	hasGroups: boolean;
}

export class Poll {
	private readonly startedAt = clock.now();

	private readonly now = new Date(this.startedAt).toISOString();

	private readonly deadline: number;

	private readonly client: Client;

	private readonly logPrefix: string;

	constructor(private readonly context: IPollFunctions) {
		const { id, name } = context.getWorkflow();
		this.logPrefix = `Workflow "${name}" (${id}), node "${context.getNode().name}"`;
		this.deadline = this.startedAt + pollBudgetMs(context);
		this.client = new Client(context, clock, new AbortController().signal, this.deadline);
	}

	/** @throws n8n's error, unless that would leave the trigger off for what passes by itself. */
	async output(): Promise<INodeExecutionData[][] | null> {
		const isSample = this.context.getMode() === 'manual';
		const activation = isSample ? undefined : activationOf(this.context);
		try {
			return activation ? await this.triggeredOutput(activation) : await this.sampleOutput();
		} catch (thrown) {
			const error = toUserFacingError(thrown, 'The poll failed');
			// n8n would leave the trigger off. If the next poll fails too, it shows as a failed execution.
			if (activation?.isActivating && (activation.isStartedByN8n || error.isTemporary)) {
				this.warn(error.message);
				return null;
			}
			throw toNodeError(error, this.context.getNode());
		}
	}

	/** What is remembered does not change. */
	private async sampleOutput(): Promise<INodeExecutionData[][] | null> {
		const polled = await this.count();
		const samples = polled.counts.map((one) => {
			const sample = sampleEventFor(one, polled.event, polled.rule, this.now);
			return { ...sample, dedupKey: this.dedupKeyFor(sample, polled.watched) };
		});
		const items = await this.itemsFor(samples, polled);
		return items.length > 0 ? outputOf(items.map((item) => ({ ...item, sample: true }))) : null;
	}

	/** What is remembered changes in one go, so that a poll that fails changes nothing. */
	private async triggeredOutput(activation: Activation): Promise<INodeExecutionData[][] | null> {
		const polled = await this.count();
		const { rule, watch, watched, isCut, hasGroups } = polled;
		const stored = this.context.getWorkflowStaticData('node') as Partial<Memory>;
		const workflowId = this.context.getWorkflow().id;
		if (activation.isOvertaken()) return null;
		if (!hasGroups && mustConfirmNoGroups(memoryIn(stored, workflowId, watched))) {
			const total = await this.client.request(totalRequestFor(watch), 0, watch);
			if (activation.isOvertaken()) return null;
			assertTotalIsZero(total.body.data);
		}
		activation.overtakeOtherPolls();
		if (isCut) {
			this.warn(
				`Datadog's response reached 'Max Groups' (${watch.maxGroups}), so some values may be missing. Raise 'Max Groups', or list the values to watch in 'Only Values'.`,
			);
		}
		const memory = memoryIn(stored, workflowId, watched);
		const known = shortenLongValues(polled.counts, activation.trigger);
		const { pollKind } = activation;
		const found = compare(rule, known, isCut, memory, pollKind, watch.maxGroups, this.now);
		const triggered = found.triggered.map((one) => ({
			...one,
			value: fullValue(one.value, activation.trigger),
			dedupKey: this.dedupKeyFor(one, watched),
		}));
		forgetUnusedLongValues(found.memory.values, activation.trigger);
		Object.assign(stored, found.memory, { workflowId, watched, hadGroups: hasGroups });
		activation.markSucceeded();

		if (triggered.length > 0) return outputOf(await this.itemsFor(triggered, polled));
		// Only when a poll hands something on, or at activation, does n8n store what outlasts a restart.
		return found.mustPersist && !activation.isActivating ? [[]] : null;
	}

	/** @throws UserFacingError, or whatever the expression of a parameter throws. */
	private async count(): Promise<PollCounts> {
		const getParameter = (name: string) => this.context.getNodeParameter(name) as unknown;
		const event = getParameter('event');
		const watch = readWatchParameters(getParameter);
		const rule = eventNamed(event).ruleFrom(getParameter);
		const { body, account } = await this.client.request(count.requestFor(watch), 0, watch);
		const result = count.resultFrom(body.data, watch, account.site);
		const { credentials } = this.context.getNode();
		const watched = digestOf([
			event,
			watch.query,
			watch.fields,
			watch.onlyValues,
			rule.watched,
			credentials![credentialTypeFor(watch.authentication)].id,
			account.baseURL,
		]);
		return {
			event,
			rule,
			watch,
			site: account.site,
			watched,
			...watchedCountsFrom(result, watch),
			hasGroups: !hasNoGroups(body.data),
		};
	}

	private async itemsFor(
		events: Array<ValueCount & EventDetails>,
		{ watch, site }: PollCounts,
	): Promise<IDataObject[]> {
		const items = events.map((event) => triggerItemFor(event, watch, site));
		return await attachCases(this.context, items, watch, this.deadline, (message) =>
			this.warn(message),
		);
	}

	/** The same for all events of a crossing, as long as its memory lasts. */
	private dedupKeyFor(
		{ value, since }: ValueCount & EventDetails,
		watched: string,
	): string | undefined {
		if (since === undefined) return undefined;
		const workflowId = this.context.getWorkflow().id;
		return digestOf([workflowId, this.context.getNode().name, watched, value, since]);
	}

	private warn(message: string): void {
		this.context.logger.warn(`${this.logPrefix}: ${message}`);
	}
}

const outputOf = (items: IDataObject[]): INodeExecutionData[][] => [
	items.map((json) => ({ json })),
];
