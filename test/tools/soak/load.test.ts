/**
 * With fewer items than `npm run test:soak`: n8n's engine, in another test of the same process, leaves much memory to
 * each promise.
 */
import * as retryPolicy from '../../../nodes/DatadogCases/transport/rateLimiter/retryPolicy';
import { SharedRequest } from '../../../nodes/DatadogCases/transport/rateLimiter/sharedRequest';
import { runLoads } from './load';

afterEach(() => jest.restoreAllMocks());

const faults = async () =>
	(await runLoads(300)).flatMap((load) => load.faults.map((fault) => `${load.name}: ${fault}`));

it('finds nothing where nothing is wrong, and counts the requests', async () => {
	jest.spyOn(Math, 'random').mockReturnValue(0.5);
	const loads = await runLoads(300);
	expect(loads.map(({ name, items, requests, faults }) => [name, items, requests, faults])).toEqual(
		[
			['distinct queries, connection refused', 300, 6, []],
			['distinct queries, 503 after 20 ms', 300, 6, []],
			['distinct queries, the host hangs until Timeout', 300, 6, []],
			['distinct queries, the host is back after two seconds', 300, 304, []],
			['equal queries', 1_500, 1, []],
		],
	);
});

it('finds a node that sends every query to a host that is down', async () => {
	jest.spyOn(retryPolicy, 'isSignOfOutage').mockReturnValue(false);
	expect(await faults()).toEqual([
		'distinct queries, connection refused: too many requests',
		'distinct queries, 503 after 20 ms: too many requests',
		'distinct queries, the host hangs until Timeout: too many requests',
		'distinct queries, the host hangs until Timeout: too slow',
		'distinct queries, the host is back after two seconds: too many requests',
	]);
});

it('finds a node that sends equal queries more than once', async () => {
	jest.spyOn(SharedRequest.prototype, 'canServe').mockReturnValue(false);
	expect(await faults()).toEqual(['equal queries: too many requests', 'equal queries: too slow']);
});
