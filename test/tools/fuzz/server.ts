/** Sends the answers of cases, byte for byte. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { endless, tooMuch } from '../../support/hostile';
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
	/** What a request for a new token is answered with, one after the other; the last goes on. */
	tokenAnswers: Answer[];
	askedForToken: number;
	asked: Asked[];
}

export interface AnswerServer {
	/** @returns the address under which these answers are given, and everything that is asked there. */
	serve(answers: Answer[], tokenAnswers?: Answer[]): Served;
	/** Forgets what was served: who still asks is answered no more. */
	forget(): void;
	requests: { length: number };
	readonly inFlight: number;
	/** Called when nothing happens any more but answers that never end. */
	onHang: () => void;
	close(): void;
}

/** Starts it on a free port of this machine. */
export async function startServer(): Promise<AnswerServer> {
	const cases = new Map<string, Served>();
	const requests = { length: 0 };
	let inFlight = 0;
	let served = 0;
	/** The requests that hang, of which some have no connection any more. */
	let hanging = 0;
	const hang = async (response: ServerResponse) => {
		hanging++;
		response.once('close', () => hanging--);
		let quiet = 0;
		for (let seen = -1; quiet < QUIET_ROUNDS;) {
			await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
			quiet = inFlight === hanging && seen === requests.length ? quiet + 1 : 0;
			seen = requests.length;
		}
		started.onHang();
	};

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
			if (path.join('/') === TOKEN_PATH) {
				return send(at(one.tokenAnswers, one.askedForToken++), response);
			}
			const answer = at(one.answers, one.asked.length);
			one.asked.push({
				method: request.method!,
				path: `/${path.join('/')}`,
				query: [...searchParams],
				headers: request.headers,
				body: Buffer.concat(chunks).toString(),
			});
			if (answer.ending === 'endless') void hang(response);
			send(answer, response, request.headers.authorization);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

	const started: AnswerServer = {
		onHang: () => {},
		serve(answers, tokenAnswers = []) {
			const name = `case-${++served}`;
			const address = `${url}/${name}`;
			const one: Served = { address, answers, tokenAnswers, asked: [], askedForToken: 0 };
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
	return started;
}

const QUIET_ROUNDS = 10;
const ROUND_MS = 5;

const at = (answers: Answer[], number: number) => answers[Math.min(number, answers.length - 1)];

/** Where the credential's client gets new tokens. */
const TOKEN_PATH = 'oauth2/v1/token';

/** In its place a body repeats the token that it was asked with. */
export const SENT_TOKEN = '@the-token-that-was-sent@';

function send(answer: Answer, response: ServerResponse, authorization = ''): void {
	const { status, headers, ending, statusText } = answer;
	const body = answer.body.includes(SENT_TOKEN)
		? Buffer.from(String(answer.body).replaceAll(SENT_TOKEN, authorization.replace('Bearer ', '')))
		: answer.body;
	const socket = response.socket!;
	const name = String(answer.body);
	if (ending === 'endless') return void endless[name as keyof typeof endless](socket);
	if (ending === 'tooMuch') return void tooMuch[name as keyof typeof tooMuch](socket);
	if (ending === 'closed') return void socket.destroy();
	if (ending === 'garbled') return void socket.end(body);
	const length = ending === 'cut' ? body.length + 1 : body.length;
	const lengthHeader = ending === 'chunked' ? [] : ['content-length', String(length)];
	if (statusText !== '') response.statusMessage = statusText;
	response.writeHead(status, [...headers.flat(), ...lengthHeader]);
	if (ending === 'cut') response.write(body, () => socket.end());
	else response.end(body);
}
