/** The part of n8n around a poll: contexts, activation, and what is stored of what the trigger remembers. */
import 'reflect-metadata';
import { PollContext } from 'n8n-core';
import { Workflow } from 'n8n-workflow';
import type {
	IDataObject,
	INode,
	INodeParameters,
	INodeType,
	IWorkflowExecuteAdditionalData,
	WorkflowActivateMode,
} from 'n8n-workflow';
import { keysFor } from '../../support/account';
import { CredentialStore, credentialsFor } from '../../support/engine';
import type { Request } from './datadog';
import { recoveryOf } from './expectations';
import { nameOf, type Keeper, type Settings, type Site, type Story } from './story';

export const FIELD = 'priority';

/** The values of Only Values. */
export const watchedValues = (settings: Settings) => [0, 1, 2].map((id) => nameOf(id, settings));

/** What n8n gives one poll of its own. */
export interface PollScope {
	trigger: number;
	copy: IDataObject;
	seed: string;
	/** How many warnings it wrote to n8n's log. */
	warnings: number;
}

/** How long n8n's durable scheduler lets a poll take by default. */
const LEASE_MS = 36_000;

type Send = (request: Request) => Promise<object>;

/** What n8n stores: of the options, those that somebody added. */
export function parametersFrom(settings: Settings): INodeParameters {
	const { consecutivePolls, repeatEvery, attachCases, limit } = settings;
	const recovery = recoveryOf(settings);
	const field = settings.watches === 'total' ? '' : FIELD;
	return {
		event: settings.event,
		condition: settings.condition,
		threshold: settings.threshold,
		query: settings.query,
		groupBy: settings.isCustomField ? '' : field,
		onlyValues: settings.watches === 'onlyValues' ? watchedValues(settings).join(', ') : '',
		notifyRecovery: settings.notifyRecovery,
		triggerIfAlreadyCrossed: settings.triggerIfAlreadyCrossed,
		minimumChange: settings.minimumChange,
		direction: settings.direction,
		includeGone: settings.includeGone,
		pollTimes: {},
		options: {
			maxRetries: settings.maxRetries,
			maxWait: 60,
			timeout: 600,
			...(recovery === undefined ? {} : { recovery }),
			...(consecutivePolls === 1 ? {} : { consecutivePolls }),
			repeatEvery: repeatEvery === 'never' ? '' : repeatEvery,
			...(attachCases === 0 ? {} : { attachCases }),
			...(settings.isCustomField ? { customGroupBy: field } : {}),
			...(limit === 1000 ? {} : { maxGroups: limit }),
		},
	};
}

const NODE_NAMES = ['Trigger', 'Twin'];
const url = 'http://localhost:5678/';
const additionalDataFor = (site: Site) =>
	({
		credentialsHelper: new CredentialStore({ ...keysFor('http://localhost:1'), site }),
		restApiUrl: url,
		instanceBaseUrl: url,
		webhookWaitingBaseUrl: url,
		formWaitingBaseUrl: url,
		variables: {},
	}) as unknown as IWorkflowExecuteAdditionalData;

interface Place {
	workflow: Workflow;
	node: INode;
	context: PollContext;
}

export class N8n {
	/** Each trigger's: two of them stand in one workflow, or in one each. */
	private places: Place[] = [];

	/** The static data in n8n's database, by workflow. */
	private stored = ['{}', '{}'];

	/** The copies in n8n's database, by trigger. */
	private cursors: string[] = ['{}', '{}'];

	private copies = 0;

	private readonly additionalData: IWorkflowExecuteAdditionalData;

	constructor(
		readonly type: INodeType,
		readonly keeper: Keeper,
		private readonly twin: Story['twin'],
		site: Site,
		private readonly send: Send,
		private readonly scope: () => PollScope,
		private readonly id: string,
	) {
		this.additionalData = additionalDataFor(site);
	}

	/** Loads the workflows from the database and activates them; nothing is polled yet. */
	load(settings: Settings, activation: WorkflowActivateMode) {
		const names = NODE_NAMES.slice(0, this.twin === 'node' ? 2 : 1);
		const workflows = this.twin === 'workflow' ? 2 : 1;
		this.places = [];
		for (let i = 0; i < workflows; i++) {
			const workflow = this.loadWorkflow(i, names, parametersFrom(settings));
			for (const name of names) {
				const node = workflow.getNode(name)!;
				this.places.push({ workflow, node, context: this.contextFor(workflow, node, activation) });
			}
		}
	}

	private loadWorkflow(i: number, names: string[], parameters: INodeParameters) {
		return new Workflow({
			id: `${this.id}-${this.copies}${i === 0 ? '' : '-twin'}`,
			active: true,
			nodeTypes: {
				getByName: () => this.type,
				getByNameAndVersion: () => this.type,
				getKnownTypes: () => ({}),
			},
			// With the same node id, as copied workflows have had it.
			nodes: names.map((name) => ({
				id: '1',
				name,
				type: 'datadogCasesTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters,
				credentials: credentialsFor(parameters),
			})),
			connections: {},
			staticData: JSON.parse(this.stored[i]) as IDataObject,
		});
	}

	/** A copy of the workflow with what n8n has stored of the first. */
	copy() {
		this.copies++;
	}

	/** The query's expression gives another text from now on. */
	resolveQueryTo(query: string) {
		for (const { node } of this.places) node.parameters.query = query;
	}

	/** What a poll is called with. */
	poller(trigger: number): PollContext {
		const { workflow, node, context } = this.places[trigger];
		return this.keeper === 'durable'
			? this.contextFor(workflow, node, 'update', 'trigger', true)
			: context;
	}

	activationPoller = (trigger: number) => this.places[trigger].context;

	/** What 'Fetch Test Event' is called with. */
	testPoller(trigger: number) {
		const { workflow, node } = this.places[trigger];
		return this.contextFor(workflow, node, 'manual', 'manual');
	}

	openScope(trigger: number): PollScope {
		const seed = this.cursors[trigger];
		return { trigger, seed, copy: JSON.parse(seed) as IDataObject, warnings: 0 };
	}

	/** Takes in what a poll remembers. */
	commit({ trigger, seed, copy }: PollScope) {
		const text = JSON.stringify(copy);
		if (text !== seed) this.cursors[trigger] = text;
	}

	/** As n8n does: only when it noticed a change. @returns whether the trigger's workflow was written. */
	saveStaticData(trigger: number): boolean {
		const { workflow } = this.places[trigger];
		const { staticData } = workflow as unknown as { staticData: { __dataChanged: boolean } };
		if (!staticData.__dataChanged) return false;
		this.stored[this.workflows.indexOf(workflow)] = JSON.stringify(staticData);
		staticData.__dataChanged = false;
		return true;
	}

	/** Whether both stand in one workflow, whose static data is stored at once. */
	isStoredWith = (trigger: number, other: number) =>
		this.places[trigger].workflow === this.places[other].workflow;

	private get workflows() {
		return [...new Set(this.places.map(({ workflow }) => workflow))];
	}

	/** What the trigger remembers, as text. */
	memory(trigger: number): string {
		if (this.keeper !== 'legacy') return this.cursors[trigger];
		const { workflow, node } = this.places[trigger];
		return JSON.stringify(workflow.getStaticData('node', node));
	}

	private contextFor(
		workflow: Workflow,
		node: INode,
		activation: WorkflowActivateMode,
		mode: 'trigger' | 'manual' = 'trigger',
		isScheduled = false,
	) {
		const context = new PollContext(
			workflow,
			node,
			this.additionalData,
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
		const warn = () => {
			this.scope().warnings++;
		};
		Object.defineProperty(context, 'logger', {
			value: { warn, info: silent, debug: silent, error: silent },
		});
		return context;
	}
}
