import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a program meets when it looks for the Internet: a proxy that notes the host and lets nothing through. */
export interface Outside {
	/** Settings that send a program here for whatever is not on this machine. */
	env: Record<string, string>;
	/** Every host that was asked for, in order. */
	hosts: string[];
	close(): void;
}

export async function startOutside(): Promise<Outside> {
	const hosts: string[] = [];
	const server = createServer();
	server.on('connect', ({ url }, socket) => {
		hosts.push(String(url));
		socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const here = '127.0.0.1,localhost';
	return {
		// Some programs read the upper case first, some the lower case.
		env: { HTTPS_PROXY: proxy, https_proxy: proxy, NO_PROXY: here, no_proxy: here },
		hosts,
		close: () => void server.close(),
	};
}
