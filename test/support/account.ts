import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { API_KEY, APPLICATION_KEY, PUBLIC_CLIENT_ID } from '../datadog/accounts';

/** The credential that the local Datadog's default account is reached with. */
export const keysFor = (baseUrl: string): ICredentialDataDecryptedObject => ({
	site: 'custom',
	baseUrl,
	authentication: 'keys',
	apiKey: API_KEY,
	appKey: APPLICATION_KEY,
});

/** A credential connected to the local Datadog with OAuth2, as n8n stores it. */
export const connectionTo = (
	baseUrl: string,
	oauthTokenData: object,
): ICredentialDataDecryptedObject => ({
	site: 'custom',
	baseUrl,
	clientId: PUBLIC_CLIENT_ID,
	oauthTokenData: oauthTokenData as ICredentialDataDecryptedObject,
});
