// The SHA-256 of a text, by the function that n8n gives expressions as `"text".hash("sha256")`.
import { ExpressionExtensions } from 'n8n-workflow';

const forText = ExpressionExtensions.find(({ typeName }) => typeName === 'String')!;
const hash = forText.functions.hash as unknown as (text: string, algorithm: string[]) => string;

/**
 * @returns 64 hexadecimal digits, different for each JSON value. They hide an address or a query from whoever doesn't
 * guess it, but confirm a guess.
 */
export function digestOf(value: unknown): string {
	// JSON spells half a surrogate pair, which the hash would mix up with others.
	return hash(JSON.stringify(value), ['sha256']);
}
