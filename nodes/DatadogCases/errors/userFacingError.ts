import type { Failure } from 'n8n-workflow';

import { quoted } from './quoted';
import { reasonInError } from './reasons';

/** An error with texts for the user. toNodeError turns it into n8n's error and adds the item. */
export class UserFacingError extends Error {
	/**
	 * @param message what happened. Never includes third-party text: n8n replaces messages that contain an error code.
	 * @param description what to do about it, with Datadog's or n8n's message
	 * @param details shown in the item. `field` is the label of an invalid parameter or credential field.
	 * @param failure n8n 2.41 decides by it whether to poll less often. Older versions ignore it.
	 * @param isTemporary whether it can go away without a change by the user
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

	/** @returns the same error with another description. */
	withDescription(description: string): UserFacingError {
		const { message, details, failure, isTemporary } = this;
		return new UserFacingError(message, description, details, failure, isTemporary);
	}
}

/**
 * @param thrown anything, as n8n and its libraries also throw strings and undefined
 * @param message for anything but a UserFacingError
 * @returns the UserFacingError that was thrown, or a new one that quotes what was thrown instead.
 */
export function toUserFacingError(thrown: unknown, message: string): UserFacingError {
	return thrown instanceof UserFacingError
		? thrown
		: new UserFacingError(message, quoted("n8n's message", reasonInError(thrown), []));
}
