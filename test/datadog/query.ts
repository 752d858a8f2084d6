import { type LuceneNode, parse, term as luceneTerm } from '@hyperdx/lucene';
import { type Case, PROJECTS } from './cases';

/** A case laid out for searching and grouping, made once per case. */
export interface SearchableCase {
	source: Case;
	/** Facet → values as they are answered. */
	values: Map<string, string[]>;
	/** Facet → values as they are compared, in lower case. */
	compared: Map<string, string[]>;
	title: string;
	text: string;
}

/** A query that cannot be read; Datadog answers 400. */
export class QuerySyntaxError extends Error {
	readonly statusCode = 400;
}

type Matches = (searched: SearchableCase) => boolean;

/** The length and nesting Datadog accepts are unknown; these bounds keep one request from stalling the rest. */
const MAX_LENGTH = 8000;
const MAX_DEPTH = 50;

/** In this order: quoted text, the one unquoted value with a space that the docs show, a parenthesis, a word. */
const TOKEN =
	/"(?:\\.|[^"\\])*"|-?creation_source:Event Management(?![^\s)])|[()]|(?:\\.|[^\s()"\\])+|\S/gs;
const JOINS = ['AND', 'OR', '&&', '||'];

/** Lays one case out for `compileQuery` and for grouping. */
export function searchable(source: Case): SearchableCase {
	const { attributes, relationships } = source;
	const projectId = relationships.project.data.id;
	const assignee = relationships.assignee ? [relationships.assignee.data.id] : [];
	const values = new Map<string, string[]>([
		...Object.entries(attributes.attributes),
		...Object.entries(attributes.custom_attributes).map(([key, { value }]): [string, string[]] => [
			key,
			[value].flat(),
		]),
		['status', [attributes.status]],
		['status_group', [attributes.status_group]],
		['status_name', [attributes.status_name]],
		['priority', [attributes.priority]],
		['project', PROJECTS.filter(({ id }) => id === projectId).map(({ key }) => key)],
		['project_id', [projectId]],
		['type', [attributes.type]],
		['creation_source', [attributes.creation_source]],
		['assignee', assignee],
		['assignee_id', assignee],
		['key', [attributes.key]],
	]);
	const compared = new Map(
		[...values].map(([facet, list]) => [facet, list.map((value) => value.toLowerCase())]),
	);
	const creationSource = attributes.creation_source.toLowerCase();
	compared.set('creation_source', [creationSource, creationSource.replace(/_/g, ' ')]);
	const title = attributes.title.toLowerCase();
	return {
		source,
		values,
		compared,
		title,
		text: `${title}\n${attributes.description.toLowerCase()}`,
	};
}

/** What a `query_filter` selects; throws `QuerySyntaxError` for one that cannot be read. */
export function compileQuery(query: string): Matches {
	if (query.length > MAX_LENGTH) {
		throw new QuerySyntaxError(`the query is longer than ${MAX_LENGTH} characters`);
	}
	const rewritten = rewrite(query.match(TOKEN) ?? []);
	if (rewritten === '') return () => true;
	let tree: LuceneNode;
	try {
		tree = parse(rewritten);
	} catch (error) {
		const reason = error instanceof RangeError ? 'too many terms' : (error as Error).message;
		throw new QuerySyntaxError(reason);
	}
	return compileChain(tree, '');
}

/**
 * Writes the query so that the parser reads it as Datadog does. The parser drops an `AND` that joins nothing,
 * takes `AND(` for a word, refuses `-(`, and needs exponential time when a group starts with an operator.
 */
function rewrite(tokens: string[]): string {
	let depth = 0;
	return tokens
		.map((token, index) => {
			const next = tokens[index + 1];
			if (token === '(' && ++depth > MAX_DEPTH) {
				throw new QuerySyntaxError(`more than ${MAX_DEPTH} nested parentheses`);
			}
			if (token === ')') depth--;
			if (token === '-' || token === 'NOT') {
				if (!startsTerm(next) || next.startsWith('-') || next === 'NOT') {
					throw new QuerySyntaxError(`nothing to exclude after "${token}"`);
				}
				return next === '(' ? '-: ' : '-';
			}
			if (JOINS.includes(token) && !(endsTerm(tokens[index - 1]) && startsTerm(next))) {
				throw new QuerySyntaxError(`"${token}" must stand between two terms`);
			}
			return token.startsWith('"')
				? `${token} `
				: `${token.replace(/:(Event Management)$/, ':"$1"')} `;
		})
		.join('');
}

function startsTerm(token: string | undefined): token is string {
	return token !== undefined && token !== ')' && !JOINS.includes(token);
}

function endsTerm(token: string | undefined): boolean {
	return token !== undefined && token !== '(' && !JOINS.includes(token);
}

/** The parser nests every chain to the right; here `AND`, written or implied, binds tighter than `OR`. */
function compileChain(chain: LuceneNode, facet: string): Matches {
	const alternatives: Matches[][] = [[]];
	for (let link = chain; ;) {
		const { left, operator, right } = link;
		const isTerm = !left || (link !== chain && link.parenthesized);
		alternatives[alternatives.length - 1].push(compileTerm(isTerm ? link : left, facet));
		if (isTerm || !right) break;
		if (operator === 'OR' || operator === '||') alternatives.push([]);
		link = right;
	}
	return (searched) => alternatives.some((all) => all.every((matches) => matches(searched)));
}

function compileTerm(node: LuceneNode, groupFacet: string): Matches {
	const field = node.field && node.field !== '<implicit>' ? node.field : '';
	const excluded = field.startsWith('-') || node.prefix === '-' || node.prefix === '!';
	const facet = luceneTerm.unescape(field.replace(/^-/, '')) || groupFacet;
	const matches = node.left ? compileChain(node, facet) : compileValue(node, facet);
	return excluded ? (searched) => !matches(searched) : matches;
}

function compileValue(node: LuceneNode, facet: string): Matches {
	if (node.term === undefined) {
		throw new QuerySyntaxError('ranges are not part of the case search syntax');
	}
	const wanted = luceneTerm.unescape(node.term).toLowerCase();
	if (facet) return ({ compared }) => compared.get(facet)?.includes(wanted) ?? false;
	return node.quoted ? ({ title }) => title.includes(wanted) : ({ text }) => text.includes(wanted);
}
