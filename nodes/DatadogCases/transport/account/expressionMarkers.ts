import type { ICredentialDataDecryptedObject, INodeProperties } from 'n8n-workflow';

/** Every field of the credential with keys that may hold an expression. */
const FIELDS = ['site', 'baseUrl', 'authentication', 'apiKey', 'appKey', 'accessToken'];

/** Texts from "=" up to ">" are those that start with "=", and so hold an expression. */
const isExpression = [{ _cnd: { between: { from: '=', to: '>' } } }];

/**
 * Hidden fields of the credential with keys. n8n leaves out a field whose `hide` matches the stored text, before it
 * resolves expressions: so `noExpression` is there only when no field that is used holds one. `resolvedFirst` is there
 * only if an n8n to come resolves expressions first, for then the sample is no expression any more.
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

/** @returns whether it is certain that a credential with keys is the same for every item. */
export function isSameForAllItems(credential: ICredentialDataDecryptedObject): boolean {
	const isMarked = 'noExpression' in credential && !('resolvedFirst' in credential);
	return isMarked && FIELDS.every((name) => typeof credential[name] !== 'object');
}
