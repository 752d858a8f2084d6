/** Runs the trigger through n8n-core's real PollContext with real HTTP. */
import { AsyncLocalStorage } from 'node:async_hooks';

import { PollContext } from 'n8n-core';
import { Workflow } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INodeParameters,
	IWorkflowExecuteAdditionalData,
	WorkflowActivateMode,
	WorkflowExecuteMode,
} from 'n8n-workflow';

// With its extension: tsx would take the codex file beside it.
import { DatadogCasesTrigger } from '../../nodes/DatadogCases/DatadogCasesTrigger.node.ts';
import { CredentialStore, credentialsFor } from './engine';

const NAME = 'Datadog Cases Trigger';

export interface TriggerOptions {
	parameters: INodeParameters;
	credential: ICredentialDataDecryptedObject;
	workflowId?: string;
	/** n8n's id of the credential. */
	credentialId?: string;
	/** What n8n has stored of the workflow before: what `stored` gave. */
	staticData?: string;
	/** How long n8n lets a poll take, in milliseconds. Older versions of n8n do not say. */
	budgetMs?: number | 'unknown';
	/** Whether n8n gives each poll a copy of what is remembered, and takes it only from a poll that did not fail. */
	isStaged?: boolean;
	/** Why n8n activates the workflow. */
	activation?: WorkflowActivateMode;
	/** Whether n8n's durable scheduler polls: then each poll has a context of its own. */
	isDurable?: boolean;
	nodeName?: string;
	/** What an expression reads in `$vars`. */
	variables?: IDataObject;
}

/** A trigger in an active workflow. */
export interface ActiveTrigger {
	/** What n8n would start the workflow with: the items' json, or null for no start. */
	poll(mode?: WorkflowExecuteMode): Promise<IDataObject[] | null>;
	/** What the trigger remembers now, as JSON text. */
	memory(): string;
	/** What of it n8n finds again after a restart: it stores it at activation and when the workflow starts. */
	stored(): string;
	/** What the trigger wrote to n8n's log as warnings. */
	warnings: string[];
}

/** Activates a workflow with the trigger; nothing is polled yet. */
export function activate(options: TriggerOptions): ActiveTrigger {
	const { parameters, credential, credentialId = '1', staticData = '{}' } = options;
	const { budgetMs, isStaged = false, isDurable = false, activation = 'activate' } = options;
	const { nodeName = NAME } = options;
	const type = new DatadogCasesTrigger();
	const workflow = new Workflow({
		id: options.workflowId ?? 'test',
		name: 'On call',
		active: true,
		nodeTypes: {
			getByName: () => type,
			getByNameAndVersion: () => type,
			getKnownTypes: () => ({}),
		},
		nodes: [
			{
				id: '1',
				name: nodeName,
				type: 'datadogCasesTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters,
				credentials: credentialsFor(parameters, credentialId),
			},
		],
		connections: {},
		staticData: JSON.parse(staticData) as IDataObject,
	});
	const url = 'http://localhost:5678/';
	const additionalData = {
		credentialsHelper: new CredentialStore(credential),
		restApiUrl: url,
		instanceBaseUrl: url,
		webhookWaitingBaseUrl: url,
		formWaitingBaseUrl: url,
		variables: options.variables ?? {},
	} as unknown as IWorkflowExecuteAdditionalData;

	let stored = staticData;
	let isActivated = false;
	let staged = (JSON.parse(staticData) as { staged?: IDataObject }).staged ?? {};

	const warnings: string[] = [];
	const contextFor = (mode: WorkflowExecuteMode) => {
		const context = new PollContext(
			workflow,
			workflow.getNode(nodeName)!,
			additionalData,
			mode,
			isDurable ? 'update' : activation,
			undefined,
			undefined,
			undefined,
			undefined,
			isStaged ? () => stagedCopy() : undefined,
		);
		const given = budgetMs ?? (isDurable ? 36_000 : undefined);
		if (given !== undefined) {
			const getPollBudgetMs = given === 'unknown' ? undefined : () => given;
			Object.defineProperty(context, 'getPollBudgetMs', { value: getPollBudgetMs });
		}
		const silent = () => {};
		const warn = (message: string) => void warnings.push(message);
		Object.defineProperty(context, 'logger', {
			value: { warn, info: silent, debug: silent, error: silent },
		});
		return context;
	};
	// n8n keeps one context for all polls of an activation.
	const activated = contextFor('trigger');
	const stagedCopies = new AsyncLocalStorage<IDataObject>();
	const stagedCopy = () => stagedCopies.getStore()!;

	return {
		warnings,
		async poll(mode = 'trigger') {
			const seed = staged;
			const copy = structuredClone(seed);
			const context = mode === 'trigger' && !isDurable ? activated : contextFor(mode);
			const outputs = await stagedCopies.run(copy, async () => await type.poll.call(context));
			if (JSON.stringify(copy) !== JSON.stringify(seed)) staged = copy;
			if (mode !== 'manual' && (outputs !== null || !isActivated)) {
				isActivated = true;
				stored = this.memory();
			}
			return outputs && outputs[0].map(({ json }) => json);
		},
		memory: () => JSON.stringify(isStaged ? { staged } : workflow.staticData),
		stored: () => (isStaged ? JSON.stringify({ staged }) : stored),
	};
}
