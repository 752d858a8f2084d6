/** One entry and what ends it: quoted either way, or plain text, which may be a number but not a missing value. */
const ENTRY =
	/\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,'"[\]{}](?:[^,'"[\]{}]*[^\s,'"[\]{}])?))\s*(?:,|$)/suy;

/** What Python and JavaScript write for a missing value. */
const MISSING_VALUES = ['None', 'null', 'undefined'];

/**
 * @param text begins with a bracket
 * @returns the entries of a JSON list, or of a list as Python and AI models write it; undefined for any other text.
 */
export function parseList(text: string): unknown[] | undefined {
	const trimmed = text.trim();
	try {
		return JSON.parse(trimmed) as unknown[];
	} catch {
		return trimmed.endsWith(']') ? parseEntries(trimmed.slice(1, -1).trimEnd()) : undefined;
	}
}

function parseEntries(text: string): string[] | undefined {
	const entries: string[] = [];
	const entry = new RegExp(ENTRY);
	while (entry.lastIndex < text.length) {
		const found = entry.exec(text);
		if (!found) return undefined;
		const [, single, double, plain] = found;
		if (MISSING_VALUES.includes(plain)) return undefined;
		entries.push(plain ?? (single ?? double).replace(/\\(.)/gsu, '$1'));
	}
	return entries;
}
