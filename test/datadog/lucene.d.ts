declare module '@hyperdx/lucene' {
	/** One term, a range (`term_min`), or a chain: `left operator right`, where `right` may be the next chain. */
	export interface LuceneNode {
		field?: string;
		term?: string;
		quoted?: boolean;
		prefix?: string | null;
		term_min?: string;
		left?: LuceneNode;
		operator?: string;
		right?: LuceneNode;
		parenthesized?: boolean;
	}
	export function parse(query: string): LuceneNode;
	export const term: { unescape(text: string): string };
}
