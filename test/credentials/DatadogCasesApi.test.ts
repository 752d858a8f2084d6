import type { IHttpRequestHelper } from 'n8n-workflow';

import { DatadogCasesApi } from '../../credentials/DatadogCasesApi.credentials';
import { keysFor } from '../account';

const credential = new DatadogCasesApi();
const keys = keysFor('http://127.0.0.1:8126');

it('adds the host and the keys to a request, and leaves the rest of it alone', async () => {
	const request = {
		method: 'POST' as const,
		url: '/api/v2/cases/aggregate',
		headers: { Accept: 'application/json' },
		body: { data: 1 },
	};
	expect(await credential.authenticate(keys, request)).toEqual({
		method: 'POST',
		baseURL: 'http://127.0.0.1:8126',
		url: '/api/v2/cases/aggregate',
		headers: {
			Accept: 'application/json',
			'DD-API-KEY': 'test-api-key',
			'DD-APPLICATION-KEY': 'test-application-key',
		},
		body: { data: 1 },
	});
	expect(request.headers).toEqual({ Accept: 'application/json' });
});

it('is tested with what the node asks, so that both keys and the permission are', () => {
	expect(credential.test.request).toEqual({
		method: 'GET',
		url: '/api/v2/cases/count',
		qs: { limit: 1 },
		disableFollowRedirect: true,
	});
	const advice = credential.test.rules?.map(({ properties }) => properties);
	expect(advice).toEqual([
		{ value: 401, message: expect.stringContaining('(its value, not its ID)') },
		{ value: 403, message: expect.stringContaining('cases_read') },
		{ value: 404, message: expect.stringContaining("'Base URL'") },
		{ value: 429, message: expect.stringContaining('less often') },
	]);
});

describe('before it is tested', () => {
	const probe = async (httpRequest: IHttpRequestHelper['helpers']['httpRequest']) =>
		await credential.preAuthentication.call({ helpers: { httpRequest } }, keys);

	it('asks without any key whether the host answers', async () => {
		const asked: unknown[] = [];
		const result = await probe(async (request) => {
			asked.push(request);
			return '';
		});
		expect(asked).toEqual([
			{
				method: 'GET',
				baseURL: 'http://127.0.0.1:8126',
				url: '/api/v2/cases/count',
				qs: { limit: 1 },
				disableFollowRedirect: true,
				ignoreHttpStatusErrors: true,
			},
		]);
		expect(result).toEqual({});
	});

	it.each([
		[
			'ENOTFOUND',
			"The host of Datadog was not found. Check the 'Site' of the credential, or the host and path of its 'Base URL' when you use a gateway.",
		],
		[
			'ECONNREFUSED',
			"The host of Datadog refused the connection. Check the 'Site' of the credential, or the host and path of its 'Base URL' when you use a gateway.",
		],
	])('says what to change after %s', async (code, message) => {
		const lost = Object.assign(new Error('getaddrinfo'), { code });
		await expect(probe(async () => await Promise.reject(lost))).rejects.toThrow(new Error(message));
	});
});
