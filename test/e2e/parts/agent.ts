import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { INode, INodeParameters, NodeApiError } from 'n8n-workflow';
import { keysFor } from '../../support/account';
import {
	API_KEY,
	APPLICATION_KEY,
	APPLICATION_KEY_WITHOUT_PERMISSION,
} from '../../datadog/accounts';
import type { Execution, Workflow } from '../n8n/instance';
import {
	type ModelRequest,
	type ScriptedModel,
	startScriptedModel,
} from '../services/scriptedModel';
import { casesCredential, setStage, type Stage } from '../n8n/stage';
import { tracesOf } from '../n8n/traces';
import { workflowNode } from '../n8n/workflowNode';

const BILLING =
	'[{"groupBy":"status","value":"CLOSED","count":3},{"groupBy":"status","value":"IN_PROGRESS","count":2}]';
const ADVICE_FOR_QUERY =
	"Check the syntax of 'Query' and the field names in 'Group By'. To test the query, paste it into the search bar of Datadog's case list.";
const ADVICE_FOR_CREDENTIAL =
	"In the credential, check 'Site' and the keys or token ('Application Key' needs the key's value, not its ID). Also check the cases_read permission. Datadog's errors don't always name the actual cause, so check everything. With OAuth2, reconnect the credential and allow cases_read.";

const EMPTY_HINT =
	"No cases found. Check the spelling in 'Query' and 'Group By'. To always get an item for a value, add it to 'Include Values'.";

describe('The tool of an AI Agent', () => {
	let stage: Stage;
	let model: ScriptedModel;
	before(async () => {
		model = await startScriptedModel();
		stage = await setStage('agent', { env: { N8N_LOG_LEVEL: 'debug' } });
		await stage.n8n.saveCredential({
			name: 'Scripted model',
			type: 'openAiApi',
			data: { apiKey: 'test-model-key', url: model.url },
		});
	});
	beforeEach(() => {
		stage.datadog.reset();
		model.script.length = 0;
		model.requests.length = 0;
	});
	after(async () => {
		await stage?.close();
		await model?.close();
	});

	async function run(workflow: Workflow): Promise<Execution> {
		const { id } = await stage.n8n.saveWorkflow(workflow);
		return stage.n8n.run(id, 'Start');
	}
	const asked = () =>
		stage.datadog.requests.map(({ query, status }) => [
			query.query_filter,
			query.group_bys,
			status,
		]);

	test('reads a name, a description and the parameters that it may choose', async () => {
		model.script.push({ words: 'I need no tool.' });
		await run(agentWith());
		assert.deepEqual(model.requests[0].tools, [
			{
				type: 'function',
				function: {
					name: 'Count_cases',
					description: 'Count, group and get cases in Datadog Case Management',
					parameters: {
						type: 'object',
						properties: {
							query: {
								type: 'string',
								description: "Which cases, in the syntax of Datadog's case search",
							},
							groupBy: {
								type: 'string',
								description: 'Fields to group by, separated by commas; empty for the total',
							},
						},
						required: ['query', 'groupBy'],
						additionalProperties: false,
						$schema: 'http://json-schema.org/draft-07/schema#',
					},
					strict: false,
				},
			},
		]);
	});

	test('reads the description that was set by hand', async () => {
		model.script.push({ words: 'I need no tool.' });
		const toolDescription = 'Counts the open incidents of a service';
		await run(agentWith({}, { descriptionType: 'manual', toolDescription }));
		const [tool] = model.requests[0].tools as Array<{ function: { description?: string } }>;
		assert.equal(tool.function.description, toolDescription);
	});

	test('counts with the query and the field that the model chose, and hands it the items', async () => {
		model.script.push(
			{ calls: [{ query: 'service:billing priority:P1', groupBy: 'status' }] },
			{ words: 'Three are closed, two in progress.' },
		);
		const execution = await run(agentWith());
		assert.equal(execution.status, 'success');
		const [{ method, path, query, headers, status }] = stage.datadog.requests;
		assert.deepEqual(
			{ method, path, query: { ...query }, status },
			{
				method: 'GET',
				path: '/api/v2/cases/count',
				query: {
					query_filter: 'service:billing priority:P1',
					group_bys: 'status',
					limit: '50',
				},
				status: 200,
			},
		);
		assert.equal(headers['dd-api-key'], API_KEY);
		assert.equal(headers['dd-application-key'], APPLICATION_KEY);
		assert.equal(stage.datadog.requests.length, 1);
		assert.deepEqual(toolMessages(model.requests[1]), [
			{ role: 'tool', tool_call_id: 'call_1_1', content: BILLING },
		]);
		assert.deepEqual(execution.data.resultData.runData['AI Agent'].at(-1)!.data!.main, [
			[{ json: { output: 'Three are closed, two in progress.' }, pairedItem: { item: 0 } }],
		]);
	});

	for (const groupBy of ['status, priority', '["status", "priority"]']) {
		test(`groups by several fields, given as ${groupBy}`, async () => {
			model.script.push(
				{ calls: [{ query: 'service:billing priority:P1', groupBy }] },
				{ words: 'Done.' },
			);
			await run(agentWith());
			assert.deepEqual(asked(), [['service:billing priority:P1', 'status,priority', 200]]);
			assert.deepEqual(contents(model.requests[1]), [
				'[{"groupBy":"status","value":"CLOSED","count":3},{"groupBy":"status","value":"IN_PROGRESS","count":2},{"groupBy":"priority","value":"P1","count":5}]',
			]);
		});
	}

	test('gives the total when the model chose no field, also when it is 0', async () => {
		model.script.push(
			{
				calls: [
					{ query: 'service:billing priority:P1', groupBy: '' },
					{ query: 'service:none', groupBy: '' },
				],
			},
			{ words: 'Done.' },
		);
		await run(agentWith());
		assert.deepEqual(contents(model.requests[1]), ['[{"count":5}]', '[{"count":0}]']);
	});

	test('says why nothing came out when nothing matches and a field was chosen', async () => {
		model.script.push(
			{ calls: [{ query: 'service:none', groupBy: 'status' }] },
			{ words: 'None.' },
		);
		const execution = await run(agentWith());
		assert.equal(execution.status, 'success');
		assert.deepEqual(asked(), [['service:none', 'status', 200]]);
		assert.deepEqual(contents(model.requests[1]), [`[{"hint":"${EMPTY_HINT}"}]`]);
	});

	test('tells the model why its query was refused, and it asks again', async () => {
		model.script.push(
			{ calls: [{ query: 'service:billing AND', groupBy: 'status' }] },
			{ calls: [{ query: 'service:billing priority:P1', groupBy: 'status' }] },
			{ words: 'Three are closed, two in progress.' },
		);
		const execution = await run(agentWith());
		assert.equal(execution.status, 'success');
		assert.deepEqual(asked(), [
			['service:billing AND', 'status', 400],
			['service:billing priority:P1', 'status', 200],
		]);
		assert.deepEqual(refusalIn(model.requests[1]), [
			{
				error: `Datadog rejected the request. Datadog's message: "Bad Request: "AND" must stand between two terms". ${ADVICE_FOR_QUERY}`,
			},
		]);
		assert.equal(contents(model.requests[2]).at(-1), BILLING);
		assert.equal(
			execution.data.resultData.runData['AI Agent'].at(-1)!.data!.main[0]![0].json.output,
			'Three are closed, two in progress.',
		);
	});

	test('tells the model of a parameter that cannot be used; nothing is sent', async () => {
		model.script.push({ calls: [{ query: 'status:open', groupBy: '' }] }, { words: 'I cannot.' });
		await run(agentWith({}, { operation: 'aggregate' }));
		assert.deepEqual(asked(), []);
		assert.deepEqual(refusalIn(model.requests[1]), [
			{
				error:
					"'Group By' needs at least one field [item 0]. Choose a field in 'Group By' or 'Custom Group By', or use the 'Count Cases' operation to get the total.",
			},
		]);
	});

	for (const { what, appKey, status, error } of [
		{
			what: 'a wrong application key',
			appKey: 'wrong-application-key',
			status: 401,
			error: `Datadog rejected the credential. Datadog's message: "Unauthorized". ${ADVICE_FOR_CREDENTIAL}`,
		},
		{
			what: 'a missing permission',
			appKey: APPLICATION_KEY_WITHOUT_PERMISSION,
			status: 403,
			error: `The credential doesn't have the cases_read permission. Datadog's message: "Forbidden; Failed permission authorization checks". The keys or token are valid. Add cases_read to the role of the application key's owner and, if the key or token has scopes, to those scopes. With OAuth2, reconnect the credential and allow cases_read.`,
		},
	]) {
		test(`tells the model what to check of the credential: ${what}`, async () => {
			const credential = {
				...casesCredential({ ...keysFor(stage.datadog.url), appKey }),
				name: `Datadog Cases, ${what}`,
			};
			await stage.n8n.saveCredential(credential);
			model.script.push(
				{ calls: [{ query: 'status:open', groupBy: 'status' }] },
				{ words: 'I cannot.' },
			);
			const execution = await run(
				agentWith({ credentials: { datadogCasesApi: { id: null, name: credential.name } } }),
			);
			assert.equal(execution.status, 'success');
			assert.deepEqual(asked(), [['status:open', 'status', status]]);
			assert.deepEqual(refusalIn(model.requests[1]), [{ error }]);
			assert.deepEqual(await tracesOf(appKey, 'agent'), []);
			assert.equal(JSON.stringify(model.requests).includes(appKey), false);
		});
	}

	test('hands over the details as an item where On Error says to continue', async () => {
		model.script.push(
			{ calls: [{ query: 'service:billing AND', groupBy: 'status' }] },
			{ words: 'I cannot.' },
		);
		await run(agentWith({ onError: 'continueRegularOutput' }));
		assert.deepEqual(refusalIn(model.requests[1]), [
			{
				error: 'Datadog rejected the request',
				details: {
					httpCode: '400',
					description: `Datadog's message: "Bad Request: "AND" must stand between two terms". ${ADVICE_FOR_QUERY}`,
				},
			},
		]);
	});

	test('ends the workflow where On Error says to stop', async () => {
		model.script.push({ calls: [{ query: 'service:billing AND', groupBy: 'status' }] });
		const execution = await run(agentWith({ onError: 'stopWorkflow' }));
		assert.equal(execution.status, 'error');
		const { name, description } = execution.data.resultData.error as NodeApiError;
		assert.equal(name, 'NodeApiError');
		assert.equal(
			description,
			`Datadog's message: "Bad Request: "AND" must stand between two terms". ${ADVICE_FOR_QUERY}`,
		);
		assert.equal(model.requests.length, 1);
	});

	test('has left no key in what n8n wrote: log, executions, items', async () => {
		assert.notDeepEqual(await tracesOf('service:billing priority:P1', 'agent'), []);
		assert.deepEqual(await tracesOf(API_KEY, 'agent'), []);
		assert.deepEqual(await tracesOf(APPLICATION_KEY, 'agent'), []);
	});
});

/** An agent with the scripted model and, as its only tool, the node: the model chooses the query and the fields. */
function agentWith(settings: Partial<INode> = {}, parameters: INodeParameters = {}): Workflow {
	const toAgent = (type: 'main' | 'ai_languageModel' | 'ai_tool') => ({
		[type]: [[{ node: 'AI Agent', type, index: 0 }]],
	});
	return {
		name: 'Agent',
		nodes: [
			workflowNode('Start', 'n8n-nodes-base.manualTrigger', 1, {}),
			workflowNode('AI Agent', '@n8n/n8n-nodes-langchain.agent', 3.1, {
				promptType: 'define',
				text: 'How are the P1 cases of billing?',
			}),
			{
				...workflowNode('Scripted model', '@n8n/n8n-nodes-langchain.lmChatOpenAi', 1.3, {
					model: { __rl: true, mode: 'id', value: 'scripted' },
					responsesApiEnabled: false,
				}),
				credentials: { openAiApi: { id: null, name: 'Scripted model' } },
			},
			{
				...workflowNode('Count cases', 'n8n-nodes-datadog-cases.datadogCasesTool', 1, {
					descriptionType: 'auto',
					operation: 'count',
					query:
						"={{ $fromAI('query', 'Which cases, in the syntax of Datadog\\'s case search', 'string') }}",
					groupBy:
						"={{ $fromAI('groupBy', 'Fields to group by, separated by commas; empty for the total', 'string') }}",
					...parameters,
				}),
				credentials: { datadogCasesApi: { id: null, name: 'Datadog Cases account' } },
				...settings,
			},
		],
		connections: {
			Start: toAgent('main'),
			'Scripted model': toAgent('ai_languageModel'),
			'Count cases': toAgent('ai_tool'),
		},
		settings: { executionOrder: 'v1' },
	};
}

const toolMessages = ({ messages }: ModelRequest) => messages.filter(({ role }) => role === 'tool');

const contents = (request: ModelRequest) =>
	toolMessages(request).map(({ content }) => content as string);

/** The last tool message, as the items that it is the text of. */
const refusalIn = (request: ModelRequest): unknown => JSON.parse(contents(request).at(-1)!);
