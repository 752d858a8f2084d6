import { brotliCompressSync, gzipSync } from 'node:zlib';

import { MAX_BYTES, readResponse } from '../../../../../nodes/DatadogCases/transport/response';
import { connectionTo, keysFor } from '../../../../support/account';
import { tested } from '../../../../support/credentialTest';
import { CredentialStore, runNode } from '../../../../support/engine';
import { allClosed, server, tooMuch, useHostileServer } from '../../../../support/hostile';
import { activate } from '../../../../support/poll';

useHostileServer();

const MESSAGE = "Datadog's response is too large";
const DESCRIPTION =
	"It's larger than 16 MB. Lower 'Max Groups' or narrow 'Query'. In the credential, check 'Site' or, if you use a gateway, the host and path of 'Base URL'.";

/** Sends these bytes, then closes the connection. */
const sends = (body: Buffer | string, headers: string[] = [], status = '200 OK') => {
	server.answer = (socket) => {
		socket.write(['HTTP/1.1 ' + status, ...headers, 'connection: close', '', ''].join('\r\n'));
		socket.end(body);
	};
};

const counted = (total: number, padding = '') =>
	`{"data":{"attributes":{"groups":[],"total":${total}}}}${padding}`;

const run = async (more: object = {}, settings: object = {}) =>
	await runNode({
		parameters: { groupBy: [], options: { maxRetries: 0 }, ...more },
		credential: keysFor(server.url),
		settings: { onError: 'continueRegularOutput', ...settings },
	});

const good = [{ json: { count: 7 }, pairedItem: { item: 0 } }];
const refused = [
	{
		json: { error: MESSAGE, details: { httpCode: '200', description: DESCRIPTION } },
		pairedItem: { item: 0 },
	},
];

describe.each(Object.entries(tooMuch))('%s', (_, answer) => {
	beforeEach(() => (server.answer = answer));

	it.each([
		['keys', {}, () => keysFor(server.url)],
		['OAuth2', { authentication: 'oAuth2' }, () => connectionTo(server.url, { access_token: 'x' })],
	])('is refused after one request, asked with %s', async (_name, more, credential) => {
		const { items } = await runNode({
			parameters: { groupBy: [], options: { maxRetries: 3 }, ...more },
			credential: new CredentialStore(credential()),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(items).toEqual(refused);
		expect(server.requests).toBe(1);
		await allClosed();
	});

	it('is refused in a poll, which changes nothing, and in the test of the credential', async () => {
		const trigger = activate({
			parameters: { event: 'thresholdCrossed', condition: 'above', threshold: 5 },
			credential: keysFor(server.url),
			activation: 'update',
		});
		await expect(trigger.poll()).rejects.toMatchObject({
			message: MESSAGE,
			description: DESCRIPTION,
		});
		expect(trigger.memory()).toBe('{}');
		expect(await tested(keysFor(server.url))).toEqual({
			status: 'Error',
			message: `${MESSAGE}. ${DESCRIPTION}`,
		});
		await allClosed();
	});
});

it.each([
	['', (body: string) => Buffer.from(body)],
	['content-encoding: gzip', gzipSync],
	['content-encoding: br', brotliCompressSync],
])('reads 16 MB, and no byte more: %s', async (header, pack) => {
	const most = counted(7, ' '.repeat(MAX_BYTES - counted(7).length));
	sends(pack(most), [header].filter(Boolean));
	expect((await run()).items).toEqual(good);
	sends(pack(`${most} `), [header].filter(Boolean));
	expect((await run()).items).toEqual(refused);
});

it('keeps what a refusal with an endless body says', async () => {
	sends(`<p>Busy</p>${' '.repeat(MAX_BYTES)}`, ['retry-after: 90'], '503 Busy');
	const { items } = await run({ options: { maxRetries: 1 } });
	expect(items).toEqual([
		{
			json: {
				error: "Datadog requires a wait of 90 seconds, which is longer than 'Max Wait'",
				details: { httpCode: '503', description: expect.any(String) },
			},
			pairedItem: { item: 0 },
		},
	]);
	sends(`<p>Busy</p>${' '.repeat(MAX_BYTES)}`, [], '503 Busy');
	expect((await run()).items[0].json).toEqual({
		error: "Datadog couldn't process the request",
		details: {
			httpCode: '503',
			description:
				"Datadog's message: \"Busy\". Try again later, or raise 'Max Retries' in the node's options. See https://status.datadoghq.com.",
		},
	});
});

it.each([
	['a byte order mark', `\ufeff${counted(7)}`],
	['JSON without its type', counted(7)],
	['JSON behind spaces', `\n ${counted(7)}\n`],
])('reads %s', async (_, body) => {
	sends(body, ['content-type: text/plain']);
	expect((await run()).items).toEqual(good);
});

it('reads characters that come in two pieces', async () => {
	const body = Buffer.from('{"data":{"attributes":{"groups":[]},"id":"\u00e9\u{1f600}"}}');
	server.answer = (socket) => {
		socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`);
		socket.setNoDelay();
		let at = 0;
		const next = () => {
			if (at < body.length) socket.write(body.subarray(at, ++at), () => setImmediate(next));
		};
		next();
	};
	const { items } = await run({ simplify: false });
	expect(items[0].json).toEqual({ attributes: { groups: [] }, id: '\u00e9\u{1f600}' });
});

it.each([
	['a body that breaks off', ['content-length: 500'], counted(7), 'stream has been aborted'],
	[
		'a body that is not packed as it says',
		['content-encoding: gzip'],
		'not packed at all',
		'incorrect header check',
	],
])('calls %s a lost connection', async (_, headers, body, reason) => {
	sends(body, headers);
	expect((await run()).items).toEqual([
		{
			json: {
				error: 'The connection to Datadog was lost',
				details: { description: expect.stringContaining(`n8n's message: "${reason}".`) },
			},
			pairedItem: { item: 0 },
		},
	]);
});

it('reads nothing of a response that comes after its time', async () => {
	const stop = new AbortController();
	stop.abort();
	let isDestroyed = false;
	const body = {
		destroy: () => (isDestroyed = true),
		async *[Symbol.asyncIterator]() {
			if (isDestroyed) throw new Error('Premature close');
			yield Buffer.from('{}');
		},
	};
	expect(await readResponse({ statusCode: 200, headers: {}, body }, stop.signal)).toEqual({
		code: undefined,
		reason: 'Premature close',
		headers: {},
	});
});
