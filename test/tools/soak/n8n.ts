/** The part of n8n around a poll: contexts, activation, and what is stored of what the trigger remembers. */
import 'reflect-metadata';
import { PollContext } from 'n8n-core';
import { Workflow } from 'n8n-workflow';
import type {
	IDataObject,
	INodeParameters,
	INodeType,
	IWorkflowExecuteAdditionalData,
	WorkflowActivateMode,
} from 'n8n-workflow';
import { keysFor } from '../../account';
import { CredentialStore, credentialsFor } from '../../engine';
import type { Request } from './datadog';
import { recoveryOf } from './expectations';
import { nameOf, type Keeper, type Settings } from './story';

export const FIELD = 'priority';

/** The values of Only Values. */
export const watchedValues = (settings: Settings) => [0, 1, 2].map((id) => nameOf(id, settings));

/** What n8n gives one poll of its own. */
export interface PollScope {
	trigger: number;
	copy: IDataObject;
	seed: string;
}

/** How long n8n's durable scheduler lets a poll take by default. */
const LEASE_MS = 36_000;

type Send = (request: Request) => Promise<object>;

export function parametersFrom(settings: Settings): INodeParameters {
	const recovery = recoveryOf(settings) ?? '';
	return {
		...settings,
		groupBy: settings.watches === 'total' ? [] : [FIELD],
		customGroupBy: '',
		onlyValues: settings.watches === 'onlyValues' ? watchedValues(settings).join(', ') : '',
		recovery,
		fireOnActivation: settings.triggerIfAlreadyCrossed,
		pollTimes: {},
		options: {
			maxRetries: settings.maxRetries,
			maxWait: 60,
			timeout: 600,
			recovery,
			maxGroups: settings.limit,
		},
	};
}

const NODE_NAMES = ['Trigger', 'Twin'];
const url = 'http://localhost:5678/';
const additionalData = {
	credentialsHelper: new CredentialStore(keysFor('http://localhost:1')),
	restApiUrl: url,
	instanceBaseUrl: url,
	webhookWaitingBaseUrl: url,
	formWaitingBaseUrl: url,
	variables: {},
} as unknown as IWorkflowExecuteAdditionalData;

export class N8n {
	workflow!: Workflow;

	private contexts: PollContext[] = [];

	/** The static data in n8n's database. */
	private stored = '{}';

	/** The copies in n8n's database, by trigger. */
	private cursors: string[] = ['{}', '{}'];

	private copies = 0;

	constructor(
		readonly type: INodeType,
		readonly keeper: Keeper,
		private readonly triggers: number,
		private readonly send: Send,
		private readonly scope: () => PollScope,
		private readonly id: string,
	) {}

	/** Loads the workflow from the database and activates it; nothing is polled yet. */
	load(settings: Settings, activation: WorkflowActivateMode) {
		const parameters = parametersFrom(settings);
		this.workflow = new Workflow({
			id: `${this.id}-${this.copies}`,
			active: true,
			nodeTypes: {
				getByName: () => this.type,
				getByNameAndVersion: () => this.type,
				getKnownTypes: () => ({}),
			},
			// With the same node id, as copied workflows have had it.
			nodes: NODE_NAMES.slice(0, this.triggers).map((name) => ({
				id: '1',
				name,
				type: 'datadogCasesTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters,
				credentials: credentialsFor(parameters),
			})),
			connections: {},
			staticData: JSON.parse(this.stored) as IDataObject,
		});
		this.contexts = NODE_NAMES.slice(0, this.triggers).map((_, i) =>
			this.contextFor(i, activation),
		);
	}

	/** A copy of the workflow with what n8n has stored of the first. */
	copy() {
		this.copies++;
	}

	/** The query's expression gives another text from now on. */
	resolveQueryTo(query: string) {
		for (const node of Object.values(this.workflow.nodes)) node.parameters.query = query;
	}

	/** What a poll is called with. */
	poller(trigger: number): PollContext {
		return this.keeper === 'durable'
			? this.contextFor(trigger, 'update', 'trigger', true)
			: this.contexts[trigger];
	}

	activationPoller = (trigger: number) => this.contexts[trigger];

	/** What 'Fetch Test Event' is called with. */
	testPoller = (trigger: number) => this.contextFor(trigger, 'manual', 'manual');

	openScope(trigger: number): PollScope {
		const seed = this.cursors[trigger];
		return { trigger, seed, copy: JSON.parse(seed) as IDataObject };
	}

	/** Takes in what a poll remembers. */
	commit({ trigger, seed, copy }: PollScope) {
		const text = JSON.stringify(copy);
		if (text !== seed) this.cursors[trigger] = text;
	}

	/** As n8n does: only when it noticed a change. @returns whether it was written. */
	saveStaticData(): boolean {
		const { staticData } = this.workflow as unknown as { staticData: { __dataChanged: boolean } };
		if (!staticData.__dataChanged) return false;
		this.stored = JSON.stringify(staticData);
		staticData.__dataChanged = false;
		return true;
	}

	/** What the trigger remembers, as text. */
	memory(trigger: number): string {
		if (this.keeper !== 'legacy') return this.cursors[trigger];
		return JSON.stringify(
			this.workflow.getStaticData('node', this.workflow.getNode(NODE_NAMES[trigger])!),
		);
	}

	private contextFor(
		trigger: number,
		activation: WorkflowActivateMode,
		mode: 'trigger' | 'manual' = 'trigger',
		isScheduled = false,
	) {
		const context = new PollContext(
			this.workflow,
			this.workflow.getNode(NODE_NAMES[trigger])!,
			additionalData,
			mode,
			activation,
			undefined,
			undefined,
			undefined,
			undefined,
			this.keeper === 'legacy' ? undefined : () => this.scope().copy,
			isScheduled ? () => LEASE_MS : undefined,
		);
		Object.assign(context.helpers, {
			httpRequestWithAuthentication: async (_type: string, request: Request) =>
				await this.send(request),
		});
		const silent = () => {};
		Object.defineProperty(context, 'logger', {
			value: { warn: silent, info: silent, debug: silent, error: silent },
		});
		return context;
	}
}
