import type { ICredentialDataDecryptedObject, IWorkflowExecuteAdditionalData } from 'n8n-workflow';

import { CredentialStore } from '../engine';

/** What n8n reads of a credential with these fields: its addresses resolved. */
const resolved = async (fields: object) =>
	await new CredentialStore(fields as ICredentialDataDecryptedObject).getDecrypted(
		{} as IWorkflowExecuteAdditionalData,
		{ id: '1', name: 'Datadog' },
		'datadogCasesOAuth2Api',
		'internal',
		undefined,
		false,
	);

it('asks for authorization code with PKCE and the scope cases_read, with the client in the body', async () => {
	expect(await resolved({ clientId: 'client' })).toMatchObject({
		grantType: 'pkce',
		scope: 'cases_read',
		authentication: 'body',
		authQueryParameters: '',
		clientId: 'client',
		clientSecret: '',
		site: 'datadoghq.com',
	});
});

it.each([
	['datadoghq.com', 'https://app.datadoghq.com', 'https://api.datadoghq.com'],
	['datadoghq.eu', 'https://app.datadoghq.eu', 'https://api.datadoghq.eu'],
	['us5.datadoghq.com', 'https://app.us5.datadoghq.com', 'https://api.us5.datadoghq.com'],
	['us2.ddog-gov.com', 'https://app.us2.ddog-gov.com', 'https://api.us2.ddog-gov.com'],
])('connects and renews at the site %s', async (site, app, api) => {
	const { authUrl, accessTokenUrl } = await resolved({
		site,
		// Left over from another choice.
		baseUrl: 'https://gateway.example.com',
		authorizationUrl: 'https://sso.example.com/authorize',
		tokenUrl: 'https://sso.example.com/token',
	});
	expect([authUrl, accessTokenUrl]).toEqual([
		`${app}/oauth2/v1/authorize`,
		`${api}/oauth2/v1/token`,
	]);
});

it.each([
	['https://gateway.example.com', 'https://gateway.example.com'],
	[' https://gateway.example.com/ ', 'https://gateway.example.com'],
	['https://gateway.example.com/datadog/api/v2//', 'https://gateway.example.com/datadog'],
	['http://127.0.0.1:8126/api', 'http://127.0.0.1:8126'],
])('connects and renews at the base URL %j', async (baseUrl, base) => {
	const { authUrl, accessTokenUrl } = await resolved({ site: 'custom', baseUrl });
	expect([authUrl, accessTokenUrl]).toEqual([
		`${base}/oauth2/v1/authorize`,
		`${base}/oauth2/v1/token`,
	]);
});

it('takes other addresses beside a custom base URL', async () => {
	const { authUrl, accessTokenUrl } = await resolved({
		site: 'custom',
		baseUrl: 'https://gateway.example.com',
		authorizationUrl: ' https://app.datadoghq.com/oauth2/v1/authorize ',
		tokenUrl: ' https://api.datadoghq.com/oauth2/v1/token ',
	});
	expect([authUrl, accessTokenUrl]).toEqual([
		'https://app.datadoghq.com/oauth2/v1/authorize',
		'https://api.datadoghq.com/oauth2/v1/token',
	]);
});
