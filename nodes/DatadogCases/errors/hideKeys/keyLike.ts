/** From where to where a part of a text goes: the end is no part of it. */
export type Span = [start: number, end: number];

/** Letters and digits, and what may join them in keys, tokens and base64. */
const RUN = /[a-z\d]+(?:[-_.~+/=%][a-z\d]+)*/gi;
const PART = /[a-z\d]+/gi;

/** Where letters and digits meet, and where a capital begins no word. */
const CHANGE = /(?<=[a-z])(?=\d|[A-Z](?![a-z]{2}))|(?<=[A-Z])(?=\d)|(?<=\d)(?=[A-Za-z])/g;

/** So many changes within so many letters and digits look like a key: a word with a number has one or two. */
const MIN_CHANGES = 4;
const MAX_CHANGES_SPAN = 12;

/** Shorter parts are words such as `v2` and `k8s`. */
const MIN_PART_LENGTH = 4;

/** A long part with two numbers, or with no three characters of a kind in a row on average. */
const LONG_PART_LENGTH = 20;
const WORD = /[A-Z]?[a-z]+|[A-Z]+|\d+/g;
const MIN_AVERAGE_WORD_LENGTH = 3;

/** What may be the rest of a key when its neighbor is a part of one. */
const LIKELY_REST_OF_KEY = /^(?=.{4})(?=.*(?:\d|[a-z][A-Z]|[A-Z]{2}[a-z]))/;

/** No word of a language that is written with these letters, no number that a person reads; and UUIDs. */
const TOO_LONG_FOR_WORDS = /[a-z\d]{41,}|\d{20,}|[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/gi;

/** What a program writes behind the name of a secret, however short it is. */
const NAMED_SECRET =
	/(?<=(?:key|password|secret|token)\\?"\s?:\s?\\?"|(?:[-_]key|password|secret|token)=)[^\s"'&,;<>\\]+/gi;

/** @returns what looks like a key or a token in any spelling, whether or not it is known. */
export function findKeyLike(text: string): Span[] {
	const spans = [TOO_LONG_FOR_WORDS, NAMED_SECRET].flatMap((pattern) => matchesOf(pattern, text));
	for (const [start, end] of matchesOf(RUN, text)) {
		const span = findKeyLikeInRun(text.slice(start, end));
		if (span) spans.push([start + span[0], start + span[1]]);
	}
	return spans;
}

/** @returns from the first part that belongs to a key to the last one. What stands between belongs to it too. */
function findKeyLikeInRun(run: string): Span | undefined {
	const parts = matchesOf(PART, run).map(([start, end]) => ({
		start,
		end,
		text: run.slice(start, end),
	}));
	const texts = parts.map(({ text }) => text);
	const found = [...partsWithManyChanges(texts), ...longPartsWithoutWords(texts)];
	if (found.length === 0) return undefined;
	let first = Math.min(...found);
	let last = Math.max(...found);
	while (first > 0 && LIKELY_REST_OF_KEY.test(texts[first - 1])) first--;
	while (last < texts.length - 1 && LIKELY_REST_OF_KEY.test(texts[last + 1])) last++;
	return [parts[first].start, parts[last].end];
}

/** @returns the numbers of the parts with many changes close together. */
function partsWithManyChanges(parts: string[]): number[] {
	let length = 0;
	const changes = parts.flatMap((text, part) => {
		const before = length;
		length += text.length;
		if (text.length < MIN_PART_LENGTH) return [];
		return [...text.matchAll(CHANGE)].map(({ index }) => ({ part, place: before + index }));
	});
	return changes.flatMap((first, at) => {
		const last = changes.at(at + MIN_CHANGES - 1);
		// The characters on both sides of a change belong to it.
		return last && last.place - first.place + 2 <= MAX_CHANGES_SPAN ? [first.part, last.part] : [];
	});
}

/** @returns the numbers of the long parts that are made of more than words and one number. */
const longPartsWithoutWords = (parts: string[]): number[] =>
	[...parts.keys()].filter((part) => {
		const text = parts[part];
		if (text.length < LONG_PART_LENGTH) return false;
		const words = text.match(WORD)!;
		const numbers = words.filter((word) => /\d/.test(word));
		return numbers.length > 1 || text.length / words.length < MIN_AVERAGE_WORD_LENGTH;
	});

const matchesOf = (pattern: RegExp, text: string): Span[] =>
	Array.from(text.matchAll(pattern), ({ index, 0: { length } }): Span => [index, index + length]);
