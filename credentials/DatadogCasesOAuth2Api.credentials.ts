import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { SAFE_ADDRESS } from '../nodes/DatadogCases/transport/account/address';
import { siteFields, sites } from '../nodes/DatadogCases/transport/account/site';

const SITES = JSON.stringify(sites.map(({ value }) => value).filter((value) => value !== 'custom'));

/** `baseUrlFrom` as an expression, because n8n runs none of our code when it connects a credential. */
const BASE_URL =
	'$self["baseUrl"].trim().replace(/(?<!\\/)\\/+$/, "").replace(/\\/api(\\/v2)?$/, "")';

const UNSAFE_ADDRESS = '"not a safe address"';

/**
 * @returns an expression for one of Datadog's OAuth2 URLs: on the site, or for a custom base URL, the value of the field `own`
 * or the path on the base URL. An unsafe address gives a text that isn't a URL, so n8n neither opens it nor sends tokens to it.
 */
const addressExpression = (host: string, path: string, own: string) =>
	`={{ ${SITES}.includes($self["site"]) ? "https://${host}." + $self["site"] + "${path}" : $self["site"] !== "custom" ? ${UNSAFE_ADDRESS} : (($self["${own}"].trim() || ${BASE_URL} + "${path}").match(${SAFE_ADDRESS}) || [${UNSAFE_ADDRESS}])[0] }}`;

/**
 * Authorization code with PKCE (S256). n8n connects the credential, and stores and refreshes the tokens.
 * https://docs.datadoghq.com/developers/authorization/oauth2_endpoints/
 */
export class DatadogCasesOAuth2Api implements ICredentialType {
	name = 'datadogCasesOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Datadog Cases OAuth2 API';

	icon: Icon = { light: 'file:datadogCases.svg', dark: 'file:datadogCases.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-datadog-cases/n8n-nodes-datadog-cases/blob/main/docs/credentials.md#oauth2';

	properties: INodeProperties[] = [
		// A token belongs to one site and client, so they can't depend on an item.
		...siteFields.map((field) => ({ ...field, noDataExpression: true })),
		{
			displayName: 'Authorization URL',
			name: 'authorizationUrl',
			type: 'string',
			noDataExpression: true,
			default: '',
			placeholder: 'e.g. https://app.datadoghq.com/oauth2/v1/authorize',
			description: 'Where you authorize n8n. Leave empty for /oauth2/v1/authorize on the base URL.',
			displayOptions: { show: { site: ['custom'] } },
		},
		{
			displayName: 'Access Token URL',
			name: 'tokenUrl',
			type: 'string',
			noDataExpression: true,
			default: '',
			placeholder: 'e.g. https://api.datadoghq.com/oauth2/v1/token',
			description: 'Where n8n gets tokens. Leave empty for /oauth2/v1/token on the base URL.',
			displayOptions: { show: { site: ['custom'] } },
		},
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			noDataExpression: true,
			required: true,
			default: '',
			description:
				"From your OAuth client in Datadog. Add n8n's OAuth Redirect URL to that client.",
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			noDataExpression: true,
			typeOptions: { password: true },
			default: '',
			description: 'Leave empty for a public client',
		},
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'pkce' },
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'hidden',
			default: addressExpression('app', '/oauth2/v1/authorize', 'authorizationUrl'),
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			default: addressExpression('api', '/oauth2/v1/token', 'tokenUrl'),
		},
		{ displayName: 'Scope', name: 'scope', type: 'hidden', default: 'cases_read' },
		{
			displayName: 'Auth URI Query Parameters',
			name: 'authQueryParameters',
			type: 'hidden',
			default: '',
		},
		{ displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'body' },
		// Replaces n8n's own field, which allows all hosts by default.
		{
			displayName: 'Allowed HTTP Request Domains',
			name: 'allowedHttpRequestDomains',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'All', value: 'all' },
				{ name: 'None', value: 'none' },
				{ name: 'Specific Domains', value: 'domains' },
			],
			default: 'none',
			description: 'Where HTTP Request and GraphQL nodes can send the token. Ignored in n8n 1.85.',
		},
		{
			displayName: 'Allowed Domains',
			name: 'allowedDomains',
			type: 'string',
			noDataExpression: true,
			default: '',
			placeholder: 'e.g. api.datadoghq.com, *.example.com',
			description: 'Domains that can receive the token, separated by commas',
			displayOptions: { show: { allowedHttpRequestDomains: ['domains'] } },
		},
	];
}
