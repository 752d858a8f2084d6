/** Lists as text, as programs and models write them, and how they are read. */

const quote = (text: string, mark: string) =>
	mark + text.replace(/\\/g, '\\\\').replaceAll(mark, `\\${mark}`) + mark;

/** Ways to write a list of names. Not all of them can be read, for all names. */
export const writings: Array<(names: string[]) => string> = [
	(names) => JSON.stringify(names),
	(names) => ` ${JSON.stringify(names, null, 2)}\n`,
	(names) => `[${names.map((name) => quote(name, "'")).join(', ')}]`,
	(names) => `[ ${names.map((name) => quote(name, "'")).join(' ,')} , ]`,
	(names) => `[${names.map((name, at) => quote(name, at === 0 ? "'" : '"')).join(',')},]`,
	(names) => `[${names.join(', ')}]`,
	(names) => `[${names.map((name) => quote(name, "'")).join(' ')}]`,
	(names) => `['${names.join("', ")}]`,
	(names) => `[None, ${names.join(', ')}]`,
];

/** The entries of a text that begins like a list; undefined when it is none. */
export function entriesOf(text: string): unknown[] | undefined {
	try {
		return JSON.parse(text) as unknown[];
	} catch {
		if (!text.trim().endsWith(']')) return undefined;
	}
	const entries: string[] = [];
	let rest = text.trim().slice(1, -1).trim();
	while (rest !== '') {
		const [mark] = rest;
		let entry = '';
		if (mark === "'" || mark === '"') {
			let at = 1;
			for (; at < rest.length && rest[at] !== mark; at++) {
				if (rest[at] === '\\') at++;
				entry += rest[at] ?? '';
			}
			if (at >= rest.length) return undefined;
			rest = rest.slice(at + 1).trimStart();
		} else {
			const comma = rest.indexOf(',');
			entry = (comma < 0 ? rest : rest.slice(0, comma)).trim();
			rest = comma < 0 ? '' : rest.slice(comma);
			if (entry === '' || /['"[\]{}]/.test(entry)) return undefined;
			if (['None', 'null', 'undefined'].includes(entry)) return undefined;
		}
		if (rest !== '' && !rest.startsWith(',')) return undefined;
		rest = rest.slice(1).trimStart();
		entries.push(entry);
	}
	return entries;
}
