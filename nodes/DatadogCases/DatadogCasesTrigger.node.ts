import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IDataObject,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IPollFunctions,
} from 'n8n-workflow';

import { authentication, credentialTypeFor } from './authentication';
import { clock } from './transport/clock';
import { testCredential } from './credentialTest';
import { nodeErrorFrom, refusalFrom } from './errors';
import { eventNamed, events } from './events';
import { compare } from './events/memory';
import type { Memory } from './events/memory';
import { countedFrom, itemFor, readWatch, sampleFor, watchFields } from './events/watch';
import { count } from './operations/count.operation';
import { Client } from './transport/client';

/** What a poll may take where n8n does not say. */
const POLL_BUDGET_MS = 300_000;

/** When n8n activates a workflow by itself, and no person would see a refusal. */
const STARTS = ['init', 'leadershipChange'];

/** The activations that have polled. */
const begun = new WeakSet<IPollFunctions>();

/**
 * How many polls of each trigger have been taken in. Not in n8n's static data: of that, polls that overlap may each
 * have a copy.
 */
const taken = new Map<string, number>();

export class DatadogCasesTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Datadog Cases Trigger',
		name: 'datadogCasesTrigger',
		icon: { light: 'file:datadogCases.svg', dark: 'file:datadogCases.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["event"] === "countChanged" ? "Count Changed" : "Threshold Crossed" }}',
		description: 'Starts the workflow when the counts of Datadog cases change',
		defaults: { name: 'Datadog Cases Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'datadogCasesApi',
				required: true,
				testedBy: 'testCredential',
				displayOptions: { show: { authentication: ['apiKeys'] } },
			},
			{
				name: 'datadogCasesOAuth2Api',
				required: true,
				displayOptions: { show: { authentication: ['oAuth2'] } },
			},
		],
		properties: [
			authentication,
			{
				displayName: 'Event',
				name: 'event',
				type: 'options',
				noDataExpression: true,
				options: events.map(({ option }) => option),
				default: 'thresholdCrossed',
			},
			...watchFields,
			...events.flatMap(({ option, fields }) =>
				fields.map((field) => ({
					...field,
					displayOptions: { show: { event: [option.value] } },
				})),
			),
		],
	};

	methods = { credentialTest: { testCredential } };

	/** What is remembered changes only at the end, in one go, so that a poll that fails changes nothing. */
	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const emit = (items: IDataObject[]) => [items.map((json) => ({ json }))];
		const isStart = STARTS.includes(this.getActivationMode()) && !begun.has(this);
		begun.add(this);
		try {
			const startedAt = clock.now();
			const now = new Date(startedAt).toISOString();
			const get = (name: string) => this.getNodeParameter(name) as unknown;
			const watch = readWatch(get);
			const rule = eventNamed(get('event')).ruleFrom(get);

			const memory = this.getWorkflowStaticData('node') as Memory;
			const trigger = `${this.getWorkflow().id} ${this.getNode().id}`;
			const takenBefore = taken.get(trigger) ?? 0;
			const budgetMs = this.getPollBudgetMs?.() ?? POLL_BUDGET_MS;
			const client = new Client(this, clock, new AbortController().signal, startedAt + budgetMs);
			const { data, baseURL } = await client.send(count.requestFor(watch), 0, watch);
			const { counted, isCut } = countedFrom(count.resultFrom(data, watch), watch);

			if (this.getMode() === 'manual') {
				const samples = counted.map((one) => sampleFor(one, get('event'), rule, watch, now));
				return samples.length > 0 ? emit(samples) : null;
			}
			// Another poll has been taken in meanwhile, and may have counted later.
			if ((taken.get(trigger) ?? 0) !== takenBefore) return null;
			taken.set(trigger, takenBefore + 1);

			const credential = this.getNode().credentials![credentialTypeFor(watch.authentication)].id;
			const watched = JSON.stringify([
				get('event'),
				watch.query,
				watch.fields,
				watch.onlyValues,
				rule.watched,
				credential,
				baseURL,
			]);
			const known = memory.watched === watched ? memory : undefined;
			const findings = compare(rule, counted, isCut, known, watch.limit, now);
			Object.assign(memory, findings.memory, { watched });
			if (findings.fired.length > 0) {
				return emit(findings.fired.map((one) => itemFor(one, watch)));
			}
			// n8n keeps what is remembered beyond a restart only when something is handed on, be it nothing.
			return findings.mustLast ? [[]] : null;
		} catch (error) {
			const refusal = refusalFrom(error, 'The poll failed');
			// n8n would leave the trigger switched off. When the next poll fails too, it shows as a failed execution.
			if (isStart) {
				this.logger.warn(refusal.message);
				return null;
			}
			throw nodeErrorFrom(refusal, this.getNode());
		}
	}
}
