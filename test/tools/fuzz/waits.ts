/** What has to be waited after an answer, told from the README. */
import { VirtualClock } from '../../support/virtualClock';
import type { Answer } from './answers';

/** When each run begins, in milliseconds since 1970. */
export const START = new VirtualClock().now();

/** From the least to the most, in seconds. */
export type Span = [least: number, most: number];

/** The statuses after which the same is asked once more. Of what is no status of HTTP that is left open. */
export function isTriedAgain(status: number): boolean | 'open' {
	if (status > 599) return 'open';
	return status === 408 || status === 429 || (status > 499 && status !== 501 && status !== 505);
}

/** What remains of the rate limit, and what may have to be waited, some seconds after the start. */
export function waitsAfter(answer: Answer, tries: number, maxWait: number, elapsed: Span) {
	const { status } = answer;
	const counts = partsOf(answer, 'x-ratelimit-remaining').filter((part) => NUMBER.test(part));
	const remaining = counts.length > 0 ? Math.min(...counts.map(Number)) : undefined;
	const reset = waitIn(partsOf(answer, 'x-ratelimit-reset'), elapsed);
	const most = status === 429 ? Math.max(1, maxWait) : maxWait;
	const own: Span = [Math.min(2 ** tries, most), Math.min(1.25 * 2 ** tries, most)];
	const isResetTold = status === 429 || !remaining ? reset : undefined;
	const told = [isResetTold, waitIn(partsOf(answer, 'retry-after'), elapsed)];
	return { remaining, isResetTold: (reset?.[1] ?? 0) > 0, waits: firstOf(told, own) };
}

/** The first wait that is one; where that is not sure, the next one too. */
function firstOf(told: Array<Span | undefined>, own: Span): Span[] {
	const spans: Span[] = [];
	for (const span of told) {
		if (!span || span[1] <= 0) continue;
		spans.push([Math.max(0, span[0]), span[1]]);
		if (span[0] > 0.001) return spans;
	}
	return [...spans, own];
}

const NUMBER = /^\d+([.]\d+)?$/;
const DATE = /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT/;

/** Node.js drops all but the first Retry-After. */
function partsOf({ headers }: Answer, wanted: string): string[] {
	const values = headers.filter(([name]) => name.toLowerCase() === wanted);
	const told = wanted === 'retry-after' ? values.slice(0, 1) : values;
	const part = new RegExp(` *${DATE.source}|[^,]+`, 'g');
	return told.flatMap(([, value]) => value.match(part) ?? []).map((text) => text.trim());
}

/** The largest wait, if there is one. */
function waitIn(parts: string[], [least, most]: Span): Span | undefined {
	const spans = parts.flatMap((part): Span[] => {
		const number = NUMBER.test(part) ? Number(part) : NaN;
		if (number <= 1e9) return [[number, number]];
		const at = DATE.test(part) ? Date.parse(part) / 1000 : number;
		const left = at - START / 1000;
		return left - least >= 0 ? [[left - most, left - least]] : [];
	});
	if (spans.length === 0) return undefined;
	return [Math.max(...spans.map((span) => span[0])), Math.max(...spans.map((span) => span[1]))];
}
