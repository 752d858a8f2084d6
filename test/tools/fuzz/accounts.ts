import fc from 'fast-check';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/** What a case asks with: what is sent for it, and what no message may hold. */
export interface Account {
	number: number;
	headers: Record<string, string>;
	secrets: string[];
	/** How a counterexample shows it. */
	[fc.toStringMethod]: () => string;
}

const accountOf = (number: number, headers: Account['headers'], ...secrets: string[]): Account => ({
	number,
	headers,
	secrets,
	[fc.toStringMethod]: () => `account ${number}`,
});
const keys = (number: number, apiKey: string, appKey: string): Account =>
	accountOf(number, { 'dd-api-key': apiKey, 'dd-application-key': appKey }, apiKey, appKey);
const TOKEN = 'ddpat_Fuzz0Token_8f14e45fceea167a5a36dedd4bea2543';

/** Keys as Datadog makes them, keys with every character that encodings change, and an access token. */
export const accounts: Account[] = [
	keys(0, 'c0ffee11c0ffee22c0ffee33c0ffee44', 'ddapp_0123456789abcdef0123456789abcdef01'),
	keys(1, 'api+key/with=all&of?"these%<b>\'', "app~key:with;all,of|`these\\'$(x)"),
	accountOf(2, { authorization: `Bearer ${TOKEN}` }, TOKEN),
];

const valueFor = (secretOf: (account: Account) => string | undefined) =>
	`={{ ${JSON.stringify(accounts.map((account) => secretOf(account) ?? ''))}[$json.account] }}`;

/** The stored credential: it gives each item the account and the address that the item names. */
export const credential: ICredentialDataDecryptedObject = {
	site: 'custom',
	baseUrl: '={{ $json.address }}',
	authentication: '={{ $json.account === 2 ? "accessToken" : "keys" }}',
	apiKey: valueFor(({ secrets }) => secrets[0]),
	appKey: valueFor(({ secrets }) => secrets[1]),
	accessToken: valueFor(({ secrets }) => secrets[0]),
};

/** The stored credential of one account, as a trigger uses it. */
export const credentialOf = (
	{ number, secrets: [first, second = ''] }: Account,
	baseUrl: string,
): ICredentialDataDecryptedObject => ({
	site: 'custom',
	baseUrl,
	...(number === 2
		? { authentication: 'accessToken', accessToken: first }
		: { authentication: 'keys', apiKey: first, appKey: second }),
});
