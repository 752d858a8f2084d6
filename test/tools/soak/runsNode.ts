import type {
	IAdditionalCredentialOptions,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
} from 'n8n-workflow';
import { DatadogCases } from './runsProduct';

/** What the node is run on, item by item. */
export interface RunInput {
	items: number;
	parameters: (item: number) => IDataObject;
	credential: (item: number) => Promise<IDataObject>;
	onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	cancelSignal?: AbortSignal;
	/** Resolves with n8n's full response, or throws what axios throws. */
	answer: (request: IHttpRequestOptions, apiKey: string) => Promise<unknown>;
}

export type Execute = (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>;

/** The node's own method. */
export const execute: Execute = async function () {
	return await new DatadogCases().execute.call(this);
};

/** The parameters of a node that was just added. */
export const parametersWith = (query: string, groupBy: string[], options: IDataObject) => ({
	authentication: 'apiKeys',
	operation: 'count',
	query,
	groupBy,
	customGroupBy: '',
	maxGroups: 50,
	simplify: true,
	options,
});

/** A credential as n8n gives it; the same for all items unless a field of it is an expression. */
export const credentialWith = (apiKey: string, isExpression: boolean): IDataObject => ({
	site: 'datadoghq.com',
	baseUrl: '',
	authentication: 'keys',
	apiKey,
	appKey: '0123456789'.repeat(4),
	...(!isExpression && { noExpression: 'yes' }),
});

/** What n8n gives the node as `this`. */
export function contextFor(input: RunInput): IExecuteFunctions {
	const node = {
		id: '1',
		name: 'Datadog Cases',
		type: 'datadogCases',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		onError: input.onError,
	};
	const context = {
		getInputData: () => Array.from({ length: input.items }, () => ({ json: {} })),
		getNodeParameter: (name: string, item: number) => input.parameters(item)[name],
		getCredentials: async (_type: string, item: number) => await input.credential(item),
		getNode: () => node,
		getWorkflow: () => ({ id: '1', name: 'Soak', active: true }),
		getMode: () => 'trigger',
		continueOnFail: () => input.onError !== 'stopWorkflow',
		getExecutionCancelSignal: () => input.cancelSignal,
		addExecutionHints: () => {},
		logger: { debug() {}, info() {}, warn() {}, error() {} },
		helpers: {
			httpRequestWithAuthentication: async (
				_type: string,
				request: IHttpRequestOptions,
				{ credentialsDecrypted }: IAdditionalCredentialOptions,
			) => await input.answer(request, String(credentialsDecrypted?.data?.apiKey)),
		},
	};
	return context as unknown as IExecuteFunctions;
}
