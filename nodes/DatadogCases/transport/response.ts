// Reads response bodies, because n8n's HTTP helpers don't limit their size.
import type { IDataObject } from 'n8n-workflow';

import { lostConnectionFrom, TOO_LARGE } from './outcome';
import type { Outcome } from './outcome';

/** The largest uncompressed body. n8n can still store any JSON of that size, and 100,000 groups only take 6 MB. */
export const MAX_BYTES = 16 * 2 ** 20;

/** What n8n returns with `returnFullResponse` and `encoding: 'stream'`. */
export interface FullResponse {
	statusCode: number;
	headers: IDataObject;
	body: unknown;
}

/** The part of a Node.js stream that's needed here. */
interface Stream extends AsyncIterable<Uint8Array> {
	destroy(): void;
}

/**
 * Never rejects.
 * @param signal stops reading
 * @returns the response with its body as JSON, or as text if it isn't JSON; a lost connection if it broke off. If the body
 * is too large, it's `TOO_LARGE` with status 200, and cut off with any other status.
 */
export async function readResponse(
	{ statusCode: status, headers, body }: FullResponse,
	signal: AbortSignal,
): Promise<Outcome> {
	// n8n's evaluations return mocked responses, without a stream.
	if (!isStream(body)) return { status, headers, body };
	try {
		const { text, isWhole } = await readText(body, signal);
		if (!isWhole && status === 200) return { status, headers, body: TOO_LARGE };
		return { status, headers, body: parseJsonOrText(text) };
	} catch (error) {
		const lost = lostConnectionFrom(error);
		if (lost.reason !== 'aborted') return lost;
		return { ...lost, code: 'ERR_BAD_RESPONSE', reason: 'stream has been aborted' };
	}
}

const isStream = (body: unknown): body is Stream => Symbol.asyncIterator in Object(body);

async function readText(stream: Stream, signal: AbortSignal) {
	const stop = () => stream.destroy();
	if (signal.aborted) stop();
	signal.addEventListener('abort', stop);
	const chunks: Uint8Array[] = [];
	let size = 0;
	try {
		// Leaving the loop early closes the connection.
		for await (const chunk of stream) {
			size += chunk.length;
			chunks.push(chunk);
			if (size > MAX_BYTES) break;
		}
	} finally {
		signal.removeEventListener('abort', stop);
	}
	const text = Buffer.concat(chunks).toString();
	return { text: text.replace(/^\ufeff/, ''), isWhole: size <= MAX_BYTES };
}

/** Like axios, which n8n uses. */
function parseJsonOrText(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
