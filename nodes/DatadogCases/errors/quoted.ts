import { hideKeys } from './hideKeys';
import { toPlainText } from './plainText';

/** How much is read to find the reason in a page, how much of its text is searched for keys, and how much is shown. In characters. */
const MAX_READ = 200_000;
const MAX_SEARCHED = 4_000;
const MAX_SHOWN = 500;

/** What stands so close before a cut is not shown: it may be the first half of a key. */
const HIDDEN_BEFORE_CUT = 1_000;

/** @returns third-party words in a sentence that says whose they are: plain, truncated, keys hidden. */
export function quoted(whose: string, words: string, secrets: string[]): string {
	const text = sanitized(words, secrets).replace(/\.$/, '');
	return text === '' ? `${whose} is empty.` : `${whose}: "${truncated(text)}".`;
}

/** @returns third-party text as one line of plain text, keys hidden. */
export function sanitized(words: string, secrets: string[]): string {
	const text = toPlainText(words.slice(0, MAX_READ));
	const certainLength =
		words.length > MAX_READ
			? commonPrefixLength(text, words.slice(0, MAX_READ - HIDDEN_BEFORE_CUT))
			: text.length;
	const end =
		text.length > MAX_SEARCHED
			? Math.min(certainLength, MAX_SEARCHED - HIDDEN_BEFORE_CUT)
			: certainLength;
	return hideKeys(text.slice(0, MAX_SEARCHED), secrets, end).trim();
}

/** @returns a value that is quoted within a sentence, its spaces kept, keys hidden. */
export function quotedValue(value: string): string {
	const isCut = value.length > MAX_SEARCHED;
	const text = hideKeys(
		value.slice(0, MAX_SEARCHED),
		[],
		isCut ? MAX_SEARCHED - HIDDEN_BEFORE_CUT : undefined,
	);
	return JSON.stringify(truncated(text));
}

/** @returns text as it is shown: the end of a long one is left out. */
export const truncated = (text: string) =>
	text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;

/** @returns how far a page's text is the same without its torn end. */
function commonPrefixLength(text: string, shorterPage: string): number {
	const other = toPlainText(shorterPage);
	let length = 0;
	while (length < text.length && text[length] === other[length]) length++;
	return length;
}
