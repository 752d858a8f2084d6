import type { IDataObject, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import type { RunsClock } from './runsClock';
import { clock, DatadogCases } from './runsProduct';

/** The simulated Datadog: what it does with the request that is the n-th. */
export type Answer = (options: IHttpRequestOptions, time: number) => Promise<unknown>;

const OPTIONS = {};

/** Runs the node on items with those queries, on a virtual clock. */
export async function runNode(time: RunsClock, queries: string[], answer: Answer) {
	Object.assign(clock, { now: time.now, wait: time.wait, timeout: time.timeout });
	let requests = 0;
	let inFlight = 0;
	let mostInFlight = 0;
	const parameters = (item: number): IDataObject => ({
		authentication: 'apiKeys',
		operation: 'count',
		query: queries[item],
		groupBy: [],
		maxGroups: 50,
		limit: 50,
		simplify: true,
		options: OPTIONS,
	});
	const node = {
		name: 'Datadog',
		type: 'datadogCases',
		typeVersion: 1,
		parameters: {},
		credentials: {},
	};
	const httpRequest = async (_type: string, options: IHttpRequestOptions) => {
		requests++;
		mostInFlight = Math.max(mostInFlight, ++inFlight);
		try {
			return await answer(options, time.now());
		} finally {
			inFlight--;
		}
	};
	const context = {
		getInputData: () => queries.map(() => ({ json: {} })),
		getNodeParameter: (name: string, item: number, other?: unknown) =>
			parameters(item)[name] ?? other,
		getCredentials: async () => ({
			site: 'datadoghq.com',
			authentication: 'keys',
			apiKey: '0123456789abcdef'.repeat(2),
			appKey: '0123456789'.repeat(4),
		}),
		getNode: () => node,
		getWorkflow: () => ({ id: '1', name: 'Soak', active: false }),
		getMode: () => 'trigger',
		continueOnFail: () => true,
		getExecutionCancelSignal: () => undefined,
		addExecutionHints: () => {},
		logger: { debug() {}, info() {}, warn() {}, error() {} },
		helpers: { httpRequestWithAuthentication: httpRequest, httpRequest },
	};
	const start = time.now();
	const [items] = await time.finish(
		new DatadogCases().execute.call(context as unknown as IExecuteFunctions),
	);
	return { items, requests, mostInFlight, ms: time.now() - start };
}
