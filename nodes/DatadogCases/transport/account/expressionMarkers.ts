import type { ICredentialDataDecryptedObject, INodeProperties } from 'n8n-workflow';

/** Every field of `datadogCasesApi` that can contain an expression. */
const FIELDS = ['site', 'baseUrl', 'authentication', 'apiKey', 'appKey', 'accessToken'];

/** Strings between "=" and ">" start with "=", so they're expressions. */
const isExpression = [{ _cnd: { between: { from: '=', to: '>' } } }];

/**
 * Hidden fields of `datadogCasesApi` that show whether it contains an expression. n8n drops a field if its `hide` matches,
 * and checks that before it resolves expressions. So `noExpression` is only present if no visible field contains one.
 * `resolvedFirst` is only present if a future n8n resolves expressions first: then the sample no longer starts with "=".
 */
export const expressionMarkers: INodeProperties[] = [
	{
		displayName: 'No Expression',
		name: 'noExpression',
		type: 'hidden',
		default: 'yes',
		displayOptions: { hide: Object.fromEntries(FIELDS.map((name) => [name, isExpression])) },
	},
	{
		displayName: 'Sample Expression',
		name: 'sampleExpression',
		type: 'hidden',
		default: '=',
		displayOptions: { hide: { site: [{ _cnd: { exists: true } }] } },
	},
	{
		displayName: 'Resolved First',
		name: 'resolvedFirst',
		type: 'hidden',
		default: 'yes',
		displayOptions: { hide: { sampleExpression: isExpression } },
	},
];

/** @returns true if a decrypted `datadogCasesApi` is certain to be the same for every item. */
export function isSameForAllItems(credential: ICredentialDataDecryptedObject): boolean {
	const isMarked = 'noExpression' in credential && !('resolvedFirst' in credential);
	return isMarked && FIELDS.every((name) => typeof credential[name] !== 'object');
}
