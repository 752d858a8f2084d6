import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { keysFor } from '../../../../support/account';
import {
	ACCESS_TOKEN,
	API_KEY,
	APPLICATION_KEY,
	OTHER_API_KEY,
	OTHER_APPLICATION_KEY,
} from '../../../../datadog/accounts';
import { CredentialStore, runNode } from '../../../../support/engine';
import { datadog, useDatadog } from '../../../../support/localDatadog';

useDatadog();

const ITEMS = 12;
const counted = '{"data":{"attributes":{"groups":[{"group":"status","group_values":[]}]}}}';

/** Runs different queries with the stored credential, and counts how often n8n loads it. */
async function lookUpsOf(stored: ICredentialDataDecryptedObject, parameters = {}) {
	const store = new CredentialStore(stored);
	const getDecrypted = jest.spyOn(store, 'getDecrypted');
	const result = await runNode({
		parameters: { query: '={{ $json.q }}', ...parameters },
		input: Array.from({ length: ITEMS }, (_, i) => ({
			q: `case ${i}`,
			site: 'custom',
			baseUrl: datadog.url,
			by: 'keys',
			api: API_KEY,
			app: APPLICATION_KEY,
		})),
		credential: store,
		settings: { onError: 'continueRegularOutput' },
	});
	const resolved = await Promise.all(getDecrypted.mock.results.map(({ value }) => value as object));
	return { ...result, lookUps: getDecrypted.mock.calls.length, resolved };
}

it('looks the credential up once for a run when no field holds an expression', async () => {
	const { error, lookUps, resolved } = await lookUpsOf(keysFor(datadog.url));
	expect(error).toBeUndefined();
	expect(datadog.requests).toHaveLength(ITEMS);
	expect(lookUps).toBe(1);
	expect(Object.keys(resolved[0])).not.toContain('resolvedFirst');
});

it('looks an access token up once, whatever is left in the fields of the keys', async () => {
	const { error, lookUps } = await lookUpsOf({
		...keysFor(datadog.url),
		authentication: 'accessToken',
		accessToken: ACCESS_TOKEN,
	});
	expect(error).toBeUndefined();
	expect(lookUps).toBe(1);
});

it.each([
	['site', '={{ $json.site }}'],
	['baseUrl', '={{ $json.baseUrl }}'],
	['authentication', '={{ $json.by }}'],
	['apiKey', '={{ $json.api }}'],
	['appKey', '={{ $json.app }}'],
	['appKey', `=${APPLICATION_KEY}`],
])('looks it up for each item when %s is %s', async (field, expression) => {
	const { error, lookUps } = await lookUpsOf({ ...keysFor(datadog.url), [field]: expression });
	expect(error).toBeUndefined();
	expect(datadog.requests).toHaveLength(ITEMS);
	expect(lookUps).toBe(ITEMS);
});

it('looks it up for each item when the access token is an expression', async () => {
	const { error, lookUps } = await lookUpsOf({
		...keysFor(datadog.url),
		authentication: 'accessToken',
		accessToken: `={{ "${ACCESS_TOKEN}" }}`,
	});
	expect(error).toBeUndefined();
	expect(lookUps).toBe(ITEMS);
});

it.each([
	['a list', ['={{ $json.api }}']],
	['an object', { odd: '={{ $json.api }}' }],
])(
	'looks it up for each item when a key is %s, where an expression may be hidden',
	async (_, apiKey) => {
		const { lookUps } = await lookUpsOf({
			...keysFor(datadog.url),
			apiKey: apiKey as never,
		});
		expect(lookUps).toBe(ITEMS);
	},
);

it.each([
	['noExpression', { apiKey: '={{ $json.api }}', noExpression: 'yes' }, ITEMS],
	['sampleExpression', { sampleExpression: 'x' }, ITEMS],
	['resolvedFirst', { resolvedFirst: 'yes' }, 1],
])('is not misled by a stored %s', async (_, stored, lookUps) => {
	const result = await lookUpsOf({ ...keysFor(datadog.url), ...stored });
	expect(result.error).toBeUndefined();
	expect(result.lookUps).toBe(lookUps);
});

it.each([401, 403])(
	'looks it up again after a %d, for what is still to be sent',
	async (status) => {
		const store = new CredentialStore({
			...keysFor(datadog.url),
			apiKey: OTHER_API_KEY,
			appKey: OTHER_APPLICATION_KEY,
		});
		let lookUps = 0;
		jest.spyOn(store, 'getDecrypted').mockImplementation(async (...given) => {
			const data = await CredentialStore.prototype.getDecrypted.apply(store, given);
			lookUps++;
			return lookUps === 1 ? data : { ...data, ...keysFor(datadog.url) };
		});
		datadog.control({
			faults: [
				{ match: 'case 0', status, body: '' },
				{ body: counted, times: Infinity },
			],
		});
		await runNode({
			parameters: { query: '={{ $json.q }}' },
			input: [{ q: 'case 0' }, { q: 'case 1' }, { q: 'case 2' }],
			credential: store,
			settings: { onError: 'continueRegularOutput' },
		});
		expect(lookUps).toBe(2);
		expect(datadog.requests.map(({ headers }) => headers['dd-api-key'])).toEqual([
			OTHER_API_KEY,
			API_KEY,
			API_KEY,
		]);
	},
);

it('refuses every item for one look-up when a key is missing', async () => {
	const store = new CredentialStore({ ...keysFor(datadog.url), apiKey: '' });
	const getDecrypted = jest.spyOn(store, 'getDecrypted');
	const { items } = await runNode({
		input: [{}, {}, {}],
		credential: store,
		settings: { onError: 'continueRegularOutput' },
	});
	expect(items.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual(
		[0, 1, 2].map((item) => [`The credential's 'API Key' is empty [item ${item}]`, { item }]),
	);
	expect(getDecrypted).toHaveBeenCalledTimes(1);
});

it("keeps each item's own response when reloading rejected keys gives an unusable one", async () => {
	const store = new CredentialStore(keysFor(datadog.url));
	let lookUps = 0;
	jest.spyOn(store, 'getDecrypted').mockImplementation(async (...given) => {
		const data = await CredentialStore.prototype.getDecrypted.apply(store, given);
		lookUps++;
		return lookUps === 1 ? data : { ...data, apiKey: '' };
	});
	datadog.control({
		faults: [
			{ match: 'case 0', body: counted },
			{ match: 'case 1', status: 401, body: '' },
			{ match: 'case 2', status: 401, body: '', delayMs: 100 },
		],
	});
	const { items } = await runNode({
		parameters: { query: '={{ $json.q }}', options: { maxConcurrency: 2 } },
		input: ['case 0', 'case 1', 'case 2', 'case 3', 'case 4'].map((q) => ({ q })),
		credential: store,
		settings: { onError: 'continueRegularOutput' },
	});
	expect(items.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual([
		['Datadog rejected the credential', { item: 1 }],
		['Datadog rejected the credential', { item: 2 }],
		["The credential's 'API Key' is empty [item 3]", { item: 3 }],
		["The credential's 'API Key' is empty [item 4]", { item: 4 }],
	]);
	expect(lookUps).toBe(2);
	expect(datadog.requests.map(({ query }) => query.query_filter)).toEqual([
		'case 0',
		'case 1',
		'case 2',
	]);
});
