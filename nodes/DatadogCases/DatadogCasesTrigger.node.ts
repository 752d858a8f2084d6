import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IPollFunctions,
} from 'n8n-workflow';

import { authenticationField } from './descriptions/authentication';
import { eventFields, events } from './trigger';
import { Poll } from './trigger/poll';
import { watchFields, watchOptionsField } from './trigger/watch';
import { testCredential } from './methods/credentialTest';

export class DatadogCasesTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Datadog Cases Trigger',
		name: 'datadogCasesTrigger',
		icon: { light: 'file:datadogCases.svg', dark: 'file:datadogCases.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["event"] === "countChanged" ? "Count Changed" : "Threshold Crossed" }}',
		description: 'Count cases, and run workflows when a count crosses a threshold or changes',
		defaults: { name: 'Datadog Cases Trigger' },
		polling: true,
		inputs: [],
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
				displayName: 'Event',
				name: 'event',
				type: 'options',
				noDataExpression: true,
				options: events.map(({ option }) => option),
				default: 'thresholdCrossed',
				hint: 'The first poll stores counts. It can only trigger for a threshold that is already crossed.',
			},
			...eventFields('first'),
			...watchFields,
			...eventFields('last'),
			watchOptionsField(events),
		],
	};

	methods = { credentialTest: { testCredential } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await new Poll(this).output();
	}
}
