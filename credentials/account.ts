import type { ICredentialDataDecryptedObject, INodePropertyOptions } from 'n8n-workflow';

import { Refusal } from '../nodes/DatadogCases/errors';

/** Where one request goes and what proves who asks. Two requests of equal accounts see the same cases. */
export interface Account {
	/** Scheme, host and path before `/api/v2`, without a trailing slash. */
	baseURL: string;
	headers: Record<string, string>;
}

/** Datadog's sites by site parameter: https://docs.datadoghq.com/getting_started/site/ */
export const sites: INodePropertyOptions[] = [
	{ name: 'AP1 (Japan) - ap1.datadoghq.com', value: 'ap1.datadoghq.com' },
	{ name: 'AP2 (Australia) - ap2.datadoghq.com', value: 'ap2.datadoghq.com' },
	{ name: 'Custom Base URL', value: 'custom' },
	{ name: 'EU1 (Germany) - datadoghq.eu', value: 'datadoghq.eu' },
	{ name: 'UK1 (United Kingdom) - uk1.datadoghq.com', value: 'uk1.datadoghq.com' },
	{ name: 'US1 - datadoghq.com', value: 'datadoghq.com' },
	{ name: 'US1-FED - ddog-gov.com', value: 'ddog-gov.com' },
	{ name: 'US2-FED - us2.ddog-gov.com', value: 'us2.ddog-gov.com' },
	{ name: 'US3 - us3.datadoghq.com', value: 'us3.datadoghq.com' },
	{ name: 'US5 - us5.datadoghq.com', value: 'us5.datadoghq.com' },
];

/**
 * The account that a decrypted credential stands for.
 * @throws Refusal naming the field of the credential that cannot be used, never what it holds.
 */
export function accountFrom(credential: ICredentialDataDecryptedObject): Account {
	return { baseURL: baseUrlFrom(credential), headers: headersFrom(credential) };
}

function baseUrlFrom({ site, baseUrl }: ICredentialDataDecryptedObject): string {
	if (!sites.some(({ value }) => value === site)) {
		throw refusalFor('Site', "is not one of Datadog's sites");
	}
	if (site !== 'custom') return `https://api.${site}`;

	const address = String(baseUrl ?? '').trim();
	if (!/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/i.test(address) || !URL.canParse(address)) {
		throw refusalFor(
			'Base URL',
			'must look like https://host or https://host/path, without a user name, a query or a fragment',
		);
	}
	const { origin, pathname } = new URL(address);
	return origin + pathname.replace(/\/+$/, '').replace(/\/api(\/v2)?$/, '');
}

function headersFrom(credential: ICredentialDataDecryptedObject): Record<string, string> {
	return credential.authentication === 'accessToken'
		? { Authorization: `Bearer ${secretFrom(credential.accessToken, 'Access Token')}` }
		: {
				'DD-API-KEY': secretFrom(credential.apiKey, 'API Key'),
				'DD-APPLICATION-KEY': secretFrom(credential.appKey, 'Application Key'),
			};
}

function secretFrom(value: unknown, label: string): string {
	const secret = String(value ?? '').trim();
	if (secret === '') throw refusalFor(label, 'is empty');
	if (!/^[\x21-\x7e]+$/.test(secret)) {
		throw refusalFor(label, 'holds characters that no key has');
	}
	return secret;
}

const refusalFor = (field: string, rule: string) =>
	new Refusal(
		`The '${field}' of the credential ${rule}`,
		'Correct it in the credential. When it is an expression, check what it gives for this item.',
		{ field },
	);
