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
	const account =
		"Datadog did not accept the credential. Check in the credential: the 'Site' that your organization uses, the 'API Key', the 'Application Key' (its value, not its ID) or the 'Access Token', and that it has the permission cases_read. Datadog mixes these up, so check each.";
	const address =
		"Check the 'Site' of the credential, or the host and path of its 'Base URL' when you use a gateway.";
	expect(credential.test.rules?.at(-1)).toEqual({
		type: 'responseSuccessBody',
		properties: {
			key: 'data.attributes.groups',
			value: undefined,
			message: `The answer is not one of Datadog's. ${address}`,
		},
	});
	const advice = new Map(
		credential.test.rules?.map(({ properties }) => [
			(properties as { value: number }).value,
			properties.message,
		]),
	);
	expect(advice.get(401)).toBe(account);
	expect(advice.get(403)).toBe(account);
	expect(advice.get(404)).toBe(`Datadog has no case counts at this address. ${address}`);
	expect(advice.get(302)).toBe(`The address leads elsewhere. ${address}`);
	expect(advice.get(429)).toMatch(/^Datadog's rate limit is used up\. Ask less often/);
	expect(advice.get(503)).toMatch(/^Datadog could not answer\. Try again later/);
});
