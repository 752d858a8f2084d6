/** The fixed words of each refusal. */
import type { Outcome } from './model';

const MESSAGES: Record<Exclude<Outcome['is'], 'items' | 'open' | 'status'>, RegExp> = {
	field: /^'[A-Z][A-Za-z ]+' (must|contains|needs|is too low) [^"]*\[item \d+\]$/,
	form: /^Datadog's response isn't in the documented format$/,
	wait: /^Datadog requires a wait of \d+ seconds, which is longer than 'Max Wait'$/,
	late: /^Datadog didn't respond in time$/,
	size: /^Datadog's response is too large$/,
	noCases: /^Datadog returned no cases, although cases match$/,
	lost: /^The connection to Datadog was lost$/,
};

/** By status; of several the body decides. */
const STATUSES: Record<number, RegExp> = {
	400: /^Datadog rejected the request$/,
	401: /^(Datadog rejected the credential|The credential doesn't have the cases_read permission)$/,
	403: /^(Datadog rejected the credential|The credential doesn't have the cases_read permission|Datadog or a proxy rejected the request)$/,
	404: /^Datadog's case API wasn't found at this address$/,
	407: /^A proxy rejected the request$/,
	408: /^Datadog didn't respond in time$/,
	413: /^The request is too long for Datadog$/,
	414: /^The request is too long for Datadog$/,
	429: /^Datadog's rate limit was reached$/,
	431: /^The request is too long for Datadog$/,
};
const CLASSES: Record<number, RegExp> = {
	3: /^The server redirected the request to another address$/,
	4: /^Datadog rejected the request$/,
	5: /^Datadog couldn't process the request$/,
};
const OTHERS = /^Datadog sent an unexpected response$/;

/** What the message of such a refusal looks like. */
export function messageOf(outcome: Exclude<Outcome, { is: 'items' | 'open' }>): RegExp {
	if (outcome.is !== 'status') return MESSAGES[outcome.is];
	const { status } = outcome;
	return STATUSES[status] ?? CLASSES[Math.floor(status / 100)] ?? OTHERS;
}

const ONLY_TRIGGER = /^Datadog returned no groups, although cases match$/;
// n8n follows where the address of the token leads, also to no host at all.
const ONLY_OAUTH2 =
	/^(Datadog rejected the OAuth2 token|Datadog's host (wasn't found|refused the connection))$/;
const FIELD = /^'[A-Z][A-Za-z ]+' (must|contains|needs|takes|is too low) [^"]*$/;

/** Whether a message is one of the fixed ones, of a run or a poll. */
export const isFixed = (message: string) =>
	[
		...Object.values(MESSAGES),
		...Object.values(STATUSES),
		...Object.values(CLASSES),
		...[OTHERS, FIELD, ONLY_TRIGGER, ONLY_OAUTH2],
	].some((fixed) => fixed.test(message));
