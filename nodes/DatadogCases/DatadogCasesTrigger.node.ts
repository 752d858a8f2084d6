import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IDataObject,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IPollFunctions,
} from 'n8n-workflow';

import { authenticationField, credentialTypeFor } from './descriptions/authentication';
import { toNodeError } from './errors/nodeErrors';
import { toUserFacingError } from './errors/userFacingError';
import { Client } from './transport/client';
import { clock } from './transport/clock';
import { count } from './actions/count.operation';
import { eventNamed, events } from './trigger';
import { activationOf, pollBudgetMs } from './trigger/activation';
import { digestOf } from './trigger/digest';
import {
	assertTotalIsZero,
	hasNoGroups,
	remembersGroups,
	totalRequestFor,
} from './trigger/emptyResponse';
import { forgetUnusedLongValues, fullValue, shortenLongValues } from './trigger/longValues';
import { compare, memoryIn } from './trigger/memory';
import type { Memory } from './trigger/memory';
import {
	readWatchParameters,
	sampleItemFor,
	triggerItemFor,
	watchedCountsFrom,
	watchFields,
} from './trigger/watch';
import { testCredential } from './methods/credentialTest';

export class DatadogCasesTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Datadog Cases Trigger',
		name: 'datadogCasesTrigger',
		icon: { light: 'file:datadogCases.svg', dark: 'file:datadogCases.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["event"] === "countChanged" ? "Count Changed" : "Threshold Crossed" }}',
		description: 'Count cases, and run workflows when a count crosses a threshold or changes',
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
			authenticationField,
			{
				displayName: 'Event',
				name: 'event',
				type: 'options',
				noDataExpression: true,
				options: events.map(({ option }) => option),
				default: 'thresholdCrossed',
				hint: 'The first poll only stores counts, unless the threshold is already crossed',
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
		const isSample = this.getMode() === 'manual';
		const activation = isSample ? undefined : activationOf(this);
		const { id: workflowId, name: workflowName } = this.getWorkflow();
		const node = this.getNode();
		const logPrefix = `Workflow "${workflowName}" (${workflowId}), node "${node.name}"`;
		try {
			const startedAt = clock.now();
			const now = new Date(startedAt).toISOString();
			const getParameter = (name: string) => this.getNodeParameter(name) as unknown;
			const watch = readWatchParameters(getParameter);
			const rule = eventNamed(getParameter('event')).ruleFrom(getParameter);

			const client = new Client(
				this,
				clock,
				new AbortController().signal,
				startedAt + pollBudgetMs(this),
			);
			const { data, baseURL } = await client.request(count.requestFor(watch), 0, watch);
			const { counts, isCut } = watchedCountsFrom(count.resultFrom(data, watch), watch);
			if (!activation) {
				const samples = counts.map((one) =>
					sampleItemFor(one, getParameter('event'), rule, watch, now),
				);
				return samples.length > 0 ? itemsOf(samples) : null;
			}

			const credential = node.credentials![credentialTypeFor(watch.authentication)].id;
			const watched = digestOf([
				getParameter('event'),
				watch.query,
				watch.fields,
				watch.onlyValues,
				rule.watched,
				credential,
				baseURL,
			]);
			const stored = this.getWorkflowStaticData('node') as Partial<Memory>;
			if (activation.isOvertaken()) return null;
			const hadGroups = !hasNoGroups(data);
			if (!hadGroups && remembersGroups(memoryIn(stored, workflowId, watched))) {
				const total = await client.request(totalRequestFor(watch), 0, watch);
				if (activation.isOvertaken()) return null;
				assertTotalIsZero(total.data);
			}
			activation.overtakeOtherPolls();
			if (isCut) {
				this.logger.warn(
					`${logPrefix}: Datadog's response reached 'Max Groups' (${watch.limit}), so some values may be missing. Raise 'Max Groups', or list the values to watch in 'Only Values'.`,
				);
			}
			const memory = memoryIn(stored, workflowId, watched);
			const { trigger } = activation;
			const known = shortenLongValues(counts, trigger);
			const found = compare(rule, known, isCut, memory, activation.pollKind, watch.limit, now);
			const items = found.triggered.map(({ value, ...triggered }) =>
				triggerItemFor({ value: fullValue(value, trigger), ...triggered }, watch),
			);
			forgetUnusedLongValues(found.memory.values, trigger);
			Object.assign(stored, found.memory, { workflowId, watched, hadGroups });
			activation.markSucceeded();

			if (items.length > 0) return itemsOf(items);
			// Only when a poll hands something on, or at activation, does n8n store what outlasts a restart.
			return found.mustPersist && !activation.isActivating ? [[]] : null;
		} catch (thrown) {
			const error = toUserFacingError(thrown, 'The poll failed');
			// n8n would leave the trigger off. If the next poll fails too, it shows as a failed execution.
			if (activation?.isActivating && (activation.isStartedByN8n || error.isTemporary)) {
				this.logger.warn(`${logPrefix}: ${error.message}`);
				return null;
			}
			throw toNodeError(error, node);
		}
	}
}

const itemsOf = (items: IDataObject[]): INodeExecutionData[][] => [items.map((json) => ({ json }))];
