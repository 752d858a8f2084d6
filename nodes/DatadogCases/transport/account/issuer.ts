import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';

import { UserFacingError } from '../../errors/userFacingError';
import { sites } from './site';

/**
 * Throws for a token that was issued for another site than the one that the credential names now. Datadog tells its
 * `domain` when somebody connects, and n8n keeps that with the token:
 * https://docs.datadoghq.com/extend/authorization/oauth2_endpoints/. Without one, nothing is known.
 * @throws UserFacingError
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

/** The closest of Datadog's sites: us3.datadoghq.com is not datadoghq.com. */
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
