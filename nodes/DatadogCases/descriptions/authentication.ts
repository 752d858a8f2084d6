import type { INodeProperties } from 'n8n-workflow';

/** The field of node and trigger that says which credential they use. */
export const authenticationField: INodeProperties = {
	displayName: 'Authentication',
	name: 'authentication',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'API Keys or Access Token', value: 'apiKeys' },
		{ name: 'OAuth2', value: 'oAuth2' },
	],
	default: 'apiKeys',
};

/** What the field stores. */
export const authenticationMethods = ['apiKeys', 'oAuth2'] as const;

export type AuthenticationMethod = (typeof authenticationMethods)[number];

/** @returns the type of credential that goes with it. */
export const credentialTypeFor = (chosen: AuthenticationMethod) =>
	chosen === 'oAuth2' ? 'datadogCasesOAuth2Api' : 'datadogCasesApi';
