import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { baseUrlFrom, credentialFieldError } from './site';

/** The base URL and authentication of a request. Equal accounts see the same cases. */
export interface Account {
	/** Everything before `/api/v2`, without a trailing slash. */
	baseURL: string;
	/** One of Datadog's sites, or `custom`. */
	site: string;
	headers: Record<string, string>;
}

/**
 * @param credential a decrypted `datadogCasesApi`
 * @throws UserFacingError naming the invalid field of the credential, but never its value.
 */
export function accountFrom(credential: ICredentialDataDecryptedObject): Account {
	return {
		baseURL: baseUrlFrom(credential),
		site: String(credential.site),
		headers: headersFrom(credential),
	};
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
	if (secret === '') throw credentialFieldError(label, 'is empty');
	if (isNoValue(value, secret)) {
		throw credentialFieldError(label, 'is undefined, null or an object instead of a key');
	}
	if (STARTS_WITH_QUOTE.test(secret)) throw credentialFieldError(label, 'must not be in quotes');
	if (WITH_NAME.test(secret)) {
		throw credentialFieldError(label, 'must not include a name such as DD_API_KEY=');
	}
	if (!/^[\x21-\x7e]+$/.test(secret)) {
		throw credentialFieldError(label, "contains characters that aren't valid in a key");
	}
	return secret;
}

/** The results of expressions with a missing or mistyped name. */
const isNoValue = (value: unknown, text: string) =>
	typeof value === 'object' || /^(undefined|null|none|nan|true|false|\[object \w+\])$/i.test(text);

const STARTS_WITH_QUOTE = /^["'`\u00ab\u2018-\u201f]/;

/** `NAME=value`, a header, or `Bearer token`. A base64 key that ends with = doesn't match. */
const WITH_NAME =
	/^(?:(?:export|set|env)\s+)?\$?[a-z_][\w.:-]*\s*=\s*[^\s=]|^[\w-]*(?:key|token|authorization)\s*:|^bearer(?:\s|$)/i;

/** @returns the keys or token to hide in messages. */
export function secretsOf({ headers }: Account): string[] {
	return Object.values(headers).map((value) => value.replace('Bearer ', ''));
}
