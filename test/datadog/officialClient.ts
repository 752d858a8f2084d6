import { client, v2 } from '@datadog/datadog-api-client';
import { API_KEY, APPLICATION_KEY } from './accounts';

/** Datadog's own client, with the default account's keys, pointed at a local Datadog. */
export function officialClient(url: string): v2.CaseManagementApi {
	const configuration = client.createConfiguration({
		authMethods: { apiKeyAuth: API_KEY, appKeyAuth: APPLICATION_KEY },
	});
	configuration.servers = [new client.BaseServerConfiguration(url, {})];
	configuration.operationServers = {};
	return new v2.CaseManagementApi(configuration);
}
