import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { UserFacingError } from '../../errors/userFacingError';

/** n8n's HTTP Request node calls the URL `uri`. */
type SignedRequest = IHttpRequestOptions & { uri?: unknown };

/** n8n's two HTTP helpers have different names for this option, and ignore each other's. */
const WITHOUT_REDIRECTS = {
	disableFollowRedirect: true,
	followRedirect: false,
	followAllRedirects: false,
};

/**
 * Restricts a request to the credential's own host, or to the domains in the credential's 'Allowed Domains'. n8n checks
 * redirects against that list, but n8n 1.123 doesn't check the request itself.
 * @returns the request, which n8n sends nowhere else
 * @throws UserFacingError for another host, and for a proxy, which could read the keys.
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
	// A path is relative to the base URL.
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

/** Like n8n: `*.example.com` allows all subdomains. */
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

/** A `Host` header can make a server with several hosts pass the request on to another one. */
const namesHost = ({ headers = {} }: SignedRequest) =>
	Object.keys(headers).some((name) => name.trim().toLowerCase() === 'host');

const hasSameOrigin = (baseURL: string, address: string) =>
	URL.canParse(address) && new URL(address).origin === new URL(baseURL).origin;
