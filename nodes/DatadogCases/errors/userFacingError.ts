import type { Failure } from 'n8n-workflow';

/** Why an item gets no answer. Thrown everywhere below the node file, which gives it the item's number. */
export class UserFacingError extends Error {
	/**
	 * @param message what happened, in fixed words: n8n replaces a message that holds an error code anywhere.
	 * @param description how to get unstuck, and the words of Datadog or n8n.
	 * @param failure why, as n8n names it: n8n 2.41 polls less often for it. Older versions ignore it.
	 * @param isTemporary whether it passes without a person mending anything.
	 */
	constructor(
		message: string,
		readonly description: string,
		readonly details: { httpCode?: string; field?: string } = {},
		readonly failure: Failure | undefined = details.field === undefined
			? undefined
			: { cause: 'configuration-invalid' },
		readonly isTemporary = false,
	) {
		super(message);
	}
}
