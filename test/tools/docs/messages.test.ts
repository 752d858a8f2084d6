/** SUPPORT.md tells each message of the product, and no other. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import { codeIn, ROOT, rowsOf, sectionOf, SUPPORT } from './markdown';

const sources = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(join(ROOT, folder), { recursive: true })
		.map((name) => join(folder, String(name)))
		.filter((name) => name.endsWith('.ts')),
);

/** The literal text of an expression, with … for what is filled in; empty when it is no text. */
function textOf(expression: ts.Expression | undefined): string {
	if (!expression) return '';
	if (ts.isStringLiteralLike(expression)) return expression.text;
	if (!ts.isTemplateExpression(expression)) return '…';
	const { head, templateSpans } = expression;
	return head.text + templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

/** What the sources say where something is refused, hinted at or tested. */
function messagesIn(name: string): string[] {
	const source = ts.createSourceFile(
		name,
		readFileSync(join(ROOT, name), 'utf8'),
		ts.ScriptTarget.Latest,
		true,
	);
	const found: string[] = [];
	const visit = (node: ts.Node) => {
		// What these say is complete where they are called.
		if (isDeclarationOf('refusalFor', node)) return;
		if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
			const called = node.expression.getText();
			const [first, second, third] = (node.arguments ?? []).map(textOf);
			if (called === 'Refusal') found.push(first);
			if (called === 'refusalFrom') found.push(second);
			if (called === 'refuse') found.push(third);
			if (called === 'refusalFor' && name.includes('/account/'))
				found.push(`The '${first}' of the credential ${second}`);
			else if (called === 'refusalFor') found.push(`'${first}' ${second}`);
		}
		if (ts.isPropertyAssignment(node) && node.name.getText() === 'message')
			found.push(textOf(node.initializer));
		ts.forEachChild(node, visit);
	};
	visit(source);
	return found.map((text) => text.split('. ')[0]).filter((text) => /\p{L}{2}/u.test(text));
}

const isDeclarationOf = (name: string, node: ts.Node) =>
	(ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node)) &&
	node.name?.getText() === name;

const messagesOf = (heading: string, file?: string) =>
	rowsOf(sectionOf(heading, file)).flatMap(([messages]) => codeIn(messages));

const told = messagesOf('Each message, and what to do', SUPPORT);

it('tells each message that the product can give, and no other', () => {
	const given = [...new Set(sources.flatMap(messagesIn))];
	expect(told.filter((text) => !given.includes(text))).toEqual([]);
	expect(given.filter((text) => !told.includes(text))).toEqual([]);
});
it('tells each message once', () => {
	expect(told).toEqual([...new Set(told)]);
});

it('tells only such messages in the README', () => {
	expect(messagesOf('Troubleshooting').filter((text) => !told.includes(text))).toEqual([]);
});
