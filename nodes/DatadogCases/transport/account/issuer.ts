import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';

import { UserFacingError } from '../../errors/userFacingError';
import { sites } from './site';

/**
 * Datadog returns its `domain` when a user connects, and n8n stores it with the token. Tokens without a `domain` pass.
 * https://docs.datadoghq.com/extend/authorization/oauth2_endpoints/
 * @throws UserFacingError if the token was issued for another site than the credential's current one.
 */
export function assertTokenIsForSite(credential: ICredentialDataDecryptedObject): void {
	const { callbackQueryString } = Object(credential.oauthTokenData) as IDataObject;
	const { domain } = Object(callbackQueryString) as IDataObject;
	if (typeof domain !== 'string' || domain === '') return;
	const issuer = domain.toLowerCase();
	const { site, baseUrl, authorizationUrl } = credential;
	const isSame =
		site === 'custom'
			? [authorizationUrl, baseUrl].some((address) => isWithin(hostOf(address), issuer))
			: siteOf(issuer) === site;
	if (isSame) return;
	throw new UserFacingError(
		'The credential is connected to another site',
		"The token wasn't sent. Reconnect the credential in n8n. If that doesn't help, create a new credential. If you use a gateway, set 'Authorization URL' to Datadog's login page.",
		{},
		{ cause: 'credential-invalid' },
	);
}

/** The most specific site wins: api.us3.datadoghq.com belongs to us3.datadoghq.com, not to datadoghq.com. */
function siteOf(host: string): unknown {
	return sites
		.map(({ value }) => String(value))
		.filter((site) => isWithin(host, site))
		.sort((one, other) => other.length - one.length)[0];
}

const isWithin = (host: string, domain: string) => host === domain || host.endsWith(`.${domain}`);

function hostOf(address: unknown): string {
	const text = String(address).trim();
	return URL.canParse(text) ? new URL(text).host : '';
}
