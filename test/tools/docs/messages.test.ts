/** docs/troubleshooting.md has a heading for each message of the product, and for no other. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import { codeIn, isHeading, partsOf, ROOT, sectionOf, TROUBLESHOOTING } from './markdown';

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

/** What the sources say where something fails, is hinted at or tested. */
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
		if (isDeclarationOf('parameterError', node)) return;
		if (isDeclarationOf('credentialFieldError', node)) return;
		if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
			const called = node.expression.getText();
			const [first, second, third] = (node.arguments ?? []).map(textOf);
			if (called === 'UserFacingError') found.push(first);
			if (called === 'toUserFacingError') found.push(second);
			if (called === 'this.fail') found.push(third);
			// What n8n's log shows of the trigger.
			if (called === 'warn' || called === 'this.warn') found.push(first);
			if (called === 'parameterError') found.push(`'${first}' ${second}`);
			if (called === 'credentialFieldError') found.push(`The credential's '${first}' ${second}`);
		}
		if (ts.isPropertyAssignment(node) && node.name.getText() === 'message')
			found.push(textOf(node.initializer));
		ts.forEachChild(node, visit);
	};
	visit(source);
	return found
		.map((text) => text.split('. ')[0].replace(/…+/g, '…'))
		.filter((text) => /\p{L}{2}/u.test(text));
}

const isDeclarationOf = (name: string, node: ts.Node) =>
	(ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node)) &&
	node.name?.getText() === name;

const MANY = ["Values that aren't allowed", "Values that the trigger doesn't allow"];

/** Headings that are a message, and the lists of those that differ in a field or a range only. */
const headings = partsOf(TROUBLESHOOTING).filter(isHeading);
const listed = MANY.flatMap((heading) => {
	const lists = sectionOf(heading, TROUBLESHOOTING).filter(({ type }) => type === 'list');
	return lists.flatMap(({ raw }) => codeIn(raw));
});
const told = [...headings.flatMap(({ text }) => codeIn(text)), ...listed];

it('tells each message that the product can give, and no other', () => {
	const given = [...new Set(sources.flatMap(messagesIn))];
	expect(told.filter((text) => !given.includes(text))).toEqual([]);
	expect(given.filter((text) => !told.includes(text))).toEqual([]);
});

it('tells each message once', () => {
	expect(told).toEqual([...new Set(told)]);
});

it('says of each what to do', () => {
	const isSection = ({ depth }: { depth: number }) => depth === 3;
	const silent = headings.filter(isSection).filter(({ text }) => {
		const parts = sectionOf(text, TROUBLESHOOTING);
		return !parts.some(({ type }) => type === 'paragraph');
	});
	const lists = ["The count differs from Datadog's", "The trigger doesn't run your workflow"];
	const others = silent.map(({ text }) => text).filter((text) => !lists.includes(text));
	expect(others).toEqual(['`Datadog rejected the request`']);
});
