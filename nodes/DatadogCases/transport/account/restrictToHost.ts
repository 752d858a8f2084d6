import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { UserFacingError } from '../../errors/userFacingError';

/** `uri` is what n8n's HTTP Request node calls the address. */
type SignedRequest = IHttpRequestOptions & { uri?: unknown };

/** For both of n8n's HTTP helpers: each has its own names, and ignores the other's. */
const WITHOUT_REDIRECTS = {
	disableFollowRedirect: true,
	followRedirect: false,
	followAllRedirects: false,
};

/**
 * Keeps the keys in a request at the credential's own host, or at those of n8n's list of domains in the credential.
 * n8n compares redirects with that list, but in 1.123 not the request itself.
 * @throws UserFacingError for another host, and for a proxy, which could read along.
 */
export function restrictToHost(
	baseURL: string,
	credential: ICredentialDataDecryptedObject,
	request: SignedRequest,
): IHttpRequestOptions {
	if (request.proxy) {
		throw new UserFacingError(
			"The credential doesn't work with the node's Proxy option",
			"Remove the node's Proxy option, because that proxy could read your keys. To use a proxy, set it for the whole n8n instance.",
			{},
			{ cause: 'configuration-invalid' },
		);
	}
	const asked = String(request.url ?? request.uri);
	// A path alone is one at the base URL.
	const address = /^\/(?![/\\])/.test(asked) ? baseURL : asked;
	const { allowedDomains } = request;
	const hasList = credential.allowedHttpRequestDomains === 'domains' && !!allowedDomains;
	const isAllowed = hasList ? isListed(allowedDomains, address) : hasSameOrigin(baseURL, address);
	if (!isAllowed || namesHost(request)) {
		throw new UserFacingError(
			'The credential only works for its own host',
			"Its keys weren't sent. Send the request to the host of its 'Site' or 'Base URL', with the same scheme and port. To allow other hosts, choose Specific Domains in the credential's 'Allowed HTTP Request Domains', if your n8n version has it.",
			{},
			{ cause: 'configuration-invalid' },
		);
	}
	return hasList
		? request
		: { ...request, ...WITHOUT_REDIRECTS, allowedDomains: new URL(baseURL).hostname };
}

/** As n8n reads its list: names, and all below a name as `*.example.com`. */
function isListed(list: string, address: string): boolean {
	if (!URL.canParse(address)) return false;
	const host = new URL(address).hostname.replace(/\.$/, '');
	return list
		.toLowerCase()
		.split(',')
		.map((domain) => domain.trim().replace(/\.$/, ''))
		.some((domain) =>
			/^\*\../.test(domain) ? host.endsWith(domain.slice(1)) : domain !== '' && host === domain,
		);
}

/** Whether a header names a host, which a server for several hosts would hand the request on to. */
const namesHost = ({ headers = {} }: SignedRequest) =>
	Object.keys(headers).some((name) => name.trim().toLowerCase() === 'host');

/** Whether scheme, host and port are the same. */
const hasSameOrigin = (baseURL: string, address: string) =>
	URL.canParse(address) && new URL(address).origin === new URL(baseURL).origin;
