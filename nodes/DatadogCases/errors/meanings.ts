import type { Failure } from 'n8n-workflow';

import { parsed, reasonIn } from './reasons';

/** What happened, in fixed words, what to change, why by n8n's words, and whether it passes without a change. */
export interface Meaning {
	message: string;
	advice: string;
	cause?: Failure['cause'];
	isTemporary?: boolean;
	/** Whether something before Datadog may have answered. */
	isFromProxy?: boolean;
}

export const addressAdvice =
	"In the credential, check 'Site' or, if you use a gateway, the host and path of 'Base URL'.";

export const rateLimitAdvice =
	"Send fewer requests, or raise 'Max Retries' and 'Max Wait' in the node's options. You can also ask Datadog to raise the limit.";

export const outageAdvice =
	"Try again later, or raise 'Max Retries' in the node's options. See https://status.datadoghq.com.";

const accountAdvice =
	"In the credential, check 'Site' and the keys or token ('Application Key' needs the key's value, not its ID). Also check the cases_read permission. Datadog's errors don't always name the actual cause, so check everything. With OAuth2, reconnect the credential and allow cases_read.";

const unaccepted: Meaning = {
	message: 'Datadog rejected the credential',
	advice: accountAdvice,
	cause: 'credential-invalid',
};

/** A 401 or 403 in which Datadog says so: Datadog then knows the keys or the token. */
const unpermitted: Meaning = {
	message: "The credential doesn't have the cases_read permission",
	advice:
		"The keys or token are valid. Add cases_read to the role of the application key's owner and, if the key or token has scopes, to those scopes. With OAuth2, reconnect the credential and allow cases_read.",
	cause: 'credential-invalid',
};

/** A 403 in another form than Datadog's. */
const blocked: Meaning = {
	message: 'Datadog or a proxy rejected the request',
	advice: `The response isn't in Datadog's format, so a proxy or firewall between n8n and Datadog may have sent it. Check that n8n can reach Datadog's host. If it can, the credential may be wrong. ${accountAdvice}`,
	cause: 'configuration-invalid',
	isFromProxy: true,
};

const unproxied: Meaning = {
	message: 'A proxy rejected the request',
	advice:
		"A proxy or firewall between n8n and Datadog may have sent this response. In n8n's environment (HTTPS_PROXY), check the proxy's address, username and password. Also check that the proxy allows requests to Datadog's host.",
	cause: 'configuration-invalid',
	isFromProxy: true,
};

const tooLong: Meaning = {
	message: 'The request is too long for Datadog',
	advice: "Shorten 'Query'.",
	cause: 'configuration-invalid',
};

const unsupported: Meaning = {
	message: "Datadog couldn't process the request",
	advice: addressAdvice,
	cause: 'configuration-invalid',
};

/** The statuses that say more than their class does. */
const statuses: Record<string, Meaning> = {
	400: {
		message: 'Datadog rejected the request',
		advice:
			"Check the syntax of 'Query' and the field names in 'Group By'. To test the query, paste it into the search bar of Datadog's case list.",
		cause: 'configuration-invalid',
	},
	401: unaccepted,
	403: unaccepted,
	404: {
		message: "Datadog's case API wasn't found at this address",
		advice: addressAdvice,
		cause: 'configuration-invalid',
	},
	407: unproxied,
	408: {
		message: "Datadog didn't respond in time",
		advice:
			"Try again later, or narrow 'Query'. A gateway in front of Datadog may have a shorter timeout.",
		cause: 'temporarily-unavailable',
		isTemporary: true,
	},
	413: tooLong,
	414: tooLong,
	429: {
		message: "Datadog's rate limit was reached",
		advice: rateLimitAdvice,
		cause: 'rate-limited',
		isTemporary: true,
	},
	431: tooLong,
	501: unsupported,
	505: unsupported,
};

/** By the first digit of the status. */
const statusClasses: Record<string, Meaning> = {
	3: {
		message: 'The server redirected the request to another address',
		advice: addressAdvice,
		cause: 'configuration-invalid',
	},
	4: {
		message: 'Datadog rejected the request',
		advice: addressAdvice,
		cause: 'configuration-invalid',
	},
	5: {
		message: "Datadog couldn't process the request",
		advice: outageAdvice,
		cause: 'temporarily-unavailable',
		isTemporary: true,
	},
};

/** Of any other status. It may be a single slip, so n8n is told nothing that makes it poll much less often. */
const undocumented: Meaning = {
	message: 'Datadog sent an unexpected response',
	advice: addressAdvice,
};

/** @returns what a status other than 200 means, be it from Datadog or from something before it. */
export function meaningOf(status: number, body: unknown): Meaning {
	if (status === 401 || status === 403) {
		if (/failed permission authorization checks/i.test(reasonIn(body))) return unpermitted;
		if (status === 403 && !isDatadogs(body)) return blocked;
	}
	return statuses[status] ?? statusClasses[Math.floor(status / 100)] ?? undocumented;
}

/** Whether a body has the form of Datadog's errors. */
function isDatadogs(body: unknown): boolean {
	const answer = typeof body === 'string' ? parsed(body) : body;
	return Array.isArray((Object(answer) as { errors?: unknown }).errors);
}

/** By the code that Node.js and axios give for a connection without an answer. */
const lostConnections: Record<string, Meaning> = {
	ENOTFOUND: { message: "Datadog's host wasn't found", advice: addressAdvice },
	ECONNREFUSED: { message: "Datadog's host refused the connection", advice: addressAdvice },
	ECONNABORTED: {
		message: "Datadog didn't respond in time",
		advice: "Raise 'Timeout' in the node's options, or narrow 'Query'.",
		isTemporary: true,
	},
};

/** @returns what a lost connection means. Certificates and addresses need a person to mend them. */
export function meaningOfCode(code: string): Meaning {
	return (
		lostConnections[code] ?? {
			message: 'The connection to Datadog was lost',
			advice: `${addressAdvice} A proxy or firewall between n8n and Datadog can also be the cause.`,
			isTemporary: !/CERT|SIGNATURE|^ERR_(TLS|SSL|INVALID)|^EPROTO$/.test(code),
		}
	);
}
