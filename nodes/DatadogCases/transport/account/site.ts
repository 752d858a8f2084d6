import type {
	ICredentialDataDecryptedObject,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import { UserFacingError } from '../../errors/userFacingError';
import { MAX_ADDRESS_LENGTH, SAFE_ADDRESS } from './address';

/** https://docs.datadoghq.com/getting_started/site/ */
export const sites: INodePropertyOptions[] = [
	{ name: 'AP1 (Japan) - ap1.datadoghq.com', value: 'ap1.datadoghq.com' },
	{ name: 'AP2 (Australia) - ap2.datadoghq.com', value: 'ap2.datadoghq.com' },
	{ name: 'EU1 (Germany) - datadoghq.eu', value: 'datadoghq.eu' },
	{ name: 'UK1 (United Kingdom) - uk1.datadoghq.com', value: 'uk1.datadoghq.com' },
	{ name: 'US1 - datadoghq.com', value: 'datadoghq.com' },
	{ name: 'US1-FED - ddog-gov.com', value: 'ddog-gov.com' },
	{ name: 'US2-FED - us2.ddog-gov.com', value: 'us2.ddog-gov.com' },
	{ name: 'US3 - us3.datadoghq.com', value: 'us3.datadoghq.com' },
	{ name: 'US5 - us5.datadoghq.com', value: 'us5.datadoghq.com' },
	{ name: 'Use a Custom Base URL', value: 'custom' },
];

/** Fields of both credential types. */
export const siteFields: INodeProperties[] = [
	{
		displayName: 'Site',
		name: 'site',
		type: 'options',
		options: sites,
		default: 'datadoghq.com',
		description: 'The site in your Datadog URL. Keys only work on the site where you created them.',
	},
	{
		displayName: 'Base URL',
		name: 'baseUrl',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://datadog-gateway.example.com',
		description: 'Address of a gateway or local server to use instead of Datadog',
		displayOptions: { show: { site: ['custom'] } },
	},
];

/**
 * @returns everything before `/api/v2`, without a trailing slash.
 * @throws UserFacingError naming the invalid field of the credential, but never its value.
 */
export function baseUrlFrom({ site, baseUrl }: ICredentialDataDecryptedObject): string {
	if (!sites.some(({ value }) => value === site)) {
		throw credentialFieldError('Site', "isn't one of Datadog's sites");
	}
	if (site !== 'custom') return `https://api.${site}`;

	const address = String(baseUrl).trim();
	if (address.length > MAX_ADDRESS_LENGTH) {
		throw credentialFieldError('Base URL', 'has more than 2,000 characters');
	}
	if (!/^https?:\/\/[^\s/?#@\\]+(\/[^\s?#]*)?$/i.test(address) || !URL.canParse(address)) {
		throw credentialFieldError(
			'Base URL',
			'must look like https://host or https://host/path, without a username, query or fragment',
		);
	}
	if (!SAFE_ADDRESS.test(address)) {
		throw credentialFieldError('Base URL', 'must start with https:// unless its host is local');
	}
	const { origin, pathname } = new URL(address);
	return origin + pathname.replace(/(?<!\/)\/+$/, '').replace(/\/api(\/v2)?$/, '');
}

/** @returns the host of Datadog's web app, such as app.datadoghq.com or us5.datadoghq.com. https://docs.datadoghq.com/getting_started/site/ */
export const webHostOf = (site: string): string =>
	site.split('.').length === 2 ? `app.${site}` : site;

/** @param rule completes the sentence "The credential's 'field' …" */
export const credentialFieldError = (field: string, rule: string) =>
	new UserFacingError(
		`The credential's '${field}' ${rule}`,
		'Correct the field in the credential. If it contains an expression, check the result for this item.',
		{ field },
		{ cause: 'credential-invalid' },
	);
