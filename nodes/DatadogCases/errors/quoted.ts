import { plainTextOf } from './plainText';

/** How much is read to find the reason in a page, and how much of it is shown. In characters. */
const READ = 200_000;
const SHOWN = 500;

/** The most characters that stand for one of a secret. */
const LONGEST_SPELLING = 6;

/** Cleans third-party text for display: plain, truncated, secrets removed. */
export function quoted(whose: string, words: string, secrets: string[]): string {
	const text = cleaned(words, secrets).replace(/\.$/, '');
	if (text === '') return `${whose}: none.`;
	return `${whose}: "${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}".`;
}

/** @returns third-party text as one line of plain text without the secrets. */
export function cleaned(words: string, secrets: string[]): string {
	const patterns = secrets.flatMap(spellingsOf).map((text) => new RegExp(patternOf(text), 'gi'));
	const hide = (text: string) =>
		patterns.reduce((rest, pattern) => rest.replace(pattern, '[hidden]'), text);

	// Before, as a secret may look like a tag; and after, as tags and entities may stand within it.
	const page = hide(words.slice(0, READ));
	const torn = Math.max(0, ...secrets.map(({ length }) => length)) * LONGEST_SPELLING;
	const whole = words.length > READ ? page.slice(0, Math.max(0, page.length - torn)) : page;
	return hide(plainTextOf(whole)).trim();
}

/** Gateways repeat what they were sent also in base64, and as a part of an address. */
function spellingsOf(secret: string): string[] {
	const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
	return [secret, base64, base64.replace(/\+/g, '-').replace(/\//g, '_')];
}

/** @returns the source of an expression for the text: each character may be escaped, and a space may stand behind it. */
const patternOf = (text: string) =>
	Array.from(text, (character) => {
		const bytes = Array.from(Buffer.from(character), (byte) => `%${byte.toString(16)}`).join('');
		const unit = character.charCodeAt(0).toString(16).padStart(4, '0');
		return `(?:\\\\?${character.replace(/\W/, '\\$&')}|${bytes}|\\\\u${unit})`;
	}).join(' ?');
