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

/** Which account a request belongs to; it also has a rate limit of its own. */
export type Account = 'default' | 'other';

/** What a path asks for: an API key, both keys, or keys or a token that may read cases. */
export type Needs = 'apiKey' | 'bothKeys' | 'casesRead';

/** The account of a request, or Datadog's refusal. */
export type Identity = { account: Account } | { status: number; errors: string[] };

interface Credential {
	account: Account;
	casesRead: boolean;
}

const ACCOUNTS = new Map<unknown, Account>([
	[API_KEY, 'default'],
	[OTHER_API_KEY, 'other'],
]);
const APPLICATION_KEYS = new Map<unknown, Credential>([
	[APPLICATION_KEY, { account: 'default', casesRead: true }],
	[APPLICATION_KEY_WITHOUT_PERMISSION, { account: 'default', casesRead: false }],
	[OTHER_APPLICATION_KEY, { account: 'other', casesRead: true }],
]);
const TOKENS = new Map<unknown, Credential>([
	[ACCESS_TOKEN, { account: 'default', casesRead: true }],
	[ACCESS_TOKEN_WITHOUT_PERMISSION, { account: 'default', casesRead: false }],
]);

const UNAUTHORIZED = { status: 401, errors: ['Unauthorized'] };

/** Datadog takes an access token as a bearer or in place of the application key; the API key is then not read. */
export function identify(headers: IncomingHttpHeaders, needs: Needs): Identity {
	const applicationKey = headers['dd-application-key'];
	if (needs === 'casesRead') {
		const bearer = headers.authorization?.replace(/^Bearer /, '');
		if (bearer !== undefined) return permit(TOKENS.get(bearer));
		if (TOKENS.has(applicationKey)) return permit(TOKENS.get(applicationKey));
	}
	const apiKey = headers['dd-api-key'];
	const account = ACCOUNTS.get(apiKey);
	if (!apiKey) return { status: 403, errors: ['API key required'] };
	if (!account) return { status: 403, errors: ['Forbidden'] };
	if (needs === 'apiKey') return { account };
	const credential = APPLICATION_KEYS.get(applicationKey);
	if (credential?.account !== account) return UNAUTHORIZED;
	return needs === 'casesRead' ? permit(credential) : { account };
}

function permit(credential: Credential | undefined): Identity {
	if (!credential) return UNAUTHORIZED;
	if (!credential.casesRead) {
		return { status: 403, errors: ['Forbidden', 'Failed permission authorization checks'] };
	}
	return { account: credential.account };
}
