/** Sends the answers of cases, byte for byte. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Answer } from './answers';

/** What a case was asked. */
export interface Asked {
	method: string;
	path: string;
	query: Array<[string, string]>;
	headers: IncomingHttpHeaders;
	body: string;
}

/** Others may be put in the place of the answers. */
export interface Served {
	address: string;
	answers: Answer[];
	asked: Asked[];
}

export interface AnswerServer {
	/** @returns the address under which these answers are given, and everything that is asked there. */
	serve(answers: Answer[]): Served;
	/** Forgets what was served: who still asks is answered no more. */
	forget(): void;
	requests: { length: number };
	readonly inFlight: number;
	close(): void;
}

/** Starts it on a free port of this machine. */
export async function startServer(): Promise<AnswerServer> {
	const cases = new Map<string, Served>();
	const requests = { length: 0 };
	let inFlight = 0;
	let served = 0;

	const server = createServer({ maxHeaderSize: 1_000_000 }, (request, response) => {
		requests.length++;
		inFlight++;
		response.once('close', () => inFlight--);
		const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
		const [, name, ...path] = pathname.split('/');
		const one = cases.get(name);
		if (!one) return void request.socket.destroy();
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const answer = one.answers[Math.min(one.asked.length, one.answers.length - 1)];
			one.asked.push({
				method: request.method!,
				path: `/${path.join('/')}`,
				query: [...searchParams],
				headers: request.headers,
				body: Buffer.concat(chunks).toString(),
			});
			send(answer, response);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

	return {
		serve(answers) {
			const name = `case-${++served}`;
			const one: Served = { address: `${url}/${name}`, answers, asked: [] };
			cases.set(name, one);
			return one;
		},
		forget: () => cases.clear(),
		requests,
		get inFlight() {
			return inFlight;
		},
		close() {
			server.closeAllConnections();
			server.close();
		},
	};
}

function send({ status, headers, body, ending }: Answer, response: ServerResponse): void {
	const socket = response.socket!;
	if (ending === 'closed') return void socket.destroy();
	if (ending === 'garbled') return void socket.end(body);
	const length = ending === 'cut' ? body.length + 1 : body.length;
	const lengthHeader = ending === 'chunked' ? [] : ['content-length', String(length)];
	response.writeHead(status, [...headers.flat(), ...lengthHeader]);
	if (ending === 'cut') response.write(body, () => socket.end());
	else response.end(body);
}
