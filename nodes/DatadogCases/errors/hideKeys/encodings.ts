import { toPlainText } from '../plainText';
import { decodingsOf, notDecoded, onlyCharacters } from './decodings';

/** The characters to compare: letters and digits if a secret has enough of them, all visible characters otherwise. */
const LETTERS_AND_DIGITS = /[\p{L}\p{N}]/u;
const VISIBLE = /[^\s\p{C}\p{M}]/u;

/** The shortest part of a secret that's hidden. A part that doesn't look like a word can be shorter. */
const PIECE_LENGTH = 16;
const MIXED_PIECE_LENGTH = 8;
const MIXED = /\d|[a-z][A-Z]/;

/** A shorter encoding could match any text. */
const MIN_ENCODING_LENGTH = 4;

/** Parts of secrets to hide, in lower case, by length. Only the `characters` are compared. */
export interface SecretPieces {
	characters: RegExp;
	byLength: Map<number, Set<string>>;
}

/** By list of secrets: one credential can cause many errors. */
const cache = new WeakMap<string[], SecretPieces[]>();

/**
 * @param secrets never change the list: results are cached by it
 * @returns the parts of all encodings of the secrets. Takes linear time.
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

/** Only changes ASCII letters, so that the length of the text stays the same. */
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

/** All spellings of a secret, except escaped ones: those are decoded in the text. */
function encodingsOf(secret: string): string[] {
	const bytes = Buffer.from(secret);
	const others = [
		// A part of the secret can look like an escape sequence.
		...decodingsOf(secret).map(({ text }) => text),
		toPlainText(secret),
		// A part of it can look like a tag, which is removed from the text.
		...secret.split(/[<>&]/),
		[...secret].reverse().join(''),
		bytes.toString('hex'),
		[...bytes].join(''),
		...[0, 1, 2].flatMap((offset) => base64At(offset, bytes)),
	];
	return [secret, ...others.filter(({ length }) => length >= MIN_ENCODING_LENGTH)];
}

/**
 * @param offset position of the secret's first byte in a group of three bytes, which base64 encodes together
 * @returns the base64 characters that don't depend on the bytes before the secret, for a secret at the end and for one that
 * more bytes follow.
 */
function base64At(offset: number, bytes: Buffer): string[] {
	const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
	const start = Math.ceil((offset * 8) / 6);
	const alike = Math.floor((whole.length * 8) / 6);
	const texts = [whole.toString('base64').replace(/=+$/, ''), whole.toString('base64url')];
	return texts.flatMap((text) => [text.slice(start), text.slice(start, alike)]);
}
