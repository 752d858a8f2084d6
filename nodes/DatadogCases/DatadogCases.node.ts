import { NodeConnectionTypes, sleep } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { isAgentTool } from './errors/agentTool';
import { authenticationField } from './descriptions/authentication';
import { testCredential } from './methods/credentialTest';
import { toUserFacingError } from './errors/errors';
import { toNodeError, outputOfFailedItem } from './errors/nodeErrors';
import type { UserFacingError } from './errors/userFacingError';
import { hintsFor } from './actions/hints';
import { operationNamed, operations } from './actions';
import { rawResultFrom } from './actions/rawOutput';
import type { Operation, OperationResult } from './actions/operation';
import { readOperationParameters } from './actions/parameters';
import type { OperationParameters } from './actions/parameters';
import { Client } from './transport/client';
import type { Request } from './transport/client';
import { clock } from './transport/clock';

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
					displayOptions: { show: { '/operation': [option.value] } },
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
		const end = () => stop.abort();
		const cancelled = this.getExecutionCancelSignal();
		cancelled?.addEventListener('abort', end);
		// Retry On Fail calls the node again after the execution was stopped.
		if (cancelled?.aborted) end();

		const client = new Client(this, clock, stop.signal);
		const refused: RefusedItem[] = [];
		const refuse = (item: number, error: unknown, message: string): RefusedItem => {
			const one = { item, error: toUserFacingError(error, message) };
			refused.push(one);
			if (!this.continueOnFail()) end();
			return one;
		};
		const failIfRefused = () => {
			if (refused.length === 0 || this.continueOnFail()) return;
			throw toNodeError(refused[0].error, this.getNode(), refused[0].item);
		};

		try {
			const questions: Array<Question | RefusedItem> = [];
			for (const item of this.getInputData().keys()) {
				try {
					questions.push(questionOf(this, item));
				} catch (error) {
					questions.push(refuse(item, error, 'A parameter cannot be read'));
				}
				await pauseAfter(item);
			}
			// Nothing is sent while a parameter is wrong.
			failIfRefused();

			const answers: Array<Promise<OperationResult | RefusedItem>> = [];
			for (const [item, question] of questions.entries()) {
				const answer = answerTo(question, item, client).catch((error) =>
					refuse(item, error, 'The answer cannot be read'),
				);
				answers.push(answer);
				await pauseAfter(item);
			}
			const results = await Promise.all(answers);
			failIfRefused();
			return [await outputOf(this, results)];
		} finally {
			cancelled?.removeEventListener('abort', end);
			end();
		}
	}
}

/** What one item asks. */
interface Question {
	operation: Operation;
	parameters: OperationParameters;
	request: Request;
}

interface RefusedItem {
	item: number;
	error: UserFacingError;
}

const ITEMS_AT_ONCE = 100;

/** Lets n8n do something else now and then, however many items there are. */
async function pauseAfter(item: number): Promise<void> {
	if (item % ITEMS_AT_ONCE === ITEMS_AT_ONCE - 1) await sleep(0);
}

/** @throws UserFacingError, or whatever the expression of a parameter throws. */
function questionOf(context: IExecuteFunctions, item: number): Question {
	const getParameter = (name: string) => context.getNodeParameter(name, item) as unknown;
	const operation = operationNamed(getParameter('operation'));
	const parameters = readOperationParameters(getParameter);
	return { operation, parameters, request: operation.requestFor(parameters) };
}

/** @throws UserFacingError, or whatever an answer leads to that nobody has thought of. */
async function answerTo(
	question: Question | RefusedItem,
	item: number,
	client: Client,
): Promise<OperationResult | RefusedItem> {
	if ('error' in question) return question;
	const { operation, parameters, request } = question;
	const { data } = await client.send(request, item, parameters);
	return parameters.simplify
		? operation.resultFrom(data, parameters)
		: rawResultFrom(operation, data, parameters);
}

/** @returns the items of all results, each paired with its input item; adds the hints. */
async function outputOf(
	context: IExecuteFunctions,
	results: Array<OperationResult | RefusedItem>,
): Promise<INodeExecutionData[]> {
	const node = context.getNode();
	const items: INodeExecutionData[] = [];
	for (const [item, result] of results.entries()) {
		if ('error' in result) items.push(outputOfFailedItem(result.error, node, item));
		else for (const json of result.items) items.push({ json, pairedItem: { item } });
		await pauseAfter(item);
	}
	const hints = hintsFor(results.filter((result): result is OperationResult => 'items' in result));
	// Older versions of n8n have no hints where an agent uses the node.
	context.addExecutionHints?.(...hints);
	if (items.length === 0 && hints.length > 0 && isAgentTool(node)) {
		return [{ json: { hint: hints[0].message }, pairedItem: { item: 0 } }];
	}
	return items;
}
