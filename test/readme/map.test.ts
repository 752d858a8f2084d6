/** CONTRIBUTING's map names every file that there is, and none that there is not. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
/** Those that have to be named: tests stand beside what they test. */
const sources = files.filter(
	(file) => /^(nodes|credentials|test)\/.*\.[cm]?[jt]s$/.test(file) && !/\.test\.ts$/.test(file),
);

const inCode = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name);

/** What each line names, with the folders that the sentence before the list names. */
const [, map] = /## Where things are\n(.*?)\n\n## |$/s.exec(
	readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8'),
)!;
const named = map.split(/\n\n(?=[^-])/).flatMap((section) => {
	const [heading, ...lines] = section.split('\n- ');
	const folders = inCode(heading).filter((name) => name.endsWith('/'));
	return lines.flatMap((line) =>
		inCode(line.split(': ')[0]).map((name) => ({ name, folders: folders.length ? folders : [''] })),
	);
});
const isIn = (file: string, { name, folders }: (typeof named)[number]) =>
	folders.some((folder) =>
		name.endsWith('/') ? file.startsWith(folder + name) : file === folder + name,
	);

it.each(sources)('names %s', (file) => {
	expect(named.filter((one) => isIn(file, one)).map(({ name }) => name)).toHaveLength(1);
});

it.each(named.filter(({ name }) => !name.includes('<')))('$name is there', (one) => {
	expect(files.some((file) => isIn(file, one))).toBe(true);
});
