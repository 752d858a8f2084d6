import type { INode, INodeParameters } from 'n8n-workflow';

/** A node of a workflow, named and placed for nobody to look at. */
export const workflowNode = (
	name: string,
	type: string,
	typeVersion: number,
	parameters: object,
): INode => ({
	id: name,
	name,
	type,
	typeVersion,
	position: [0, 0],
	parameters: parameters as INodeParameters,
});
