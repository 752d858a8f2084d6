// Decodes escape sequences in a text, and keeps track of where each character was in the original.

/** `starts` and `ends` are the range in the original text for each UTF-16 unit of `text`. */
export interface DecodedText {
	text: string;
	starts: number[];
	ends: number[];
}

/** Percent-encoding (`%25` counts as `%`), backslash escapes of JSON and JavaScript, `0x`, entities, and tags. */
const ESCAPED =
	/((?:%(?:25)*[\da-f]{2})+)|\\(?:u\{0*([\da-f]{1,6})\}|u([\da-f]{4})|x([\da-f]{2})|[bfnrtv])|&(?:amp;)*(?:#x0*([\da-f]{1,6});?|#0*(\d{1,7});?|([a-z]{2,8});)|<[^<>]*>|\b0x/gi;

/** How many layers of escapes are decoded. */
const MAX_LAYERS = 4;

/** @returns the original text, and the text after decoding each layer of escapes. */
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

/** @returns the text with only the matching characters. Accents are removed, and variants such as full-width letters replaced. */
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

/** @returns the text as it is, in the form that `onlyCharacters` takes. */
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

/** The entities that escape markup. */
const NAMED_ENTITIES = new Map([
	['lt', '<'],
	['gt', '>'],
	['amp', '&'],
]);

/** @returns the decoded characters, or an empty string for anything that isn't a character, such as a tag. */
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
