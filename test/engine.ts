/**
 * Runs the node through n8n-core's real engine with real HTTP. Only what needs n8n's database is replaced: the store
 * of credentials, which resolves expressions as packages/cli does.
 */
import 'reflect-metadata';
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import { ICredentialsHelper, NodeConnectionTypes, NodeHelpers, Workflow } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	ICredentialsExpressionResolveValues,
	ICredentialType,
	IDataObject,
	IHttpRequestOptions,
	INode,
	INodeCredentialsDetails,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	IRun,
	IRunExecutionData,
	IWorkflowExecuteAdditionalData,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import { DatadogCasesApi } from '../credentials/DatadogCasesApi.credentials';
import { DatadogCasesOAuth2Api } from '../credentials/DatadogCasesOAuth2Api.credentials';
// With its extension: tsx would take the codex file beside it.
import { DatadogCases } from '../nodes/DatadogCases/DatadogCases.node.ts';

const keys = new DatadogCasesApi();
const credentialTypes: ICredentialType[] = [keys, new DatadogCasesOAuth2Api()];
const typeNamed = (type: string) => credentialTypes.find(({ name }) => name === type)!;

/** What the expressions of a credential are resolved with where no item is at hand. */
const nowhere: INode = {
	id: '',
	name: '',
	type: 'nowhere',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/** What a node holds of the credential in the store, for the authentication that its parameters ask for. */
export const credentialsFor = (
	{ authentication, nodeCredentialType }: INodeParameters,
	id = '1',
) => ({
	[typeof nodeCredentialType === 'string'
		? nodeCredentialType
		: authentication === 'oAuth2'
			? 'datadogCasesOAuth2Api'
			: 'datadogCasesApi']: {
		id,
		name: 'Datadog',
	},
});

/** n8n's store of credentials, with one in it. */
export class CredentialStore extends ICredentialsHelper {
	constructor(private stored: ICredentialDataDecryptedObject | undefined) {
		super();
	}

	async authenticate(credential: ICredentialDataDecryptedObject, _type: string, request: object) {
		return await keys.authenticate(credential, request as IHttpRequestOptions);
	}

	async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		_details: INodeCredentialsDetails,
		type: string,
		mode: WorkflowExecuteMode,
		_executeData: unknown,
		raw: unknown,
		at?: ICredentialsExpressionResolveValues,
	): Promise<ICredentialDataDecryptedObject> {
		if (!this.stored) throw new Error('Credential with ID "1" does not exist.');
		if (raw) return this.stored;
		const data = NodeHelpers.getNodeParameters(
			typeNamed(type).properties,
			this.stored as INodeParameters,
			true,
			false,
			null,
			null,
		) as ICredentialDataDecryptedObject;
		const { oauthTokenData } = this.stored;
		if (oauthTokenData) data.oauthTokenData = oauthTokenData;
		const { expression } = at?.workflow ?? empty(nowhere);
		return expression.getParameterValue(
			data as INodeParameters,
			at?.runExecutionData ?? null,
			at?.runIndex ?? 0,
			at?.itemIndex ?? 0,
			at?.node.name ?? nowhere.name,
			at?.connectionInputData ?? [],
			mode,
			{},
			undefined,
			false,
			data,
		) as ICredentialDataDecryptedObject;
	}

	async updateCredentials(
		_details: INodeCredentialsDetails,
		_type: string,
		{ oauthTokenData }: ICredentialDataDecryptedObject,
	) {
		this.stored = { ...this.stored, oauthTokenData };
	}

	/** Older versions of n8n call the other one. */
	async updateCredentialsOauthTokenData(
		...stored: Parameters<CredentialStore['updateCredentials']>
	) {
		await this.updateCredentials(...stored);
	}

	/** The tokens that are stored now. */
	get tokens() {
		return this.stored?.oauthTokenData as Record<string, string> | undefined;
	}

	getParentTypes(type: string) {
		return typeNamed(type).extends ?? [];
	}
	async preAuthentication() {
		return undefined;
	}
	async runPreAuthentication() {
		return undefined;
	}
	getOAuth2Options() {
		return undefined;
	}
	async getCredentials(): Promise<never> {
		throw new Error('The engine does not ask for the stored form');
	}
	getCredentialsProperties() {
		return [];
	}
	isCredentialUsableByNode() {
		return true;
	}
}

const empty = (node: INode) =>
	new Workflow({
		active: false,
		nodeTypes: {
			getByName: () => sink,
			getByNameAndVersion: () => sink,
			getKnownTypes: () => ({}),
		},
		nodes: [node],
		connections: {},
	});

/** Emits the items it is given: what precedes the node. */
const source = (items: INodeExecutionData[]): INodeType => ({
	description: {
		displayName: 'Source',
		name: 'source',
		group: ['input'],
		version: 1,
		description: '',
		defaults: { name: 'Source' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	execute: async () => [items],
});

/** Resolves an expression for each item it gets: what a user's next node does. */
const sink: INodeType = {
	description: {
		displayName: 'Sink',
		name: 'sink',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Sink' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		properties: [{ displayName: 'From', name: 'from', type: 'string', default: '' }],
	},
	async execute() {
		return [
			this.getInputData().map((_, item) => ({
				json: { from: this.getNodeParameter('from', item) as string },
				pairedItem: { item },
			})),
		];
	},
};

export interface RunOptions {
	parameters?: INodeParameters;
	/** The json of each input item. */
	input?: IDataObject[];
	/** A store outlasts the run, with the tokens that n8n puts into it. */
	credential?: ICredentialDataDecryptedObject | CredentialStore;
	settings?: Partial<Pick<INode, 'onError' | 'retryOnFail' | 'maxTries' | 'waitBetweenTries'>>;
	/** Gets a function that cancels the execution. */
	onStart?: (cancel: () => void) => void;
	/** Another node in the place of ours. */
	nodeType?: INodeType;
	/** Whether the node has the type that n8n gives it as the tool of an agent. */
	asAgentTool?: boolean;
	/** What the nodes behind both outputs resolve for each item. */
	downstream?: string;
}

export interface RunResult {
	/** The first output, whole. */
	items: INodeExecutionData[];
	/** The error output, whole. */
	errorItems: INodeExecutionData[];
	/** What stopped the workflow. */
	error: (Error & { description?: string; httpCode?: string; context?: IDataObject }) | undefined;
	hints: string[];
	/** What the node behind each output resolved. */
	downstream: { success: unknown[]; error: unknown[] };
	/** All that n8n would store. */
	run: IRun;
}

/** Runs Source -> Datadog Cases -> Sink (and ErrorSink behind the error output), and waits for the end. */
export async function runNode(options: RunOptions): Promise<RunResult> {
	const { parameters = {}, input = [{}], credential, settings = {}, downstream = '' } = options;
	const type = options.asAgentTool ? 'datadogCasesTool' : 'datadogCases';
	const types: Record<string, INodeType> = {
		source: source(input.map((json) => ({ json }))),
		sink,
		[type]: options.nodeType ?? new DatadogCases(),
	};
	const to = (node: string) => [{ node, type: NodeConnectionTypes.Main, index: 0 }];
	const sinkNode = (name: string): INode => ({
		id: name,
		name,
		type: 'sink',
		typeVersion: 1,
		position: [400, 0],
		parameters: { from: downstream },
	});
	const workflow = new Workflow({
		id: 'test',
		active: false,
		nodeTypes: {
			getByName: (name) => types[name],
			getByNameAndVersion: (name) => types[name],
			getKnownTypes: () => ({}),
		},
		nodes: [
			{ id: '1', name: 'Source', type: 'source', typeVersion: 1, position: [0, 0], parameters: {} },
			{
				id: '2',
				name: 'Datadog Cases',
				type,
				typeVersion: 1,
				position: [200, 0],
				parameters,
				credentials: credentialsFor(parameters),
				...settings,
			},
			sinkNode('Sink'),
			sinkNode('ErrorSink'),
		],
		connections: {
			Source: { main: [to('Datadog Cases')] },
			'Datadog Cases': { main: [to('Sink'), to('ErrorSink')] },
		},
	});

	const mode = 'manual';
	const hooks = new ExecutionLifecycleHooks(mode, 'test', workflow as never);
	const ended = new Promise<IRun>((resolve) =>
		hooks.addHandler('workflowExecuteAfter', async (run) => resolve(run)),
	);
	const url = 'http://localhost:5678/';
	const additionalData = {
		credentialsHelper:
			credential instanceof CredentialStore ? credential : new CredentialStore(credential),
		hooks,
		executionId: 'test',
		restApiUrl: url,
		instanceBaseUrl: url,
		webhookBaseUrl: url,
		webhookWaitingBaseUrl: url,
		webhookTestBaseUrl: url,
		formWaitingBaseUrl: url,
		variables: {},
		userId: 'test',
	} as unknown as IWorkflowExecuteAdditionalData;
	// Older versions of n8n-workflow, which `npm run test:versions` runs this with, have no function that makes this.
	const data = {
		version: 1,
		startData: {},
		resultData: { runData: {} },
		executionData: {
			contextData: {},
			nodeExecutionStack: [
				{ node: workflow.getNode('Source')!, data: { main: [[{ json: {} }]] }, source: null },
			],
			metadata: {},
			waitingExecution: {},
			waitingExecutionSource: {},
		},
	} as unknown as IRunExecutionData;
	const execution = new WorkflowExecute(additionalData, mode, data).processRunExecutionData(
		workflow,
	);
	options.onStart?.(() => execution.cancel());
	const [run] = await Promise.all([ended, execution.catch(() => {})]);

	const { runData, error } = run.data.resultData;
	const outputs = runData['Datadog Cases']?.[0]?.data?.main ?? [];
	const resolved = (name: string) =>
		(runData[name]?.[0]?.data?.main[0] ?? []).map(({ json }) => json.from);
	return {
		items: outputs[0] ?? [],
		errorItems: outputs[1] ?? [],
		error: error as RunResult['error'],
		hints: (runData['Datadog Cases']?.[0]?.hints ?? []).map(({ message }) => message),
		downstream: { success: resolved('Sink'), error: resolved('ErrorSink') },
		run,
	};
}
