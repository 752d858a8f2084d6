import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { Refusal } from '../nodes/DatadogCases/errors';

/** `uri` is what n8n's HTTP Request node calls the address. */
type SignedRequest = IHttpRequestOptions & { uri?: unknown };

/** For both of n8n's HTTP helpers: each has its own names, and ignores the other's. */
const WITHOUT_REDIRECTS = {
	disableFollowRedirect: true,
	followRedirect: false,
	followAllRedirects: false,
};

/**
 * Keeps the keys in a request at the credential's own host. Only n8n's list of domains in the credential widens that:
 * n8n compares each hop with it.
 * @throws Refusal for another host, and for a proxy, which could read along.
 */
export function keptAtHost(
	baseURL: string,
	{ allowedHttpRequestDomains }: ICredentialDataDecryptedObject,
	request: SignedRequest,
): IHttpRequestOptions {
	if (request.proxy) {
		throw new Refusal(
			"The credential can't be used with a proxy of the node's own",
			"Remove the node's Proxy option: whoever runs that proxy could read the keys. Where n8n needs a proxy, set it for n8n as a whole.",
			{},
			{ cause: 'configuration-invalid' },
		);
	}
	if (allowedHttpRequestDomains === 'domains' && request.allowedDomains) return request;
	if (!isAt(baseURL, String(request.url ?? request.uri))) {
		throw new Refusal(
			'The credential only works for the host that it names',
			"Its keys were not sent. Call the host of its 'Site' or 'Base URL', with the same scheme and port. To use it for another host, choose Specific Domains in the credential's 'Allowed HTTP Request Domains', where n8n has that.",
			{},
			{ cause: 'configuration-invalid' },
		);
	}
	return { ...request, ...WITHOUT_REDIRECTS, allowedDomains: new URL(baseURL).hostname };
}

/** Whether an address has the scheme, host and port of the base URL. A path is relative to that. */
function isAt(baseURL: string, address: string): boolean {
	if (/^\/(?![/\\])/.test(address)) return true;
	return URL.canParse(address) && new URL(address).origin === new URL(baseURL).origin;
}
