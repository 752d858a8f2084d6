/** What a server can do so that a request never ends, or ends in too much. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createGzip } from 'node:zlib';

const OK = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

/** Sends something again and again, until the other side has gone. */
function drip(socket: Socket, first: string, next: string): void {
	socket.write(first);
	const timer = setInterval(() => socket.write(next), DRIP_MS);
	socket.once('close', () => clearInterval(timer));
}

const DRIP_MS = 20;

/** Sends as fast as the other side takes it, until that has gone. */
function flood(socket: Socket, first: string, next: string | Buffer): void {
	socket.write(first);
	const more = () => {
		while (!socket.destroyed && socket.write(next));
	};
	socket.on('drain', more);
	more();
}

/** Each answers a request that never ends by itself. */
export const endless = {
	switching: (socket: Socket) =>
		socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
	nothing: () => {},
	'a body that never comes': (socket: Socket) => socket.write(`${OK}content-length: 5\r\n\r\n`),
	'a dripping body': (socket: Socket) => drip(socket, `${OK}content-length: 100000\r\n\r\n{`, ' '),
	'a dripping body in chunks': (socket: Socket) =>
		drip(socket, `${OK}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
	'a dripping body of a refusal': (socket: Socket) =>
		drip(socket, 'HTTP/1.1 503 Busy\r\ncontent-length: 100000\r\n\r\n', ' '),
	'a dripping header': (socket: Socket) => drip(socket, `${OK}x-header: `, 'a'),
	'dripping headers': (socket: Socket) => drip(socket, OK, 'a: b\r\n'),
	'a dripping status line': (socket: Socket) => drip(socket, 'HTTP/1.1 200 ', 'O'),
	'interim answers': (socket: Socket) =>
		drip(socket, '', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
	'dripping trailers': (socket: Socket) =>
		drip(socket, `${OK}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n`, 'a: b\r\n'),
} satisfies Record<string, (socket: Socket) => unknown>;

const PIECE = Buffer.alloc(2 ** 20, ' ');

/** Each answers with more than anybody can hold. */
export const tooMuch = {
	'an endless body': (socket: Socket) => flood(socket, `${OK}\r\n`, PIECE),
	'a gigabyte of zeros, packed': (socket: Socket) => {
		const zip = createGzip();
		socket.write(`${OK}content-encoding: gzip\r\nconnection: close\r\n\r\n`);
		zip.pipe(socket);
		const zeros = Buffer.alloc(2 ** 20);
		let left = 1024;
		const more = () => {
			while (left-- > 0 && !socket.destroyed) if (!zip.write(zeros)) return;
			zip.end();
		};
		zip.on('drain', more);
		socket.once('close', () => zip.destroy());
		more();
	},
} satisfies Record<string, (socket: Socket) => unknown>;

/** Headers without an end, as fast as they are taken: Node.js gives up after 16 kB. */
export const endlessHeader = (socket: Socket) =>
	flood(socket, `${OK}x-header: `, Buffer.alloc(2 ** 16, 'a'));

/** A server that answers the first request of each connection like that. */
export interface HostileServer {
	url: string;
	/** How many requests it has had. */
	requests: number;
	/** How many connections are open. */
	readonly open: number;
	answer: (socket: Socket, request: string) => unknown;
	/** Closes what is still open, and counts anew. */
	reset(): void;
	close(): void;
}

/** Starts it on a free port of this machine. */
export async function startHostile(): Promise<HostileServer> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		socket.on('error', () => {});
		socket.once('data', (head) => {
			hostile.requests++;
			hostile.answer(socket, head.toString());
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const hostile: HostileServer = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests: 0,
		get open() {
			return sockets.size;
		},
		answer: () => {},
		reset() {
			for (const socket of sockets) socket.destroy();
			sockets.clear();
			hostile.requests = 0;
		},
		close() {
			hostile.reset();
			server.close();
		},
	};
	return hostile;
}

export let server: HostileServer;

/** Starts one for the tests of a file, new for each of them. Call it once in a test file. */
export function useHostileServer() {
	beforeAll(async () => (server = await startHostile()));
	afterAll(() => server.close());
	beforeEach(() => server.reset());
}

/** Resolves when the server's last connection is closed. */
export async function allClosed() {
	while (server.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
