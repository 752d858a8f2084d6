/**
 * The least that an n8n node can do for the same requests: it sends them 25 at once through n8n's HTTP helper, with the
 * keys as plain headers, and reads nothing of the answers. With `lookups` it also has n8n resolve the credential for
 * each item. The benchmark holds the real node against it.
 */
class Floor {
	description = {
		displayName: 'Floor',
		name: 'floor',
		group: ['transform'],
		version: 1,
		description: 'What n8n itself needs',
		defaults: { name: 'Floor' },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: 'datadogCasesApi', required: true }],
		properties: [
			{ displayName: 'URL', name: 'url', type: 'string', default: '' },
			{ displayName: 'Query', name: 'query', type: 'string', default: '' },
			{ displayName: 'Lookups', name: 'lookups', type: 'boolean', default: false },
		],
	};

	async execute() {
		const items = this.getInputData();
		const url = this.getNodeParameter('url', 0);
		const lookups = this.getNodeParameter('lookups', 0);
		const { apiKey, appKey } = await this.getCredentials('datadogCasesApi', 0);
		const headers = { 'DD-API-KEY': apiKey, 'DD-APPLICATION-KEY': appKey };
		let next = 0;
		const send = async () => {
			while (next < items.length) {
				const item = next++;
				const qs = {
					query_filter: this.getNodeParameter('query', item),
					group_bys: 'status',
					limit: 50,
				};
				if (lookups) await this.getCredentials('datadogCasesApi', item);
				await this.helpers.httpRequest({
					url: `${url}/api/v2/cases/count`,
					qs,
					headers,
					json: true,
				});
			}
		};
		await Promise.all(Array.from({ length: 25 }, send));
		return [items];
	}
}

module.exports = { Floor };
