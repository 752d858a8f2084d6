import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { API_KEY, APPLICATION_KEY } from './datadog/accounts';

/** The credential that the local Datadog's default account is reached with. */
export const keysFor = (baseUrl: string): ICredentialDataDecryptedObject => ({
	site: 'custom',
	baseUrl,
	authentication: 'keys',
	apiKey: API_KEY,
	appKey: APPLICATION_KEY,
});
