import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { authenticationField } from './descriptions/authentication';
import { operations } from './actions';
import { Run } from './actions/run';
import { testCredential } from './methods/credentialTest';

export class DatadogCases implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Datadog Cases',
		name: 'datadogCases',
		icon: { light: 'file:datadogCases.svg', dark: 'file:datadogCases.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ { aggregate: "Aggregate Cases", count: "Count Cases", getAll: "Get Many Cases" }[$parameter["operation"]] }}',
		description: 'Count, group and get cases in Datadog Case Management',
		defaults: { name: 'Datadog Cases' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
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
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				options: operations.map(({ option }) => option),
				default: 'count',
			},
			...operations.flatMap(({ option, fields }) =>
				fields.map((field) => ({
					...field,
					// With the slash, 'Group By' and 'Options' outlast a change of the operation: without it n8n empties them.
					displayOptions: { show: { '/operation': [option.value], ...field.displayOptions?.show } },
				})),
			),
		],
	};

	methods = { credentialTest: { testCredential } };

	/**
	 * Every item ends in its groups or in its own error, whatever is thrown for it: n8n hands the input of a node
	 * that throws as a whole to the success branch when the workflow continues.
	 */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const stop = new AbortController();
		const abort = () => stop.abort();
		const cancelSignal = this.getExecutionCancelSignal();
		cancelSignal?.addEventListener('abort', abort);
		// Retry On Fail calls the node again after the execution was stopped.
		if (cancelSignal?.aborted) abort();
		try {
			return [await new Run(this, stop).output()];
		} finally {
			cancelSignal?.removeEventListener('abort', abort);
			abort();
		}
	}
}
