import { keysFor } from './account';
import { runNode } from './engine';
import { datadog } from './localDatadog';

/**
 * What the tests of an operation need, after `useDatadog`.
 * @param resource what Datadog's `data` holds beside the attributes
 */
export const testsOf = (operation: string, resource: object) => ({
	/** Makes the local Datadog answer with these attributes, whatever it is asked. */
	answerWith: (attributes: object) =>
		datadog.control({
			faults: [{ times: Infinity, body: JSON.stringify({ data: { attributes, ...resource } }) }],
		}),

	run: async (parameters: object, input: object[] = [{}]) =>
		await runNode({
			parameters: { operation, ...parameters },
			input: input as never,
			credential: keysFor(datadog.url),
		}),

	/** All requests so far. */
	asked: () =>
		datadog.requests.map(({ method, path, query, body }) => ({ method, path, query, body })),
});
