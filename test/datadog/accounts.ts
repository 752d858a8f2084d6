import type { IncomingHttpHeaders } from 'node:http';

/** The default account: it sees every case. */
export const API_KEY = 'test-api-key';
export const APPLICATION_KEY = 'test-application-key';
export const ACCESS_TOKEN = 'ddpat_test_token';

/** The same account, without `cases_read`. */
export const APPLICATION_KEY_WITHOUT_PERMISSION = 'test-application-key-without-permission';
export const ACCESS_TOKEN_WITHOUT_PERMISSION = 'ddpat_test_token_without_permission';

/** A second account: it sees the cases of one project only. */
export const OTHER_API_KEY = 'other-api-key';
export const OTHER_APPLICATION_KEY = 'other-application-key';
export const OTHER_PROJECT_KEY = 'PAY';

/** An OAuth2 client without a secret, and one with. Their grants belong to the default account. */
export const PUBLIC_CLIENT_ID = 'test-public-client';
export const CONFIDENTIAL_CLIENT_ID = 'test-confidential-client';
export const CLIENT_SECRET = 'test-client-secret';

/** Which account a request belongs to; it also has a rate limit of its own. */
export type Account = 'default' | 'other';

/** What a path asks for: an API key, both keys, or keys or a token that may read cases. */
export type Needs = 'apiKey' | 'bothKeys' | 'casesRead';

/** The account of a request, or Datadog's refusal. */
export type Identity = { account: Account } | { status: number; errors: string[] };

/** What a key or a token is good for. */
export interface Access {
	account: Account;
	casesRead: boolean;
}

const ACCOUNTS = new Map<unknown, Account>([
	[API_KEY, 'default'],
	[OTHER_API_KEY, 'other'],
]);
const APPLICATION_KEYS = new Map<unknown, Access>([
	[APPLICATION_KEY, { account: 'default', casesRead: true }],
	[APPLICATION_KEY_WITHOUT_PERMISSION, { account: 'default', casesRead: false }],
	[OTHER_APPLICATION_KEY, { account: 'other', casesRead: true }],
]);
const TOKENS = new Map<unknown, Access>([
	[ACCESS_TOKEN, { account: 'default', casesRead: true }],
	[ACCESS_TOKEN_WITHOUT_PERMISSION, { account: 'default', casesRead: false }],
]);

/** What Datadog answers to valid keys without `cases_read`. */
export const NOT_PERMITTED = ['Forbidden', 'Failed permission authorization checks'];

const UNAUTHORIZED = { status: 401, errors: ['Unauthorized'] };

/**
 * Datadog takes an access token as a bearer or in place of the application key; the API key is then not read.
 * @param accessOf what a token that OAuth2 has issued is good for, as a bearer only
 */
export function identify(
	headers: IncomingHttpHeaders,
	needs: Needs,
	accessOf: (token: string) => Access | undefined,
): Identity {
	const applicationKey = headers['dd-application-key'];
	if (needs === 'casesRead') {
		const bearer = headers.authorization?.replace(/^Bearer /, '');
		if (bearer !== undefined) return permit(TOKENS.get(bearer) ?? accessOf(bearer));
		if (TOKENS.has(applicationKey)) return permit(TOKENS.get(applicationKey));
	}
	const apiKey = headers['dd-api-key'];
	const account = ACCOUNTS.get(apiKey);
	if (!apiKey) return { status: 403, errors: ['API key required'] };
	if (!account) return { status: 403, errors: ['Forbidden'] };
	if (needs === 'apiKey') return { account };
	const access = APPLICATION_KEYS.get(applicationKey);
	if (access?.account !== account) return UNAUTHORIZED;
	return needs === 'casesRead' ? permit(access) : { account };
}

function permit(access: Access | undefined): Identity {
	if (!access) return UNAUTHORIZED;
	if (!access.casesRead) return { status: 403, errors: NOT_PERMITTED };
	return { account: access.account };
}
