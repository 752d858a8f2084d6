import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	Icon,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import {
	accountAdvice,
	addressAdvice,
	lostConnectionFor,
	rateLimitAdvice,
	Refusal,
} from '../nodes/DatadogCases/errors';
import { accountFrom, sites } from './account';

/** What a test asks: the node's own endpoint, so that green means that the node may read cases. */
const probe = {
	method: 'GET',
	url: '/api/v2/cases/count',
	qs: { limit: 1 },
	disableFollowRedirect: true,
} as const;

export class DatadogCasesApi implements ICredentialType {
	name = 'datadogCasesApi';

	displayName = 'Datadog Cases API';

	icon: Icon = { light: 'file:datadogCases.svg', dark: 'file:datadogCases.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-datadog-cases/n8n-nodes-datadog-cases#make-the-credential';

	properties: INodeProperties[] = [
		{
			displayName: 'Site',
			name: 'site',
			type: 'options',
			options: sites,
			default: 'datadoghq.com',
			description:
				'Your Datadog site. It is the host that you open Datadog at, without "app.". Keys of one site are unknown at the others.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://datadog-gateway.example.com',
			description: 'Address of a gateway or a local server that answers in place of Datadog',
			displayOptions: { show: { site: ['custom'] } },
		},
		{
			displayName: 'Authentication',
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
			default: '',
			description: 'From Organization Settings > API Keys in Datadog',
			displayOptions: { show: { authentication: ['keys'] } },
		},
		{
			displayName: 'Application Key',
			name: 'appKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The value (not the ID) from Organization Settings > Application Keys. A scoped key needs cases_read.',
			displayOptions: { show: { authentication: ['keys'] } },
		},
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'A personal or service access token with the scope cases_read',
			displayOptions: { show: { authentication: ['accessToken'] } },
		},
		{
			displayName: 'Reachability',
			name: 'reachability',
			type: 'hidden',
			typeOptions: { expirable: true },
			default: 'checked by preAuthentication when the credential is tested',
		},
	];

	/**
	 * n8n calls this when the credential is tested (only then: the hidden field above is never empty). A test that gets
	 * no answer at all would otherwise show nothing but a code such as ENOTFOUND. No key is sent.
	 */
	async preAuthentication(
		this: IHttpRequestHelper,
		credential: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const { baseURL } = accountFrom(credential);
		try {
			await this.helpers.httpRequest({ ...probe, baseURL, ignoreHttpStatusErrors: true });
		} catch (error) {
			const { message, advice } = lostConnectionFor((error as { code?: string }).code);
			throw new Refusal(`${message}. ${advice}`, '');
		}
		return {};
	}

	/** Requests with a full address, as the HTTP Request node makes them, only get the headers. */
	async authenticate(
		credential: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const { baseURL, headers } = accountFrom(credential);
		return { ...request, baseURL, headers: { ...request.headers, ...headers } };
	}

	test: ICredentialTestRequest = {
		request: probe,
		rules: [
			{ type: 'responseCode', properties: { value: 401, message: accountAdvice } },
			{ type: 'responseCode', properties: { value: 403, message: accountAdvice } },
			{ type: 'responseCode', properties: { value: 404, message: addressAdvice } },
			{ type: 'responseCode', properties: { value: 429, message: rateLimitAdvice } },
		],
	};
}
