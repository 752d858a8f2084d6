/** A range of a text. The end is exclusive. */
export type Span = [start: number, end: number];

/** Letters and digits, joined by the special characters of keys, tokens and base64. */
const RUN = /[a-z\d]+(?:[-_.~+/=%][a-z\d]+)*/gi;
const PART = /[a-z\d]+/gi;

/** A change between letters and digits, or an upper-case letter that doesn't start a word. */
const CHANGE = /(?<=[a-z])(?=\d|[A-Z](?![a-z]{2}))|(?<=[A-Z])(?=\d)|(?<=\d)(?=[A-Za-z])/g;

/** This many changes within this many characters look like a key. A word with a number only has one or two. */
const MIN_CHANGES = 4;
const MAX_CHANGES_SPAN = 12;

/** Shorter parts can be words such as `v2` and `k8s`. */
const MIN_PART_LENGTH = 4;

/** A long part looks like a key if it contains two numbers, or if its words are shorter than three characters on average. */
const LONG_PART_LENGTH = 20;
const WORD = /[A-Z]?[a-z]+|[A-Z]+|\d+/g;
const MIN_AVERAGE_WORD_LENGTH = 3;

/** May belong to a key if the part next to it does. */
const LIKELY_REST_OF_KEY = /^(?=.{4})(?=.*(?:\d|[a-z][A-Z]|[A-Z]{2}[a-z]))/;

/** Longer than any word or readable number. Includes UUIDs. */
const TOO_LONG_FOR_WORDS = /[a-z\d]{41,}|\d{20,}|[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/gi;

/** The value after a name such as `"token":` or `api_key=`, whatever it looks like. */
const NAMED_SECRET =
	/(?<=(?:key|password|secret|token)\\?"\s?:\s?\\?"|(?:[-_]key|password|secret|token)=)[^\s"'&,;<>\\]+/gi;

/** @returns the ranges that look like a key or token. */
export function findKeyLike(text: string): Span[] {
	const spans = [TOO_LONG_FOR_WORDS, NAMED_SECRET].flatMap((pattern) => matchesOf(pattern, text));
	for (const [start, end] of matchesOf(RUN, text)) {
		const span = findKeyLikeInRun(text.slice(start, end));
		if (span) spans.push([start + span[0], start + span[1]]);
	}
	return spans;
}

/** @returns the range from the first to the last part that looks like a key, if there is one. */
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

/** @returns the indexes of the parts with many changes close together. */
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
		// + 2 for the characters before the first and after the last change.
		return last && last.place - first.place + 2 <= MAX_CHANGES_SPAN ? [first.part, last.part] : [];
	});
}

/** @returns the indexes of the long parts that don't consist of words and at most one number. */
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
