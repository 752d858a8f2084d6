import { UserFacingError } from '../../../../../../nodes/DatadogCases/errors/userFacingError';
import { SharedRequest } from '../../../../../../nodes/DatadogCases/transport/rateLimiter/sharedRequest';

const patience = { maxRetries: 3, maxConcurrency: 25 };
const reason = new UserFacingError("Datadog couldn't process the request", 'Try again later.');

it('answers whoever has joined and whoever joins later', async () => {
	const request = new SharedRequest('key', 60_000);
	const first = request.join(patience);
	request.resolve({ data: { id: 'a' } });
	expect(await Promise.all([first, request.join(patience)])).toEqual([
		{ data: { id: 'a' } },
		{ data: { id: 'a' } },
	]);
	expect(request.hasWaitingItems).toBe(false);
});

it('refuses only the impatient, and goes on for the others', async () => {
	const request = new SharedRequest('key', 60_000);
	const impatient = request.join({ ...patience, maxRetries: 0 });
	const patient = request.join(patience);
	request.fail(reason, ({ maxRetries }) => maxRetries === 0);
	const { hasWaitingItems } = request;
	request.resolve({ data: { id: 'a' } });
	expect(await Promise.allSettled([impatient, patient])).toEqual([
		{ status: 'rejected', reason },
		{ status: 'fulfilled', value: { data: { id: 'a' } } },
	]);
	expect(hasWaitingItems).toBe(true);
});

it('takes the largest Max Concurrency of its items', async () => {
	const request = new SharedRequest('key', 60_000);
	for (const maxConcurrency of [2, 7, 5]) {
		void request.join({ ...patience, maxConcurrency }).catch(() => {});
	}
	expect(request.maxConcurrency).toBe(7);
});

it('once refused, refuses whoever is no more patient, and serves nobody else', async () => {
	const request = new SharedRequest('key', 60_000);
	const first = request.join({ ...patience, maxRetries: 1 });
	request.fail(reason);
	await expect(first).rejects.toBe(reason);
	expect([0, 1, 2].map((maxRetries) => request.canServe({ ...patience, maxRetries }))).toEqual([
		true,
		true,
		false,
	]);
	await expect(request.join({ ...patience, maxRetries: 0 })).rejects.toBe(reason);
});
