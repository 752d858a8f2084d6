import type { INode } from 'n8n-workflow';

/** Whether an agent uses the node: n8n then adds "Tool" to its type, and shows the agent neither hints nor descriptions. */
export const isAgentTool = (node: INode): boolean => node.type.endsWith('Tool');
