import { withoutKeys } from './hideKeys';
import { plainTextOf } from './plainText';

/** How much is read to find the reason in a page, how much of its text is searched for keys, and how much is shown. In characters. */
const READ = 200_000;
const SEARCHED = 4_000;
const SHOWN = 500;

/** What stands so close before a cut is not shown: it may be the first half of a key. */
const TORN = 1_000;

/** @returns third-party words in a sentence that says whose they are: plain, truncated, keys hidden. */
export function quoted(whose: string, words: string, secrets: string[]): string {
	const text = cleaned(words, secrets).replace(/\.$/, '');
	return text === '' ? `${whose} is empty.` : `${whose}: "${shortened(text)}".`;
}

/** @returns third-party text as one line of plain text, keys hidden. */
export function cleaned(words: string, secrets: string[]): string {
	const text = plainTextOf(words.slice(0, READ));
	const sure = words.length > READ ? commonStart(text, words.slice(0, READ - TORN)) : text.length;
	const end = text.length > SEARCHED ? Math.min(sure, SEARCHED - TORN) : sure;
	return withoutKeys(text.slice(0, SEARCHED), secrets, end).trim();
}

/** @returns a value that is quoted within a sentence, its spaces kept, keys hidden. */
export function quotedValue(value: string): string {
	const isCut = value.length > SEARCHED;
	const text = withoutKeys(value.slice(0, SEARCHED), [], isCut ? SEARCHED - TORN : undefined);
	return JSON.stringify(shortened(text));
}

/** @returns text as it is shown: the end of a long one is left out. */
export const shortened = (text: string) =>
	text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;

/** @returns how far a page's text is the same without its torn end. */
function commonStart(text: string, shorterPage: string): number {
	const other = plainTextOf(shorterPage);
	let length = 0;
	while (length < text.length && text[length] === other[length]) length++;
	return length;
}
