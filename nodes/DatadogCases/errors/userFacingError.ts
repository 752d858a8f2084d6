import type { Failure } from 'n8n-workflow';

import { quoted } from './quoted';
import { reasonInError } from './reasons';

/** Why an item fails, as people read it. Thrown everywhere below the node file, which gives it the item's number. */
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

/**
 * @param thrown anything: n8n and its libraries also throw texts and nothing at all
 * @returns the error that was thrown, or one with that message around what n8n threw instead.
 */
export function toUserFacingError(thrown: unknown, message: string): UserFacingError {
	return thrown instanceof UserFacingError
		? thrown
		: new UserFacingError(message, quoted("n8n's message", reasonInError(thrown), []));
}
