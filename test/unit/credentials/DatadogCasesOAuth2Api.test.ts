import type { ICredentialDataDecryptedObject, IWorkflowExecuteAdditionalData } from 'n8n-workflow';

import { CredentialStore } from '../../support/engine';

/** The credential as n8n loads it, with its expressions resolved. */
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
		// Left over from another 'Site'.
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

/** n8n rejects such a URL before it opens it to connect, and before it refreshes a token. */
const NO_ADDRESS = 'not a safe address';

it.each([
	'http://gateway.example.com',
	'http://134744072',
	'javascript:alert(1)//',
	' JavaScript:alert(1)',
	'data:text/html,x',
	'//gateway.example.com',
	'https://user:secret@gateway.example.com',
	'https://gateway.example.com\\@evil.example.com',
	'https://gateway.example.com\\evil.example.com',
	'https://gateway.example.com/#x',
	`https://gateway.example.com/${'x'.repeat(2_000)}`,
])('gives no address for Connect and tokens at %j', async (address) => {
	const gateway = 'https://gateway.example.com';
	const own = { baseUrl: gateway, authorizationUrl: address, tokenUrl: address };
	expect(await resolved({ site: 'custom', ...own })).toMatchObject({
		authUrl: NO_ADDRESS,
		accessTokenUrl: NO_ADDRESS,
	});
	expect(await resolved({ site: 'custom', baseUrl: address })).toMatchObject({
		authUrl: NO_ADDRESS,
		accessTokenUrl: NO_ADDRESS,
	});
	expect(() => new URL(NO_ADDRESS)).toThrow('Invalid URL');
});

it.each(['evil.example.com', 'datadoghq.com/@evil.example.com', 'evil.example.com#', ''])(
	'gives no address for Connect and tokens at the site %j, which is none of Datadog',
	async (site) => {
		expect(await resolved({ site, baseUrl: 'https://gateway.example.com' })).toMatchObject({
			authUrl: NO_ADDRESS,
			accessTokenUrl: NO_ADDRESS,
		});
	},
);

it('takes no time for 100,000 slashes', async () => {
	const started = performance.now();
	const baseUrl = `https://gateway.example.com${'/'.repeat(100_000)}x`;
	const { authUrl, accessTokenUrl } = await resolved({ site: 'custom', baseUrl });
	expect([authUrl, accessTokenUrl]).toEqual([NO_ADDRESS, NO_ADDRESS]);
	expect(performance.now() - started).toBeLessThan(500);
});

it('lets no HTTP Request node have the token unless somebody says so', async () => {
	expect(await resolved({})).toMatchObject({ allowedHttpRequestDomains: 'none' });
	const allowed = { allowedHttpRequestDomains: 'domains', allowedDomains: 'api.datadoghq.com' };
	expect(await resolved(allowed)).toMatchObject(allowed);
});
