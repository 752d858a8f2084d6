import { hideKeys } from './hideKeys';
import { toPlainText } from './plainText';

/** Limits in characters: of a page, of its text in which keys are hidden, and of what's shown. */
const MAX_READ = 200_000;
const MAX_SEARCHED = 4_000;
const MAX_SHOWN = 500;

/** Text this close to a cut isn't shown, because it may be the first half of a key. */
const HIDDEN_BEFORE_CUT = 1_000;

/**
 * @param whose such as "Datadog's message"
 * @returns a sentence that quotes third-party words as plain text: truncated, keys hidden.
 */
export function quoted(whose: string, words: string, secrets: string[]): string {
	const text = sanitized(words, secrets).replace(/\.$/, '');
	return text === '' ? `${whose} is empty.` : `${whose}: "${truncated(text)}".`;
}

/** @returns third-party words as one line of plain text, keys hidden. */
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

/** @returns a value in quotes, truncated, keys hidden. Keeps spaces. */
export function quotedValue(value: string): string {
	const isCut = value.length > MAX_SEARCHED;
	const text = hideKeys(
		value.slice(0, MAX_SEARCHED),
		[],
		isCut ? MAX_SEARCHED - HIDDEN_BEFORE_CUT : undefined,
	);
	return JSON.stringify(truncated(text));
}

/** @returns the text without the end if it's longer than 500 characters. */
export const truncated = (text: string) =>
	text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;

/** @returns the length of the text that doesn't depend on the cut-off end of the page. */
function commonPrefixLength(text: string, shorterPage: string): number {
	const other = toPlainText(shorterPage);
	let length = 0;
	while (length < text.length && text[length] === other[length]) length++;
	return length;
}
