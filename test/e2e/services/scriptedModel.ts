import type { AddressInfo } from 'node:net';
import fastify from 'fastify';

/** What the model says next: the arguments of one or more calls of its tool, or its last words. */
export type Reply = { calls: object[] } | { words: string };

/** What n8n sent to the model. */
export interface ModelRequest {
	stream: boolean;
	tools: Array<{ type: string; function: { name: string } }>;
	messages: Array<{ role: string; content: unknown }>;
}

/** A language model behind OpenAI's interface (Chat Completions) that says what it is told to say. */
export interface ScriptedModel {
	/** For the base URL of n8n's OpenAI credential. */
	url: string;
	/** What it says, one for each request; taken from the front. */
	script: Reply[];
	requests: ModelRequest[];
	close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startScriptedModel(): Promise<ScriptedModel> {
	const script: Reply[] = [];
	const requests: ModelRequest[] = [];
	const app = fastify({ forceCloseConnections: true });
	app.post<{ Body: ModelRequest }>('/v1/chat/completions', ({ body }, reply) => {
		requests.push(body);
		const next = script.shift();
		if (!next || body.stream)
			return reply.code(400).send({ error: { message: 'Not in the script' } });
		const [message, reason] =
			'calls' in next
				? [{ content: null, tool_calls: next.calls.map(callOf(requests)) }, 'tool_calls']
				: [{ content: next.words }, 'stop'];
		return {
			id: 'chatcmpl-1',
			object: 'chat.completion',
			created: 1_700_000_000,
			model: 'scripted',
			choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: reason }],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		};
	});
	await app.listen({ port: 0, host: '127.0.0.1' });
	return {
		url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1`,
		script,
		requests,
		close: () => app.close(),
	};
}

/** A call of the only tool that the model was offered. Ids are `call_1_1` for the first call of the first request. */
function callOf(requests: ModelRequest[]) {
	const { name } = requests[requests.length - 1].tools[0].function;
	return (args: object, i: number) => ({
		id: `call_${requests.length}_${i + 1}`,
		type: 'function',
		function: { name, arguments: JSON.stringify(args) },
	});
}
