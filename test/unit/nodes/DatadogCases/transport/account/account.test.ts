import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import {
	accountFrom as read,
	secretsOf,
} from '../../../../../../nodes/DatadogCases/transport/account/account';

/** Stored credentials can lack fields. */
const accountFrom = (credential: object) => read(credential as ICredentialDataDecryptedObject);

const keys = {
	site: 'datadoghq.com',
	authentication: 'keys',
	apiKey: 'a-key',
	appKey: 'an-app-key',
};

it.each([
	['datadoghq.com', 'https://api.datadoghq.com'],
	['us3.datadoghq.com', 'https://api.us3.datadoghq.com'],
	['us5.datadoghq.com', 'https://api.us5.datadoghq.com'],
	['datadoghq.eu', 'https://api.datadoghq.eu'],
	['ap1.datadoghq.com', 'https://api.ap1.datadoghq.com'],
	['ap2.datadoghq.com', 'https://api.ap2.datadoghq.com'],
	['uk1.datadoghq.com', 'https://api.uk1.datadoghq.com'],
	['ddog-gov.com', 'https://api.ddog-gov.com'],
	['us2.ddog-gov.com', 'https://api.us2.ddog-gov.com'],
])('finds the host of the site %s', (site, baseURL) => {
	expect(accountFrom({ ...keys, site }).baseURL).toBe(baseURL);
});

it.each([
	['https://gateway.example.com', 'https://gateway.example.com'],
	['https://gateway.example.com/', 'https://gateway.example.com'],
	[' https://gateway.example.com/api ', 'https://gateway.example.com'],
	['https://gateway.example.com/api/v2', 'https://gateway.example.com'],
	['https://gateway.example.com/api/v2/', 'https://gateway.example.com'],
	['https://gateway.example.com/datadog/api/v2//', 'https://gateway.example.com/datadog'],
	['https://gateway.example.com/my-api', 'https://gateway.example.com/my-api'],
	['https://gateway.example.com/api/cases', 'https://gateway.example.com/api/cases'],
	['https://gateway.example.com//cases/', 'https://gateway.example.com//cases'],
	['HTTP://127.0.0.1:8126', 'http://127.0.0.1:8126'],
	['http://[::1]:8126', 'http://[::1]:8126'],
])('takes %j as a base URL', (baseUrl, baseURL) => {
	expect(accountFrom({ ...keys, site: 'custom', baseUrl }).baseURL).toBe(baseURL);
});

it.each([
	undefined,
	'',
	'gateway.example.com',
	'ftp://gateway.example.com',
	'xhttps://gateway.example.com',
	'https://',
	'https://user:secret@gateway.example.com',
	'https://gateway.example.com?x=1',
	'https://gateway.example.com/#x',
	'https://gate way.example.com',
	'https://gateway.example.com:port',
	'https://gateway.example.com\\evil.example.com',
	'javascript:alert(1)',
])('refuses %j as a base URL, without repeating it', (baseUrl) => {
	expect(() => accountFrom({ ...keys, site: 'custom', baseUrl })).toThrow(
		new Error(
			"The credential's 'Base URL' must look like https://host or https://host/path, without a username, query or fragment",
		),
	);
});

it.each([
	'localhost:8126',
	'LocalHost',
	'datadog.localhost',
	'datadog-gateway',
	'gateway.monitoring.svc',
	'gateway.monitoring.svc.cluster.local',
	'gateway.corp.internal:8080/datadog',
	'gateway.home.arpa',
	'127.0.0.2',
	'10.1.2.3:8126',
	'172.16.0.1',
	'172.31.255.255',
	'192.168.1.1',
	'169.254.1.1',
	'100.64.0.1',
	'100.127.0.1',
	'[::1]:8126',
	'[fd12:3456::1]',
	'[fe80::1]',
])('takes http:// for %s, which is local', (host) => {
	const [, authority] = /^([^/]*)/.exec(host.toLowerCase())!;
	const { baseURL } = accountFrom({ ...keys, site: 'custom', baseUrl: `http://${host}` });
	expect(new URL(baseURL).host).toBe(authority);
});

it.each([
	'gateway.example.com',
	'api.datadoghq.com',
	'localhost.example.com',
	'8.8.8.8',
	'11.0.0.1',
	'110.0.0.1',
	'172.15.0.1',
	'172.32.0.1',
	'192.169.0.1',
	'100.63.0.1',
	'100.128.0.1',
	// Other notations of 8.8.8.8.
	'134744072',
	'0x8080808',
	'010.8.8.8',
	'8.8.2056',
	'８.8.8.8',
	'127.0.0.1.example.com',
	'[::ffff:8.8.8.8]',
	'[fc::1]',
	'[2001:db8::1]',
])('refuses http:// for %s, where others could read along', (host) => {
	expect(() => accountFrom({ ...keys, site: 'custom', baseUrl: `http://${host}` })).toThrow(
		new Error("The credential's 'Base URL' must start with https:// unless its host is local"),
	);
	expect(accountFrom({ ...keys, site: 'custom', baseUrl: `https://${host}` }).baseURL).toMatch(
		/^https:/,
	);
});

it('takes a base URL of 2,000 characters', () => {
	const baseUrl = 'https://gateway.example.com/'.padEnd(2_000, 'x');
	expect(accountFrom({ ...keys, site: 'custom', baseUrl }).baseURL).toBe(baseUrl);
});

it.each([
	['a character more', 'https://gateway.example.com/'.padEnd(2_001, 'x')],
	['100,000 slashes', `https://gateway.example.com${'/'.repeat(100_000)}x`],
	['a million dots', `http://${'a.'.repeat(500_000)}`],
])('refuses %s as a base URL at once', (_what, baseUrl) => {
	const started = performance.now();
	expect(() => accountFrom({ ...keys, site: 'custom', baseUrl })).toThrow(
		new Error("The credential's 'Base URL' has more than 2,000 characters"),
	);
	expect(performance.now() - started).toBeLessThan(500);
});

it.each([undefined, '', 'evil.example.com', 'datadoghq.com.evil.example.com'])(
	'sends no key to the host of the site %j, which is none of Datadog',
	(site) => {
		expect(() => accountFrom({ ...keys, site })).toThrow(
			new Error("The credential's 'Site' isn't one of Datadog's sites"),
		);
	},
);

it('sends both keys, trimmed', () => {
	expect(accountFrom({ ...keys, apiKey: ' a-key\n' }).headers).toEqual({
		'DD-API-KEY': 'a-key',
		'DD-APPLICATION-KEY': 'an-app-key',
	});
});

it('sends an access token as a bearer, and no key that is still stored beside it', () => {
	expect(
		accountFrom({ ...keys, authentication: 'accessToken', accessToken: 'ddpat_x' }).headers,
	).toEqual({ Authorization: 'Bearer ddpat_x' });
});

it.each([
	[{}, ['a-key', 'an-app-key']],
	[{ authentication: 'accessToken', accessToken: 'ddpat_x' }, ['ddpat_x']],
])('tells what must not stand in a message: %j', (changes, secrets) => {
	expect(secretsOf(accountFrom({ ...keys, ...changes }))).toEqual(secrets);
});

it.each([
	[{ apiKey: '' }, "The credential's 'API Key' is empty"],
	[{ appKey: undefined }, "The credential's 'Application Key' is empty"],
	[
		{ authentication: 'accessToken', accessToken: '  ' },
		"The credential's 'Access Token' is empty",
	],
	[
		{ apiKey: 'two words' },
		"The credential's 'API Key' contains characters that aren't valid in a key",
	],
	[
		{ appKey: 'a\r\nX-Injected: 1' },
		"The credential's 'Application Key' contains characters that aren't valid in a key",
	],
	[
		{ appKey: 'keyü' },
		"The credential's 'Application Key' contains characters that aren't valid in a key",
	],
	[
		{ appKey: 'ükey' },
		"The credential's 'Application Key' contains characters that aren't valid in a key",
	],
	[
		{ appKey: 'schlüssel' },
		"The credential's 'Application Key' contains characters that aren't valid in a key",
	],
])('refuses %j by the name of the field', (changes, message) => {
	expect(() => accountFrom({ ...keys, ...changes })).toThrow(new Error(message));
});

it.each([
	...['"a-key"', "'a-key'", '`a-key`', '“a-key”', '‘a-key’', '«a-key»', '"a-key'].map((text) => [
		text,
		'must not be in quotes',
	]),
	...[
		'DD_API_KEY=a-key',
		'export DD_API_KEY=a-key',
		'$DD_API_KEY = a-key',
		'DD-API-KEY: a-key',
		'dd-application-key:a-key',
		'Authorization: Bearer a-key',
		'Bearer a-key',
		'bearer',
	].map((text) => [text, 'must not include a name such as DD_API_KEY=']),
	...['undefined', 'null', ' NaN', 'None', 'true', 'false', '[object Object]', true, {}, ['a']].map(
		(value) => [value, 'is undefined, null or an object instead of a key'],
	),
])('refuses %j as a key or token, naming the field and not the value', (value, rule) => {
	for (const [name, label] of [
		['apiKey', 'API Key'],
		['appKey', 'Application Key'],
		['accessToken', 'Access Token'],
	]) {
		const authentication = name === 'accessToken' ? name : 'keys';
		expect(() => accountFrom({ ...keys, authentication, [name]: value })).toThrow(
			expect.objectContaining({
				message: `The credential's '${label}' ${rule}`,
				description:
					'Correct the field in the credential. If it contains an expression, check the result for this item.',
				details: { field: label },
				failure: { cause: 'credential-invalid' },
				isTemporary: false,
			}),
		);
	}
});

it.each([
	'0123456789abcdef0123456789abcdef',
	'ddapp_AbC123',
	'ddpat_alias_secret',
	'dGVzdC1rZXk=',
	'abc==',
	'user:pass',
	'nullable',
	'1a=b',
])('takes %j as a key', (apiKey) => {
	expect(accountFrom({ ...keys, apiKey }).headers['DD-API-KEY']).toBe(apiKey);
});
