// Reads the body of a response itself, as n8n's HTTP helpers have no limit for its size.
import type { IDataObject } from 'n8n-workflow';

import { lostConnectionFrom, TOO_LARGE } from './outcome';
import type { Outcome } from './outcome';

/** The most that is read of a body, in bytes after unpacking: 100,000 values have 6 MB. From so much n8n can still store any JSON. */
export const MAX_BYTES = 16 * 2 ** 20;

/** What n8n gives when it is asked for the full response with its body as a stream. */
export interface FullResponse {
	statusCode: number;
	headers: IDataObject;
	body: unknown;
}

/** As much of a Node.js stream as is needed. */
interface Stream extends AsyncIterable<Uint8Array> {
	destroy(): void;
}

/**
 * Never rejects.
 * @param signal stops reading
 * @returns the response with its body as JSON, or as text where it isn't JSON; or what became of one that broke off. Of a
 * body that is too large, an error response keeps the beginning.
 */
export async function readResponse(
	{ statusCode: status, headers, body }: FullResponse,
	signal: AbortSignal,
): Promise<Outcome> {
	// n8n's evaluations answer by themselves, without a stream.
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

/** As axios reads it, which n8n sends with. */
function parseJsonOrText(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
