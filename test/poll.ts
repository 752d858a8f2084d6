/** Runs the trigger through n8n-core's real PollContext with real HTTP. */
import { PollContext } from 'n8n-core';
import { Workflow } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INodeParameters,
	IWorkflowExecuteAdditionalData,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import { DatadogCasesTrigger } from '../nodes/DatadogCases/DatadogCasesTrigger.node';
import { CredentialStore } from './engine';

const NAME = 'Datadog Cases Trigger';

export interface TriggerOptions {
	parameters: INodeParameters;
	credential: ICredentialDataDecryptedObject;
	/** n8n's id of the credential. */
	credentialId?: string;
	/** What n8n has stored of the workflow before: what `stored` gave. */
	staticData?: string;
	/** How long n8n lets a poll take, in milliseconds. Older versions of n8n do not say. */
	budgetMs?: number | 'unknown';
}

/** A trigger in an active workflow. */
export interface ActiveTrigger {
	/** What n8n would start the workflow with: the items' json, or null for no start. */
	poll(mode?: WorkflowExecuteMode): Promise<IDataObject[] | null>;
	/** What n8n would store for a restart, as JSON text. */
	stored(): string;
}

/** Activates a workflow with the trigger; nothing is polled yet. */
export function activate(options: TriggerOptions): ActiveTrigger {
	const { parameters, credential, credentialId = '1', staticData = '{}', budgetMs } = options;
	const type = new DatadogCasesTrigger();
	const workflow = new Workflow({
		id: 'test',
		active: true,
		nodeTypes: {
			getByName: () => type,
			getByNameAndVersion: () => type,
			getKnownTypes: () => ({}),
		},
		nodes: [
			{
				id: '1',
				name: NAME,
				type: 'datadogCasesTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters,
				credentials: { datadogCasesApi: { id: credentialId, name: 'Datadog' } },
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
		variables: {},
	} as unknown as IWorkflowExecuteAdditionalData;

	return {
		async poll(mode = 'trigger') {
			const context = new PollContext(
				workflow,
				workflow.getNode(NAME)!,
				additionalData,
				mode,
				'activate',
			);
			if (budgetMs !== undefined) {
				const getPollBudgetMs = budgetMs === 'unknown' ? undefined : () => budgetMs;
				Object.defineProperty(context, 'getPollBudgetMs', { value: getPollBudgetMs });
			}
			const outputs = await type.poll.call(context);
			return outputs && outputs[0].map(({ json }) => json);
		},
		stored: () => JSON.stringify(workflow.staticData),
	};
}
