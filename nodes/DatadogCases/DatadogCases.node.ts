import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { isAgentTool } from './agentTool';
import { authentication } from './authentication';
import { clock } from './clock';
import { testCredential } from './credentialTest';
import { errorItemFrom, nodeErrorFrom, refusalFrom } from './errors';
import { hintsFor } from './hints';
import { operationNamed, operations } from './operations';
import { rawResultFrom } from './operations/raw';
import type { Result } from './operations/operation';
import { readParameters } from './parameters';
import { Transport } from './transport';

export class DatadogCases implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Datadog Cases',
		name: 'datadogCases',
		icon: { light: 'file:datadogCases.svg', dark: 'file:datadogCases.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] === "count" ? "Count Cases" : "Aggregate Cases" }}',
		description:
			'Count the cases of Datadog Case Management that match a query, in total or by status, priority and other fields',
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
			authentication,
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
					displayOptions: { show: { '/operation': [option.value] } },
				})),
			),
		],
	};

	methods = { credentialTest: { testCredential } };

	/**
	 * Every item ends in its groups or in its own refusal, whatever is thrown for it: n8n hands the input of a node
	 * that throws as a whole to the success branch when the workflow continues.
	 */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const stop = new AbortController();
		const end = () => stop.abort();
		const cancelled = this.getExecutionCancelSignal();
		cancelled?.addEventListener('abort', end);
		// Retry On Fail calls the node again after the execution was stopped.
		if (cancelled?.aborted) end();

		const transport = new Transport(this, clock, stop.signal);
		const outputs: INodeExecutionData[][] = [];
		const results: Result[] = [];
		let fail!: (error: Error) => void;
		const failed = new Promise<never>((_, reject) => (fail = reject));
		failed.catch(() => {}); // awaited at the end

		const refuse = (item: number, thrown: unknown, message: string) => {
			const refusal = refusalFrom(thrown, message);
			const output = { json: errorItemFrom(refusal, item), pairedItem: { item } };
			const node = this.getNode();
			const error = nodeErrorFrom(refusal, node, item);
			outputs[item] = [output];
			// n8n 1.x looks for it to choose the output; were it enumerable, n8n would drop the details for it.
			if (node.onError === 'continueErrorOutput') {
				Object.defineProperty(output, 'error', { value: error, writable: true });
			}
			if (this.continueOnFail()) return;
			end();
			fail(error);
		};

		const asks = this.getInputData().map((_, item) => {
			try {
				const get = (name: string) => this.getNodeParameter(name, item) as unknown;
				const operation = operationNamed(get('operation'));
				const parameters = readParameters(get);
				return { operation, parameters, request: operation.requestFor(parameters) };
			} catch (error) {
				refuse(item, error, 'A parameter cannot be read');
				return undefined;
			}
		});

		const answers: Array<Promise<void>> = [];
		for (const [item, ask] of asks.entries()) {
			if (!ask) continue;
			const { operation, parameters, request } = ask;

			const take = (data: IDataObject) => {
				const result = parameters.simplify
					? operation.resultFrom(data, parameters)
					: rawResultFrom(operation, data, parameters);
				results.push(result);
				outputs[item] = result.items.map((json) => ({ json, pairedItem: { item } }));
			};

			try {
				const { answer } = await transport.send(request, item, parameters);
				answers.push(
					answer.then(take).catch((error) => refuse(item, error, 'The answer cannot be read')),
				);
			} catch (error) {
				refuse(item, error, 'The credential cannot be used');
			}
		}

		try {
			await Promise.race([failed, Promise.all(answers)]);
		} finally {
			cancelled?.removeEventListener('abort', end);
		}
		const hints = hintsFor(results);
		// Older versions of n8n have no hints where an agent uses the node.
		this.addExecutionHints?.(...hints);
		const items = outputs.flat();
		if (items.length === 0 && hints.length > 0 && isAgentTool(this.getNode())) {
			return [[{ json: { hint: hints[0].message }, pairedItem: { item: 0 } }]];
		}
		return [items];
	}
}
