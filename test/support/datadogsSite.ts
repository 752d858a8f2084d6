import { Client } from '../../nodes/DatadogCases/transport/client';

/** Lets the local Datadog's responses come from one of Datadog's sites, until Jest restores its mocks. */
export function respondFrom(site: string) {
	const request = Reflect.get(Client.prototype, 'request');
	jest.spyOn(Client.prototype, 'request').mockImplementation(async function (
		this: Client,
		...given
	) {
		const { body, account } = await request.apply(this, given);
		return { body, account: { ...account, site } };
	});
}
