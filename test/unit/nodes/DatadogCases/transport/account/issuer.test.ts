import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { assertTokenIsForSite } from '../../../../../../nodes/DatadogCases/transport/account/issuer';

/** A credential for which Datadog returned this `domain`. */
const connected = (domain: unknown, fields: object) =>
	({
		baseUrl: '',
		authorizationUrl: '',
		...fields,
		oauthTokenData: { access_token: 'a-token', callbackQueryString: { domain } },
	}) as unknown as ICredentialDataDecryptedObject;

const gateway = { site: 'custom', baseUrl: 'https://gateway.example.com/datadog' };

it.each([
	['datadoghq.com', { site: 'datadoghq.com' }],
	['US3.datadoghq.com', { site: 'us3.datadoghq.com' }],
	['app.us3.datadoghq.com', { site: 'us3.datadoghq.com' }],
	['gateway.example.com', gateway],
	['example.com', gateway],
	[
		'datadoghq.eu',
		{ ...gateway, authorizationUrl: ' https://app.datadoghq.eu/oauth2/v1/authorize' },
	],
	['us9.datadoghq.com', { site: 'custom', baseUrl: 'https://api.us9.datadoghq.com' }],
	['127.0.0.1:8126', { site: 'custom', baseUrl: 'http://127.0.0.1:8126' }],
	// Without a usable domain, the site of the token is unknown.
	[undefined, { site: 'datadoghq.com' }],
	['', gateway],
	['', { site: 'datadoghq.com' }],
	[['datadoghq.com', 'datadoghq.eu'], { site: 'datadoghq.com' }],
])('takes a token of %j for %j', (domain, fields) => {
	expect(() => assertTokenIsForSite(connected(domain, fields))).not.toThrow();
});

it.each([
	['datadoghq.com', { site: 'datadoghq.eu' }],
	['datadoghq.com', { site: 'us3.datadoghq.com' }],
	['us3.datadoghq.com', { site: 'datadoghq.com' }],
	['gateway.example.com', { site: 'datadoghq.com' }],
	['datadoghq.com', gateway],
	['other.example.com', gateway],
	['datadoghq.com', { ...gateway, authorizationUrl: 'https://datadoghq.com.example.com/' }],
	['datadoghq.com', { ...gateway, authorizationUrl: 'https://notdatadoghq.com/' }],
	['127.0.0.1:8127', { site: 'custom', baseUrl: 'http://127.0.0.1:8126' }],
])('refuses a token of %j for %j', (domain, fields) => {
	expect(() => assertTokenIsForSite(connected(domain, fields))).toThrow(
		expect.objectContaining({
			message: 'The credential is connected to another site',
			description:
				"The token wasn't sent. Reconnect the credential in n8n. If that doesn't help, create a new credential. If you use a gateway, set 'Authorization URL' to Datadog's login page.",
			failure: { cause: 'credential-invalid' },
			isTemporary: false,
		}),
	);
});

it('says nothing of a token without what Datadog told', () => {
	const token = { site: 'datadoghq.com', oauthTokenData: { access_token: 'a-token' } };
	expect(() => assertTokenIsForSite(token)).not.toThrow();
});
