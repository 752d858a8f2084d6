import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { keysFor } from '../../../support/account';
import { APPLICATION_KEY_WITHOUT_PERMISSION } from '../../../datadog/accounts';
import type { Fault } from '../../../datadog/faults';
import { counted, okItem } from '../../../support/counted';
import { runNode, type RunOptions } from '../../../support/engine';
import { datadog, useDatadog } from '../../../support/localDatadog';

useDatadog();

let deaf: Server;
beforeAll(async () => {
	deaf = createServer(() => {});
	await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
	deaf.closeAllConnections();
	deaf.close();
});

const good: Fault[] = ['first', 'third'].map((match) => ({
	match,
	times: Infinity,
	body: counted(),
}));
const bad = (fault: Fault): Fault => ({ match: 'bad', times: Infinity, ...fault });

/** One way in which the second of three items gets no answer. */
interface Row {
	name: string;
	/** How the local Datadog answers the query `bad`. */
	fault?: Fault;
	/** What the second item gives to the parameters and to the credential. */
	item?: Record<string, unknown>;
	credential?: Partial<ICredentialDataDecryptedObject>;
	message: string;
	details: { httpCode?: string; field?: string };
	/** Part of the description. */
	says: string;
}

const rows: Row[] = [
	{
		name: '400 with JSON:API errors',
		fault: { status: 400, body: '{"errors":[{"title":"Bad Request","detail":"invalid query"}]}' },
		message: 'Datadog rejected the request',
		details: { httpCode: '400' },
		says: `Datadog's message: "Bad Request: invalid query". Check the syntax of 'Query'`,
	},
	{
		name: '400 that repeats the keys',
		fault: { status: 400, body: '{"errors":["test-api-key, test-application-key"]}' },
		message: 'Datadog rejected the request',
		details: { httpCode: '400' },
		says: `Datadog's message: "[hidden], [hidden]". Check the syntax of 'Query'`,
	},
	{
		name: '401',
		item: { appKey: 'wrong' },
		message: 'Datadog rejected the credential',
		details: { httpCode: '401' },
		says: `Datadog's message: "Unauthorized". In the credential, check 'Site'`,
	},
	{
		name: '403 without the permission',
		item: { appKey: APPLICATION_KEY_WITHOUT_PERMISSION },
		message: "The credential doesn't have the cases_read permission",
		details: { httpCode: '403' },
		says: 'Failed permission authorization checks". The keys or token are valid.',
	},
	{
		name: '404',
		item: { path: '/elsewhere' },
		message: "Datadog's case API wasn't found at this address",
		details: { httpCode: '404' },
		says: `Datadog's message: "Not found". In the credential, check 'Site'`,
	},
	{
		name: '429',
		fault: { status: 429, body: '{"errors":["Rate limit reached"]}' },
		message: "Datadog's rate limit was reached",
		details: { httpCode: '429' },
		says: `Datadog's message: "Rate limit reached". Send fewer requests`,
	},
	{
		name: '429 that asks for a long wait',
		fault: { status: 429, headers: { 'x-ratelimit-reset': '3600' }, body: '' },
		message: "Datadog requires a wait of 3600 seconds, which is longer than 'Max Wait'",
		details: { httpCode: '429' },
		says: "'Max Wait' is 60 seconds.",
	},
	{
		name: '503 that asks for a long wait',
		item: { maxRetries: 1 },
		fault: { status: 503, headers: { 'retry-after': '90' }, body: '' },
		message: "Datadog requires a wait of 90 seconds, which is longer than 'Max Wait'",
		details: { httpCode: '503' },
		says: "'Max Wait' is 60 seconds.",
	},
	{
		name: '502 with an HTML page',
		fault: { preset: 'html502' },
		message: "Datadog couldn't process the request",
		details: { httpCode: '502' },
		says: `Datadog's message: "502 Bad Gateway 502 Bad Gateway". Try again later`,
	},
	{
		name: '302, which is not followed',
		fault: { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' },
		message: 'The server redirected the request to another address',
		details: { httpCode: '302' },
		says: "In the credential, check 'Site'",
	},
	{
		name: '200 with a page',
		fault: { status: 200, contentType: 'text/html', body: '<html><body>Log in</body></html>' },
		message: "Datadog's response isn't in the documented format",
		details: { httpCode: '200' },
		says: `Missing or invalid: data. Datadog's message: "Log in".`,
	},
	{
		name: '200 with cut JSON',
		fault: { preset: 'cutJson' },
		message: "Datadog's response isn't in the documented format",
		details: { httpCode: '200' },
		says: 'Missing or invalid: data.',
	},
	{
		name: '200 with nothing',
		fault: { status: 200, body: '' },
		message: "Datadog's response isn't in the documented format",
		details: { httpCode: '200' },
		says: "Missing or invalid: data. Datadog's message is empty.",
	},
	{
		name: '200 without a number',
		fault: { body: counted().replace('42', '"42"') },
		message: "Datadog's response isn't in the documented format",
		details: { httpCode: '200' },
		says: 'data.attributes.groups[0].group_values[0].count',
	},
	{
		name: 'a connection that closes before the answer',
		fault: { close: true },
		message: 'The connection to Datadog was lost',
		details: {},
		says: `n8n's message: "socket hang up".`,
	},
	{
		name: 'a connection that closes within the answer',
		fault: { cut: true, body: counted() },
		message: 'The connection to Datadog was lost',
		details: {},
		says: "n8n's message: ",
	},
	{
		name: 'no answer in time',
		item: { deaf: true, timeout: 0.05 },
		message: "Datadog didn't respond in time",
		details: {},
		says: `n8n's message: "timeout of 50ms exceeded". Raise 'Timeout'`,
	},
	{
		name: 'a port where nobody listens',
		item: { base: 'http://127.0.0.1:9' },
		message: "Datadog's host refused the connection",
		details: {},
		says: `127.0.0.1:9". In the credential, check 'Site'`,
	},
	{
		name: 'an unknown host',
		item: { base: 'http://nowhere.invalid' },
		message: "Datadog's host wasn't found",
		details: {},
		says: `nowhere.invalid". In the credential, check 'Site'`,
	},
	{
		name: 'a parameter of another type',
		item: { maxGroups: 'many' },
		message: "'Max Groups' must be a whole number, 1 or more [item 1]",
		details: { field: 'Max Groups' },
		says: 'The node received text with 4 characters.',
	},
	{
		name: 'an expression that throws',
		item: { maxGroups: 'throws' },
		message: "A parameter couldn't be read",
		details: {},
		says: `n8n's message: "Referenced node doesn't exist`,
	},
	{
		name: 'a credential with an empty key',
		item: { appKey: ' ' },
		message: "The credential's 'Application Key' is empty [item 1]",
		details: { field: 'Application Key' },
		says: 'Correct the field in the credential.',
	},
];

async function run(row: Row, settings: RunOptions['settings']) {
	const { address, port } = deaf.address() as AddressInfo;
	const { deaf: isDeaf, path = '', ...own } = row.item ?? {};
	const base = isDeaf ? `http://${address}:${port}` : `${datadog.url}${path as string}`;
	datadog.control({ faults: [...good, ...(row.fault ? [bad(row.fault)] : [])] });
	return await runNode({
		parameters: {
			query: '={{ $json.q }}',
			maxGroups: `={{ $json.maxGroups === 'throws' ? $('Nowhere').item.json.maxGroups : ($json.maxGroups ?? 50) }}`,
			options: { maxRetries: '={{ $json.maxRetries ?? 0 }}', timeout: '={{ $json.timeout ?? 5 }}' },
		},
		input: [{ q: 'first' }, { q: 'bad', base, ...own }, { q: 'third' }] as never,
		credential: {
			...keysFor(`={{ $json.base ?? "${datadog.url}" }}`),
			appKey: '={{ $json.appKey ?? "test-application-key" }}',
		},
		settings,
		downstream: "={{ $('Source').item.json.q }}",
	});
}

describe.each(rows)('when an item ends in: $name', (row) => {
	let logged: string[];
	beforeEach(() => {
		logged = [];
		const log = (...words: unknown[]) => void logged.push(words.map(String).join(' '));
		for (const level of ['error', 'warn', 'info', 'log'] as const) {
			jest.spyOn(console, level).mockImplementation(log);
		}
	});

	/** The item that tells of it. */
	const details = { ...row.details, description: expect.stringContaining(row.says) };

	it('stops the workflow and says why', async () => {
		const result = await run(row, {});
		const { error, items, downstream } = result;
		expect(error).toMatchObject({
			message: row.message,
			description: expect.stringContaining(row.says),
			context: { itemIndex: 1 },
		});
		expect(error?.httpCode ?? undefined).toBe(row.details.httpCode);
		expect(items).toEqual([]);
		expect(downstream).toEqual({ success: [], error: [] });
		expectNoKey([result.run, error?.stack, logged]);
	});

	it('continues with an item that says why', async () => {
		const result = await run(row, { onError: 'continueRegularOutput' });
		const { error, items, downstream } = result;
		expect(error).toBeUndefined();
		expect(items).toEqual([
			okItem(0),
			{ json: { error: row.message, details }, pairedItem: { item: 1 } },
			okItem(2),
		]);
		expect(downstream).toEqual({ success: ['first', 'bad', 'third'], error: [] });
		expectNoKey([result.run, logged]);
	});

	it('continues on the error output with the fields of the input', async () => {
		const result = await run(row, { onError: 'continueErrorOutput' });
		const { error, items, errorItems, downstream } = result;
		expect(error).toBeUndefined();
		expect(items).toEqual([okItem(0), okItem(2)]);
		expect(errorItems).toEqual([
			{
				json: expect.objectContaining({ q: 'bad', error: row.message, details }),
				pairedItem: { item: 1 },
			},
		]);
		expect(downstream).toEqual({ success: ['first', 'third'], error: ['bad'] });
		expectNoKey([result.run, logged]);
	});
});

/** Looks for the default account's keys in all that n8n stores and logs; the input holds none of them. */
function expectNoKey(told: unknown) {
	const seen = new WeakSet();
	const text = JSON.stringify(told, (_, value: unknown) => {
		if (typeof value !== 'object' || value === null) return value;
		if (seen.has(value)) return undefined;
		seen.add(value);
		return value instanceof Error
			? { ...value, message: value.message, stack: value.stack }
			: value;
	});
	expect(text).not.toMatch(/test-api-key|test-application-key(?!-without)/);
}
