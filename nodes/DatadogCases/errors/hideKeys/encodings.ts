import { toPlainText } from '../plainText';
import { decodingsOf, notDecoded, onlyCharacters } from './decodings';

/** What is compared: letters and digits where a secret has enough of them, else whatever can be seen. */
const LETTERS_AND_DIGITS = /[\p{L}\p{N}]/u;
const VISIBLE = /[^\s\p{C}\p{M}]/u;

/** A part of a secret, such as one of its halves, is hidden from so many characters on: fewer if it looks like no word. */
const PIECE_LENGTH = 16;
const MIXED_PIECE_LENGTH = 8;
const MIXED = /\d|[a-z][A-Z]/;

/** A shorter encoding could be anything. */
const MIN_ENCODING_LENGTH = 4;

/** What must not stand in a text, compared by those `characters` alone: pieces in lower case, by their length. */
export interface SecretPieces {
	characters: RegExp;
	byLength: Map<number, Set<string>>;
}

/** For as long as somebody holds the list of secrets: many errors may come of one credential. */
const cache = new WeakMap<string[], SecretPieces[]>();

/**
 * @param secrets a list that is never changed
 * @returns the pieces of the secrets in each of their encodings. The time grows with the length of the secrets.
 */
export function piecesOfSecrets(secrets: string[]): SecretPieces[] {
	const pieces = cache.get(secrets) ?? computePieces(secrets);
	cache.set(secrets, pieces);
	return pieces;
}

function computePieces(secrets: string[]): SecretPieces[] {
	const long: SecretPieces = { characters: LETTERS_AND_DIGITS, byLength: new Map() };
	const short: SecretPieces = { characters: VISIBLE, byLength: new Map() };
	for (const encoding of new Set(secrets.flatMap(encodingsOf))) {
		const characters = onlyCharacters(notDecoded(encoding), long.characters).text;
		if (characters.length >= MIXED_PIECE_LENGTH) addPieces(long, characters);
		else addPiece(short, onlyCharacters(notDecoded(encoding), short.characters).text);
	}
	return [long, short].filter(({ byLength }) => byLength.size > 0);
}

/** Letters in upper case would make two different keys of one. Other letters than these have lost their accents. */
export const lowerCaseAscii = (text: string) =>
	text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());

function addPieces(pieces: SecretPieces, characters: string): void {
	for (let at = 0; at + MIXED_PIECE_LENGTH <= characters.length; at++) {
		const short = characters.slice(at, at + MIXED_PIECE_LENGTH);
		if (MIXED.test(short)) addPiece(pieces, short);
		else if (at + PIECE_LENGTH <= characters.length) {
			addPiece(pieces, characters.slice(at, at + PIECE_LENGTH));
		}
	}
	addPiece(pieces, characters.slice(0, PIECE_LENGTH));
	addPiece(pieces, characters.slice(-PIECE_LENGTH));
}

function addPiece({ byLength }: SecretPieces, piece: string): void {
	if (piece === '') return;
	const known = byLength.get(piece.length) ?? new Set();
	byLength.set(piece.length, known.add(lowerCaseAscii(piece)));
}

/** As it is; as it looks in the text of a page; and as programs write bytes. What is escaped is read, not spelled. */
function encodingsOf(secret: string): string[] {
	const bytes = Buffer.from(secret);
	const others = [
		// A part of it may look like an escape.
		...decodingsOf(secret).map(({ text }) => text),
		toPlainText(secret),
		// What is left where a part of it is taken for a tag.
		...secret.split(/[<>&]/),
		[...secret].reverse().join(''),
		bytes.toString('hex'),
		[...bytes].join(''),
		...[0, 1, 2].flatMap((offset) => base64At(offset, bytes)),
	];
	return [secret, ...others.filter(({ length }) => length >= MIN_ENCODING_LENGTH)];
}

/**
 * @param offset bytes before the secret, after the last three that belong together
 * @returns what is the same in base64 whatever stands before the secret: with nothing behind it, and with anything.
 */
function base64At(offset: number, bytes: Buffer): string[] {
	const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
	const start = Math.ceil((offset * 8) / 6);
	const alike = Math.floor((whole.length * 8) / 6);
	const texts = [whole.toString('base64').replace(/=+$/, ''), whole.toString('base64url')];
	return texts.flatMap((text) => [text.slice(start), text.slice(start, alike)]);
}
