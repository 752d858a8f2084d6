/** Other nodes can use our credential, such as n8n's HTTP Request. The keys must only go to the credential's host. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NodeConnectionTypes } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeType } from 'n8n-workflow';

import { DatadogCasesApi } from '../../../../../../credentials/DatadogCasesApi.credentials';
import { keysFor } from '../../../../../support/account';
import { runNode } from '../../../../../support/engine';

const KEYS = { 'dd-api-key': 'test-api-key', 'dd-application-key': 'test-application-key' };

/** The credential's host, and an attacker's. */
let own: LocalHost;
let other: LocalHost;
beforeEach(async () => {
	own = await startHost();
	other = await startHost();
});
afterEach(() => {
	own.server.close();
	other.server.close();
});

interface LocalHost {
	server: Server;
	url: string;
	port: number;
	/** The path and the keys of each request. */
	seen: Array<[string, IDataObject]>;
}

/** Responds with JSON, or at `/to/ADDRESS` with a redirect. */
async function startHost(): Promise<LocalHost> {
	const seen: LocalHost['seen'] = [];
	const server = createServer((request: IncomingMessage, response: ServerResponse) => {
		const { url = '', headers } = request;
		const names = [...Object.keys(KEYS), 'authorization'].filter((name) => name in headers);
		seen.push([url, Object.fromEntries(names.map((name) => [name, headers[name]]))]);
		if (url.startsWith('/to/')) {
			response.writeHead(302, { location: decodeURIComponent(url.slice(4)) }).end();
		} else {
			response.setHeader('content-type', 'application/json');
			response.end('{"answered":true}');
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return { server, url: `http://127.0.0.1:${port}`, port, seen };
}

/** Sends the request in its parameter `request` with the credential and the helper named in `helper`. */
const sender: INodeType = {
	description: {
		displayName: 'Sender',
		name: 'sender',
		group: ['output'],
		version: 1,
		description: '',
		defaults: { name: 'Sender' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'datadogCasesApi' }, { name: 'datadogCasesOAuth2Api' }],
		properties: ['request', 'helper', 'nodeCredentialType'].map((name) => ({
			displayName: name,
			name,
			type: name === 'request' ? 'json' : 'string',
			default: '',
		})),
	},
	async execute(this: IExecuteFunctions) {
		const parameter = (name: string) => this.getNodeParameter(name, 0) as string;
		const helper = parameter('helper') as
			'requestWithAuthentication' | 'httpRequestWithAuthentication';
		const request = JSON.parse(parameter('request')) as never;
		const type = parameter('nodeCredentialType');
		const answer: unknown = await this.helpers[helper].call(this, type, request);
		return [[{ json: { answer: answer as IDataObject }, pairedItem: { item: 0 } }]];
	},
};

/** Like n8n's HTTP Request node. */
const fromHttpRequestNode = (uri: string, more: object = {}) =>
	run('requestWithAuthentication', {
		headers: {},
		method: 'GET',
		uri,
		gzip: true,
		rejectUnauthorized: true,
		followRedirect: true,
		followAllRedirects: true,
		sendCredentialsOnCrossOriginRedirect: false,
		json: true,
		...more,
	});

/** Like most other nodes. */
const fromNewNode = (url: string, more: object = {}) =>
	run('httpRequestWithAuthentication', { method: 'GET', url, json: true, ...more });

async function run(
	helper: string,
	request: object,
	credential: IDataObject = keysFor(own.url) as IDataObject,
	nodeCredentialType = 'datadogCasesApi',
) {
	const { items, error } = await runNode({
		nodeType: sender,
		parameters: { helper, nodeCredentialType, request: JSON.stringify(request) },
		credential: credential as never,
	});
	return {
		items,
		message: error?.message,
		description: error?.description,
		seen: [own.seen, other.seen],
	};
}

const ANSWERED = [{ json: { answer: { answered: true } }, pairedItem: { item: 0 } }];
const NAMED_HOST = 'The credential only works for its own host';

describe.each([
	['HTTP Request node', fromHttpRequestNode],
	['newer helper', fromNewNode],
])('the %s', (_name, send) => {
	it('gets an answer from the host of the credential', async () => {
		expect(await send(`${own.url}/api/v2/cases?page%5Bsize%5D=1`)).toEqual({
			items: ANSWERED,
			message: undefined,
			description: undefined,
			seen: [[['/api/v2/cases?page%5Bsize%5D=1', KEYS]], []],
		});
	});

	it('gets an answer by a path alone', async () => {
		expect(await send('/api/v2/cases')).toMatchObject({
			items: ANSWERED,
			seen: [[['/api/v2/cases', KEYS]], []],
		});
	});

	it.each([
		['another port', () => `${other.url}/`],
		['another name of the same machine', () => `http://localhost:${own.port}/`],
		['https instead of http', () => `https://127.0.0.1:${own.port}/`],
		['the host as a user name', () => `http://127.0.0.1:${own.port}@127.0.0.1:${other.port}/`],
		['no scheme', () => `//127.0.0.1:${other.port}/`],
		['backslashes', () => `\\\\127.0.0.1:${other.port}/`],
		['a slash and a backslash', () => `/\\127.0.0.1:${other.port}/`],
		['a space before it', () => ` ${other.url}/`],
		['a tab in it', () => `ht\ttp://127.0.0.1:${other.port}/`],
		['one slash', () => `http:/127.0.0.1:${other.port}/`],
		['a trailing dot', () => `http://localhost.:${other.port}/`],
		['no address', () => ''],
	])('is refused in words, and sends nothing: %s', async (_case, address) => {
		const { items, message, seen } = await send(address());
		expect({ items, message, seen }).toEqual({ items: [], message: NAMED_HOST, seen: [[], []] });
	});

	it.each([
		['another host', () => `${other.url}/`],
		['another name of the same machine', () => `http://localhost:${own.port}/`],
		['the same host', () => `${own.url}/`],
	])('carries no key on a redirect to %s', async (_case, address) => {
		const path = `/to/${encodeURIComponent(address())}`;
		const { items, message, seen } = await send(own.url + path);
		expect(seen).toEqual([[[path, KEYS]], []]);
		expect(items).toEqual([]);
		expect(message).toMatch(/302|redirect/i);
	});

	it('is refused with a header that names another host', async () => {
		const { message, seen } = await send(`${own.url}/`, { headers: { hOst: 'example.com' } });
		expect([message, seen]).toEqual([NAMED_HOST, [[], []]]);
	});

	it('is refused with a proxy, which could read along', async () => {
		const { message, seen } = await send(`${own.url}/`, { proxy: other.url });
		expect(message).toBe("The credential doesn't work with the node's Proxy option");
		expect(seen).toEqual([[], []]);
	});
});

it('says what to do', async () => {
	const { message, description } = await fromHttpRequestNode(`${other.url}/`);
	expect([message, description]).toEqual([
		NAMED_HOST,
		"Its keys weren't sent. Send the request to the host of its 'Site' or 'Base URL', with the same scheme and port. To allow other hosts, choose Specific Domains in the credential's 'Allowed HTTP Request Domains', if your n8n version has it.",
	]);
});

it('keeps an access token at its host, too', async () => {
	const token = {
		...keysFor(own.url),
		authentication: 'accessToken',
		accessToken: 'ddpat_a_b',
	} as IDataObject;
	const request = { method: 'GET', uri: `${other.url}/`, json: true };
	const refused = await run('requestWithAuthentication', request, token);
	expect([refused.message, refused.seen]).toEqual([NAMED_HOST, [[], []]]);

	const uri = `${own.url}/to/${encodeURIComponent(other.url)}`;
	const { seen } = await run('requestWithAuthentication', { ...request, uri }, token);
	expect(seen).toEqual([[[uri.slice(own.url.length), { authorization: 'Bearer ddpat_a_b' }]], []]);
});

describe("the credential's own list of domains", () => {
	const credential = new DatadogCasesApi();
	const listed = {
		...keysFor('https://gateway.example.com'),
		allowedHttpRequestDomains: 'domains',
	};
	const request = { url: 'https://other.example.com/', maxRedirects: 3 };
	const headers = { 'DD-API-KEY': 'test-api-key', 'DD-APPLICATION-KEY': 'test-application-key' };
	const baseURL = 'https://gateway.example.com';

	it.each([
		'other.example.com',
		'a.example.com, Other.Example.com.',
		'*.example.com',
		' ,*.Example.com',
	])('lets it go to hosts in %j, and leaves redirects to n8n', async (allowedDomains) => {
		const allowed = { ...request, allowedDomains };
		expect(await credential.authenticate(listed, allowed)).toEqual({
			...allowed,
			baseURL,
			headers,
		});
	});

	it.each(['example.com', '*.other.example.com', '*.', '*', ',', '*.ple.com', 'a.example.com'])(
		'lets it go nowhere else, which n8n 1.123 would: %j',
		async (allowedDomains) => {
			const sent = { ...request, allowedDomains };
			await expect(credential.authenticate(listed, sent)).rejects.toThrow(new Error(NAMED_HOST));
		},
	);

	it.each([
		['/api', 'gateway.example.com'],
		['https://gateway.example.com/api', 'gateway.example.com'],
	])('lets n8n ask a second time for %s', async (url, allowedDomains) => {
		const sent = await credential.authenticate(listed, { url });
		expect(sent.allowedDomains).toBe(allowedDomains);
		expect(await credential.authenticate(listed, sent)).toEqual(sent);
	});

	it.each(['/api', 'not an address', 'mailto:somebody'])('lets %j go nowhere else', async (url) => {
		const sent = { url, allowedDomains: 'other.example.com,' };
		await expect(credential.authenticate(listed, sent)).rejects.toThrow(new Error(NAMED_HOST));
	});

	it.each([
		['that the node has not read', listed, request],
		[
			'that is not in the credential',
			keysFor(baseURL),
			{ ...request, allowedDomains: 'other.example.com' },
		],
	])('widens nothing: one %s', async (_case, stored, sent) => {
		await expect(credential.authenticate(stored, sent)).rejects.toThrow(new Error(NAMED_HOST));
	});
});
