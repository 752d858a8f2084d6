import { DatadogCasesApi } from '../../credentials/DatadogCasesApi.credentials';
import { keysFor } from '../account';

const credential = new DatadogCasesApi();
const keys = keysFor('http://127.0.0.1:8126');

it('adds the host and the keys to a request, keeps it there, and leaves the rest of it alone', async () => {
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
		allowedDomains: '127.0.0.1',
		disableFollowRedirect: true,
		followRedirect: false,
		followAllRedirects: false,
	});
	expect(request.headers).toEqual({ Accept: 'application/json' });
});
