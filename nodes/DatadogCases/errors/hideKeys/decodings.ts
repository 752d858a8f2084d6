// The ways in which a text may be read: as it is written, and with what is escaped in it.

/** A text, and for each of its UTF-16 units where the part of the original begins and ends that it stands for. */
export interface DecodedText {
	text: string;
	starts: number[];
	ends: number[];
}

/** Percent signs, `%25` before them too; backslashes as in JSON and JavaScript; `0x`; entities; tags. */
const ESCAPED =
	/((?:%(?:25)*[\da-f]{2})+)|\\(?:u\{0*([\da-f]{1,6})\}|u([\da-f]{4})|x([\da-f]{2})|[bfnrtv])|&(?:amp;)*(?:#x0*([\da-f]{1,6});?|#0*(\d{1,7});?|([a-z]{2,8});)|<[^<>]*>|\b0x/gi;

/** How often a text may be escaped, each time in another way. */
const MAX_LAYERS = 4;

/** @returns the text as it is written, and then with one layer more taken off each time. */
export function decodingsOf(text: string): DecodedText[] {
	const decodings = [notDecoded(text)];
	for (let layer = 0; layer < MAX_LAYERS; layer++) {
		const last = decodings[layer];
		const next = decodeOnce(last);
		if (next.text === last.text) break;
		decodings.push(next);
	}
	return decodings;
}

/** @returns only what `characters` matches, without accents and other forms of the same character. */
export function onlyCharacters(
	{ text, starts, ends }: DecodedText,
	characters: RegExp,
): DecodedText {
	const parts: string[] = [];
	const decoded: DecodedText = { text: '', starts: [], ends: [] };
	let at = 0;
	for (const character of text) {
		const end = ends[at + character.length - 1];
		for (const plain of character.normalize('NFKD')) {
			if (characters.test(plain)) append(decoded, parts, plain, starts[at], end);
		}
		at += character.length;
	}
	return { ...decoded, text: parts.join('') };
}

export function notDecoded(text: string): DecodedText {
	const starts = Array.from({ length: text.length }, (_, at) => at);
	return { text, starts, ends: starts.map((at) => at + 1) };
}

function decodeOnce({ text, starts, ends }: DecodedText): DecodedText {
	const parts: string[] = [];
	const decoded: DecodedText = { text: '', starts: [], ends: [] };
	let at = 0;
	const keepUntil = (until: number) => {
		for (; at < until; at++) append(decoded, parts, text[at], starts[at], ends[at]);
	};
	for (const match of text.matchAll(ESCAPED)) {
		keepUntil(match.index);
		at += match[0].length;
		append(decoded, parts, decodeMatch(match), starts[match.index], ends[at - 1]);
	}
	keepUntil(text.length);
	return { ...decoded, text: parts.join('') };
}

/** Of names only those that markup is escaped with. */
const NAMED_ENTITIES = new Map([
	['lt', '<'],
	['gt', '>'],
	['amp', '&'],
]);

/** What stands for no letter or digit, such as a tag, is nothing. */
function decodeMatch(match: RegExpMatchArray): string {
	const [, percent, braces, four, two, sixteen, ten, name] = match;
	if (percent) {
		return Buffer.from(percent.replace(/%(?:25)*(?=[\da-f]{2})/gi, ''), 'hex').toString();
	}
	if (name) return NAMED_ENTITIES.get(name.toLowerCase()) ?? '';
	const hex = braces ?? four ?? two ?? sixteen;
	const code = ten === undefined ? parseInt(hex ?? '', 16) : Number(ten);
	return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function append(
	decoded: DecodedText,
	parts: string[],
	text: string,
	start: number,
	end: number,
): void {
	parts.push(text);
	for (let unit = 0; unit < text.length; unit++) {
		decoded.starts.push(start);
		decoded.ends.push(end);
	}
}
