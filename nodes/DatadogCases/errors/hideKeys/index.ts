import { decodingsOf, onlyCharacters } from './decodings';
import type { DecodedText } from './decodings';
import { lowerCaseAscii, piecesOfSecrets } from './encodings';
import type { SecretPieces } from './encodings';
import { findKeyLike } from './keyLike';
import type { Span } from './keyLike';

/**
 * @param secrets known secrets. Their encodings and longer parts are hidden too.
 * @param end cuts the text here. The rest is still searched, because a key can cross the cut.
 * @returns the text with `[hidden]` instead of the secrets and of anything that looks like a key or token. Takes linear time.
 */
export function hideKeys(text: string, secrets: string[], end = text.length): string {
	const pieces = piecesOfSecrets(secrets);
	const spans = decodingsOf(text).flatMap((decoded) => [
		...findKeyLike(decoded.text).map(([start, to]) => originalSpan(decoded, start, to)),
		...pieces.flatMap((some) => findPieces(some, decoded)),
	]);
	const parts: string[] = [];
	let at = 0;
	for (const [start, to] of mergeOverlapping(spans)) {
		if (start >= end) break;
		parts.push(text.slice(at, start), '[hidden]');
		at = to;
	}
	return parts.join('') + text.slice(at, Math.max(at, end));
}

function findPieces({ characters, byLength }: SecretPieces, decoded: DecodedText): Span[] {
	const compared = onlyCharacters(decoded, characters);
	const text = lowerCaseAscii(compared.text);
	const spans: Span[] = [];
	for (const [length, pieces] of byLength) {
		for (let at = 0; at + length <= text.length; at++) {
			if (pieces.has(text.slice(at, at + length)))
				spans.push(originalSpan(compared, at, at + length));
		}
	}
	return spans;
}

const originalSpan = ({ starts, ends }: DecodedText, start: number, end: number): Span => [
	starts[start],
	ends[end - 1],
];

/** @returns the spans in order. Spans that overlap or touch are merged. */
function mergeOverlapping(spans: Span[]): Span[] {
	const all: Span[] = [];
	for (const [start, end] of spans.sort(([one], [other]) => one - other)) {
		const last = all.at(-1);
		if (last && start <= last[1]) last[1] = Math.max(last[1], end);
		else all.push([start, end]);
	}
	return all;
}
