/** Reads the documents of this package as GitHub does. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import GithubSlugger from 'github-slugger';
import { lexer, type Token, type Tokens, walkTokens } from 'marked';

export const ROOT = resolve(__dirname, '../../..');

export const CREDENTIALS = 'docs/credentials.md';
export const OPERATIONS = 'docs/operations.md';
export const TRIGGER = 'docs/trigger.md';
export const TROUBLESHOOTING = 'docs/troubleshooting.md';
export const COMPATIBILITY = 'docs/compatibility.md';

export const DOCUMENTS = [
	'README.md',
	...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
	'.github/SECURITY.md',
	'.github/SUPPORT.md',
	'examples/README.md',
	'bench/results.md',
	'CONTRIBUTING.md',
	'CHANGELOG.md',
];

/** The parts of a document, in its order. `file` is a path within the repository. */
export const partsOf = (file: string): Token[] => lexer(readFileSync(join(ROOT, file), 'utf8'));

/** The parts from the heading of that text to the next heading of its depth or above. */
export function sectionOf(heading: string, file = 'README.md'): Token[] {
	const parts = partsOf(file);
	const start = parts.findIndex((part) => isHeading(part) && part.text === heading);
	if (start < 0) throw new Error(`${file} has no heading "${heading}"`);
	const { depth } = parts[start] as Tokens.Heading;
	const length = parts.slice(start + 1).findIndex((part) => isHeading(part) && part.depth <= depth);
	return parts.slice(start + 1, length < 0 ? undefined : start + 1 + length);
}

export const isHeading = (part: Token): part is Tokens.Heading => part.type === 'heading';

/** The rows of the first table among the parts, each cell as Markdown. */
export function rowsOf(parts: Token[]): string[][] {
	const table = parts.find((part): part is Tokens.Table => part.type === 'table');
	if (!table) throw new Error('There is no table');
	return table.rows.map((row) => row.map(({ text }) => text));
}

/** What stands in a text as code. */
export const codeIn = (text: string): string[] =>
	[...text.matchAll(/`([^`]*)`/g)].map(([, code]) => code);

/** The code blocks of a language, each with the text of what stands before it. */
export function blocksOf(
	parts: Token[],
	language: string,
): Array<{ before: string; code: string }> {
	const seen = parts.filter(({ type }) => type !== 'space');
	return seen.flatMap((part, i) =>
		part.type === 'code' && part.lang === language
			? [{ before: (seen[i - 1] as Tokens.Paragraph).text, code: part.text as string }]
			: [],
	);
}

/** The addresses of all links and pictures. */
export function linksOf(file: string): string[] {
	const found: string[] = [];
	walkTokens(partsOf(file), (part) => {
		if (part.type === 'link' || part.type === 'image') found.push((part as Tokens.Link).href);
	});
	return found;
}

/** The anchors that GitHub gives to the headings of a document. */
export function anchorsOf(file: string): string[] {
	const slugger = new GithubSlugger();
	return partsOf(file)
		.filter(isHeading)
		.map(({ tokens }) => slugger.slug(plain(tokens)));
}

const plain = (tokens: Token[]): string =>
	tokens
		.map((token) =>
			'tokens' in token && token.tokens
				? plain(token.tokens)
				: 'text' in token
					? String(token.text)
					: '',
		)
		.join('');
