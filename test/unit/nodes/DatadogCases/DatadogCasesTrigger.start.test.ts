import { PollContext } from 'n8n-core';
import { Workflow } from 'n8n-workflow';
import type { IWorkflowExecuteAdditionalData, WorkflowActivateMode } from 'n8n-workflow';

import { DatadogCasesTrigger } from '../../../../nodes/DatadogCases/DatadogCasesTrigger.node';

const REFUSAL = "'Group By' takes at most one field";

afterEach(() => jest.restoreAllMocks());

/** Activates a workflow whose trigger watches two fields, which no poll can do. Resolves with what two polls did. */
async function twoPolls(activation: WorkflowActivateMode) {
	const type = new DatadogCasesTrigger();
	const workflow = new Workflow({
		id: 'test',
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
				name: 'Trigger',
				type: 'datadogCasesTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: { groupBy: 'priority', options: { customGroupBy: 'status' } },
			},
		],
		connections: {},
	});
	const node = workflow.getNode('Trigger')!;
	const additionalData = {} as IWorkflowExecuteAdditionalData;
	const context = new PollContext(workflow, node, additionalData, 'trigger', activation);
	const warn = jest.spyOn(context.logger, 'warn').mockReturnValue();
	const poll = () => type.poll.call(context).catch(({ message }: Error) => message);
	return { polls: [await poll(), await poll()], warnings: warn.mock.calls };
}

describe('the first poll of an activation, when it fails', () => {
	it.each<WorkflowActivateMode>(['activate', 'create', 'update', 'manual'])(
		'refuses what a person asked for (%s)',
		async (activation) => {
			expect(await twoPolls(activation)).toEqual({ polls: [REFUSAL, REFUSAL], warnings: [] });
		},
	);

	it.each<WorkflowActivateMode>(['init', 'leadershipChange'])(
		'leaves it to the next poll to say so when n8n itself activates, which would switch the trigger off (%s)',
		async (activation) => {
			expect(await twoPolls(activation)).toEqual({
				polls: [null, REFUSAL],
				warnings: [[`Workflow "On call" (test), node "Trigger": ${REFUSAL}`]],
			});
		},
	);
});
