import { getEventListeners } from 'node:events';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { clock } from '../../../../../nodes/DatadogCases/transport/clock';
import { TimeLimit, timeoutOutcome } from '../../../../../nodes/DatadogCases/transport/timeLimit';
import { connectionTo, keysFor } from '../../../../support/account';
import { ACCESS_TOKEN } from '../../../../datadog/accounts';
import { tested } from '../../../../support/credentialTest';
import { CredentialStore, runNode } from '../../../../support/engine';
import {
	endless,
	endlessHeader,
	allClosed,
	server,
	useHostileServer,
} from '../../../../support/hostile';
import { activate } from '../../../../support/poll';

useHostileServer();
afterEach(() => jest.restoreAllMocks());

const MESSAGE = "Datadog didn't respond in time";
const saying = (reason: string) =>
	`n8n's message: "${reason}". Raise 'Timeout' in the node's options, or narrow 'Query'.`;
const endings = Object.entries(endless);

const credentials: Array<[string, string, () => ICredentialDataDecryptedObject]> = [
	['keys', 'apiKeys', () => keysFor(server.url)],
	[
		'a token',
		'apiKeys',
		() => ({ ...keysFor(server.url), authentication: 'accessToken', accessToken: ACCESS_TOKEN }),
	],
	['OAuth2', 'oAuth2', () => connectionTo(server.url, { access_token: 'token' })],
];

describe.each(endings)('a server that sends %s', (_, answer) => {
	beforeEach(() => (server.answer = answer));

	it.each(credentials)('ends with Timeout, asked with %s', async (_name, authentication, own) => {
		const { items } = await runNode({
			parameters: { authentication, options: { timeout: 0.15, maxRetries: 0 } },
			credential: new CredentialStore(own()),
			settings: { onError: 'continueRegularOutput' },
		});
		const details = { description: saying('timeout of 150ms exceeded') };
		expect(items).toEqual([{ json: { error: MESSAGE, details }, pairedItem: { item: 0 } }]);
		expect(server.requests).toBe(1);
		await allClosed();
	});

	it('ends with the budget of a poll', async () => {
		const trigger = activate({
			parameters: { event: 'thresholdCrossed', condition: 'above', threshold: 5 },
			credential: keysFor(server.url),
			budgetMs: 150,
			activation: 'update',
		});
		await expect(trigger.poll()).rejects.toMatchObject({ message: MESSAGE });
		expect(server.requests).toBe(1);
		await allClosed();
	});

	it('ends with the 30 seconds of the credential test', async () => {
		const { timeout } = clock;
		const waits = jest
			.spyOn(clock, 'timeout')
			.mockImplementation(async (_ms, signal) => await timeout(100, signal));
		expect(await tested(keysFor(server.url))).toEqual({
			status: 'Error',
			message: `${MESSAGE}. ${saying('timeout of 30000ms exceeded')}`,
		});
		expect(waits.mock.calls.map(([ms]) => ms)).toEqual([30_000]);
	});
});

it.each([
	['stopWorkflow' as const, false],
	['continueErrorOutput' as const, false],
	['continueRegularOutput' as const, true],
])('ends each try of an item alone, with %s (agent: %s)', async (onError, asAgentTool) => {
	const body = '{"data":{"attributes":{"groups":[],"total":7}}}';
	server.answer = (socket, request) =>
		request.includes('slow')
			? endless['a dripping body'](socket)
			: socket.end(
					`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
				);
	const { items, errorItems, error } = await runNode({
		parameters: {
			query: '={{ $json.q }}',
			groupBy: [],
			options: { timeout: 0.15, maxRetries: 1, maxWait: 0 },
		},
		input: [{ q: 'fast' }, { q: 'slow' }],
		credential: keysFor(server.url),
		settings: { onError },
		asAgentTool,
	});
	const details = { description: saying('timeout of 150ms exceeded') };
	const good = { json: { count: 7 }, pairedItem: { item: 0 } };
	const bad = { error: MESSAGE, details };
	if (onError === 'stopWorkflow') {
		expect(error).toMatchObject({ message: MESSAGE, ...details, context: { itemIndex: 1 } });
	} else if (onError === 'continueErrorOutput') {
		expect(items).toEqual([good]);
		expect(errorItems).toEqual([{ json: { q: 'slow', ...bad }, pairedItem: { item: 1 } }]);
	} else {
		expect(items).toEqual([good, { json: bad, pairedItem: { item: 1 } }]);
	}
	expect(server.requests).toBe(3);
});

it('takes no late answer of a try for that of a later one', async () => {
	const answerOf = (total: number) => {
		const body = `{"data":{"attributes":{"groups":[],"total":${total}}}}`;
		return `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
	};
	server.answer = (first) => {
		server.answer = (second) => {
			first.end(answerOf(1));
			setTimeout(() => second.end(answerOf(2)), 50);
		};
	};
	const { items } = await runNode({
		parameters: { groupBy: [], options: { timeout: 0.15, maxRetries: 1, maxWait: 0 } },
		credential: keysFor(server.url),
	});
	expect(items).toEqual([{ json: { count: 2 }, pairedItem: { item: 0 } }]);
});

it.each(credentials)(
	'closes the connection of a try before the next, with %s',
	async (...given) => {
		const [, authentication, own] = given;
		const body = '{"data":{"attributes":{"groups":[],"total":7}}}';
		let open = 0;
		server.answer = (first) => {
			endless['a dripping header'](first);
			server.answer = (second) => {
				setTimeout(() => {
					({ open } = server);
					second.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${body}`);
				}, 50);
			};
		};
		const { items } = await runNode({
			parameters: {
				authentication,
				groupBy: [],
				options: { timeout: 0.15, maxRetries: 1, maxWait: 0 },
			},
			credential: new CredentialStore(own()),
		});
		expect(items).toEqual([{ json: { count: 7 }, pairedItem: { item: 0 } }]);
		expect(open).toBe(1);
	},
);

it('ends an endless header at once, as Node.js allows 16 kB', async () => {
	server.answer = endlessHeader;
	const { items } = await runNode({
		parameters: { options: { timeout: 20, maxRetries: 0 } },
		credential: keysFor(server.url),
		settings: { onError: 'continueRegularOutput' },
	});
	expect(items[0].json.error).toBe('The connection to Datadog was lost');
	await allClosed();
});

it('gives up the connections of a run that is stopped', async () => {
	let cancel!: () => void;
	server.answer = (socket) => {
		endless['a dripping header'](socket);
		cancel();
	};
	const { run } = await runNode({
		credential: keysFor(server.url),
		onStart: (cancelExecution) => (cancel = cancelExecution),
	});
	expect(run.status).toBe('canceled');
	await allClosed();
});

describe('the time limit', () => {
	const { signal } = new AbortController();
	const never = async () => await new Promise<never>(() => {});

	it('gives what the work led to, and leaves no timer and no listener behind', async () => {
		const limit = new TimeLimit(clock, signal);
		const timeouts = jest.spyOn(AbortSignal, 'timeout');
		let own!: AbortSignal;
		for (let i = 0; i < 100; i++) {
			const work = async (_ms: number, given: AbortSignal) => ((own = given), i);
			expect(await limit.within<unknown>(60_000, work, timeoutOutcome)).toBe(i);
			expect(own.aborted).toBe(true);
		}
		// The timers have no listeners, so Node.js drops them.
		const timers = timeouts.mock.results.map(({ value }) => value as AbortSignal);
		expect(timers).toHaveLength(100);
		for (const timer of [...timers, own]) expect(getEventListeners(timer, 'abort')).toEqual([]);
		expect(getEventListeners(signal, 'abort')).toHaveLength(1);
	});

	it('ends with the run', async () => {
		const limit = new TimeLimit({ ...clock, now: () => 1_000 }, signal, 1_020);
		expect(await limit.within<unknown>(60_000, never, timeoutOutcome)).toEqual({
			code: 'ECONNABORTED',
			reason: 'timeout of 20ms exceeded',
			headers: {},
		});
	});

	it('ends all that goes on when the run is stopped, and whatever begins after that', async () => {
		const stop = new AbortController();
		const limit = new TimeLimit(clock, stop.signal);
		const results = [1, 2].map(
			async () => await limit.within<unknown>(60_000, never, () => 'late'),
		);
		stop.abort();
		expect(await Promise.all(results)).toEqual(['late', 'late']);
		expect(await limit.within<unknown>(60_000, never, () => 'late')).toBe('late');
	});
});
