/** The commands that the documents name are there, and the shell reads them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { blocksOf, codeIn, DOCUMENTS, partsOf, ROOT } from './markdown';

const { name, version, scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
	name: string;
	version: string;
	scripts: Record<string, string>;
};

const shell = DOCUMENTS.flatMap((file) => blocksOf(partsOf(file), 'sh')).map(({ code }) => code);
const inline = DOCUMENTS.flatMap((file) => codeIn(readFileSync(join(ROOT, file), 'utf8')));

it.each(shell)('is read by the shell: %s', (code) => {
	execFileSync('sh', ['-n'], { input: code });
});

it('names only scripts that package.json has', () => {
	const named = [...shell, ...inline].flatMap((code) =>
		[...code.matchAll(/\bnpm (?:run ([\w:]+)|(start|test)\b)/g)].map(([, run, own]) => run ?? own),
	);
	expect(named).toContain('check');
	expect(named.filter((script) => !(script in scripts))).toEqual([]);
});

it('lists every script for a person in CONTRIBUTING', () => {
	const listed = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
	const missing = Object.keys(scripts).filter(
		(script) => !new RegExp(`\`npm (run )?${script}\``).test(listed),
	);
	// What `npm run check` runs.
	expect(missing).toEqual(['format:check', 'lint', 'typecheck']);
});

it('gives n8n a list of packages that it can read, with the present version', () => {
	const [, list] = shell.join('\n').match(/^N8N_COMMUNITY_PACKAGES='(.*)'$/m)!;
	expect(JSON.parse(list)).toEqual([{ name, version }]);
});
