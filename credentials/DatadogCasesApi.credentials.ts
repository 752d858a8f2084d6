import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { accountFrom } from '../nodes/DatadogCases/transport/account/account';
import { expressionMarkers } from '../nodes/DatadogCases/transport/account/expressionMarkers';
import { restrictToHost } from '../nodes/DatadogCases/transport/account/restrictToHost';
import { siteFields } from '../nodes/DatadogCases/transport/account/site';

export class DatadogCasesApi implements ICredentialType {
	name = 'datadogCasesApi';

	displayName = 'Datadog Cases API';

	icon: Icon = { light: 'file:datadogCases.svg', dark: 'file:datadogCases.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-datadog-cases/n8n-nodes-datadog-cases/blob/main/docs/credentials.md';

	properties: INodeProperties[] = [
		...siteFields,
		{
			displayName: 'Authenticate With',
			name: 'authentication',
			type: 'options',
			options: [
				{ name: 'Access Token', value: 'accessToken' },
				{ name: 'API Key and Application Key', value: 'keys' },
			],
			default: 'keys',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'From Organization Settings > API Keys in Datadog',
			displayOptions: { show: { authentication: ['keys'] } },
		},
		{
			displayName: 'Application Key',
			name: 'appKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'The key (not its ID) from Organization Settings > Application Keys in Datadog',
			displayOptions: { show: { authentication: ['keys'] } },
		},
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'A personal or service access token with the cases_read scope',
			displayOptions: { show: { authentication: ['accessToken'] } },
		},
		...expressionMarkers,
	];

	/**
	 * n8n calls this for our nodes and for others, such as HTTP Request.
	 * @returns the request with base URL and keys, restricted to the credential's host
	 * @throws UserFacingError for an invalid credential, or if the request would send the keys to another host.
	 */
	async authenticate(
		credential: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const { baseURL, headers } = accountFrom(credential);
		const restricted = restrictToHost(baseURL, credential, request);
		return { ...restricted, baseURL, headers: { ...request.headers, ...headers } };
	}
}
