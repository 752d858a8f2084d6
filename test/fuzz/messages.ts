/** The fixed words of each refusal. */
import type { Outcome } from './model';

const MESSAGES: Record<Exclude<Outcome['is'], 'items' | 'status'>, RegExp> = {
	field: /^'[A-Z][A-Za-z ]+' (must|holds|needs|is too low) [^"]*\[item \d+\]$/,
	form: /^Datadog's answer does not have the documented form$/,
	wait: /^Datadog can be asked again in \d+ seconds, longer than 'Max Wait' allows$/,
	late: /^Datadog gave no answer within the time allowed$/,
	size: /^Datadog's response is too large$/,
	lost: /^The connection to Datadog was lost$/,
};

/** By status; of several the body decides. */
const STATUSES: Record<number, RegExp> = {
	400: /^Datadog did not accept the request$/,
	401: /^(Datadog did not accept the credential|The credential lacks the permission cases_read)$/,
	403: /^(Datadog did not accept the credential|The credential lacks the permission cases_read|Datadog or a proxy refused the request)$/,
	404: /^Datadog has no case counts at this address$/,
	407: /^A proxy refused the request$/,
	408: /^Datadog gave no answer within the time allowed$/,
	413: /^Datadog did not accept so long a request$/,
	414: /^Datadog did not accept so long a request$/,
	429: /^Datadog's rate limit is used up$/,
	431: /^Datadog did not accept so long a request$/,
};
const CLASSES: Record<number, RegExp> = {
	3: /^The address leads elsewhere$/,
	4: /^Datadog did not accept the request$/,
	5: /^Datadog could not answer$/,
};
const OTHERS = /^Datadog gave an answer that cannot be used$/;

/** What the message of such a refusal looks like. */
export function messageOf(outcome: Exclude<Outcome, { is: 'items' }>): RegExp {
	if (outcome.is !== 'status') return MESSAGES[outcome.is];
	const { status } = outcome;
	return STATUSES[status] ?? CLASSES[Math.floor(status / 100)] ?? OTHERS;
}

const ONLY_TRIGGER = /^Datadog's answer has no groups although cases match$/;
// n8n follows where the address of the token leads, also to no host at all.
const ONLY_OAUTH2 =
	/^(The credential has to be connected to Datadog again|The host of Datadog (was not found|refused the connection))$/;
const FIELD = /^'[A-Z][A-Za-z ]+' (must|holds|needs|takes|is too low) [^"]*$/;

/** Whether a message is one of the fixed ones, of a run or a poll. */
export const isFixed = (message: string) =>
	[
		...Object.values(MESSAGES),
		...Object.values(STATUSES),
		...Object.values(CLASSES),
		...[OTHERS, FIELD, ONLY_TRIGGER, ONLY_OAUTH2],
	].some((fixed) => fixed.test(message));
