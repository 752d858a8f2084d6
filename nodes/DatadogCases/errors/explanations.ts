import type { Failure } from 'n8n-workflow';

import { parseJson, reasonInBody } from './reasons';

export interface Explanation {
	/** What happened. */
	message: string;
	/** What to do about it. */
	advice: string;
	/** What n8n calls it. */
	cause?: Failure['cause'];
	/** Whether it can go away without a change by the user. */
	isTemporary?: boolean;
	/** Whether the response may come from a proxy or firewall. */
	isFromProxy?: boolean;
}

export const addressAdvice =
	"In the credential, check 'Site' or, if you use a gateway, the host and path of 'Base URL'.";

const rateLimitAdvice =
	"Send fewer requests, or raise 'Max Retries' and 'Max Wait' in the node's options. You can also ask Datadog to raise the limit.";

const outageAdvice =
	"Try again later, or raise 'Max Retries' in the node's options. See https://status.datadoghq.com.";

const credentialAdvice =
	"In the credential, check 'Site' and the keys or token ('Application Key' needs the key's value, not its ID). Also check the cases_read permission. Datadog's errors don't always name the actual cause, so check everything. With OAuth2, reconnect the credential and allow cases_read.";

const credentialRejected: Explanation = {
	message: 'Datadog rejected the credential',
	advice: credentialAdvice,
	cause: 'credential-invalid',
};

/** Only if Datadog says so in a 401 or 403. The keys or token are valid then. */
const permissionMissing: Explanation = {
	message: "The credential doesn't have the cases_read permission",
	advice:
		"The keys or token are valid. Add cases_read to the role of the application key's owner and, if the key or token has scopes, to those scopes. With OAuth2, reconnect the credential and allow cases_read.",
	cause: 'credential-invalid',
};

/** A 403 that isn't in Datadog's format. */
const blockedByProxy: Explanation = {
	message: 'Datadog or a proxy rejected the request',
	advice: `The response isn't in Datadog's format, so a proxy or firewall between n8n and Datadog may have sent it. Check that n8n can reach Datadog's host. If it can, the credential may be wrong. ${credentialAdvice}`,
	cause: 'configuration-invalid',
	isFromProxy: true,
};

const proxyLoginFailed: Explanation = {
	message: 'A proxy rejected the request',
	advice:
		"A proxy or firewall between n8n and Datadog may have sent this response. In n8n's environment (HTTPS_PROXY), check the proxy's address, username and password. Also check that the proxy allows requests to Datadog's host.",
	cause: 'configuration-invalid',
	isFromProxy: true,
};

const requestTooLong: Explanation = {
	message: 'The request is too long for Datadog',
	advice: "Shorten 'Query'.",
	cause: 'configuration-invalid',
};

const requestNotSupported: Explanation = {
	message: "Datadog couldn't process the request",
	advice: addressAdvice,
	cause: 'configuration-invalid',
};

export const unavailable: Explanation = {
	message: "Datadog couldn't process the request",
	advice: outageAdvice,
	cause: 'temporarily-unavailable',
	isTemporary: true,
};

/** Statuses that are more specific than their class. */
const byStatus: Record<string, Explanation> = {
	400: {
		message: 'Datadog rejected the request',
		advice:
			"Check the syntax of 'Query' and the field names in 'Group By'. To test the query, paste it into the search bar of Datadog's case list.",
		cause: 'configuration-invalid',
	},
	401: credentialRejected,
	403: credentialRejected,
	404: {
		message: "Datadog's case API wasn't found at this address",
		advice: addressAdvice,
		cause: 'configuration-invalid',
	},
	407: proxyLoginFailed,
	408: {
		message: "Datadog didn't respond in time",
		advice:
			"Try again later, or narrow 'Query'. A gateway in front of Datadog may have a shorter timeout.",
		cause: 'temporarily-unavailable',
		isTemporary: true,
	},
	413: requestTooLong,
	414: requestTooLong,
	429: {
		message: "Datadog's rate limit was reached",
		advice: rateLimitAdvice,
		cause: 'rate-limited',
		isTemporary: true,
	},
	431: requestTooLong,
	501: requestNotSupported,
	505: requestNotSupported,
};

/** By first digit. */
const byStatusClass: Record<string, Explanation> = {
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
	5: unavailable,
};

/** Without a `cause`, so that n8n doesn't poll less often: it may happen only once. */
const unexpectedStatus: Explanation = {
	message: 'Datadog sent an unexpected response',
	advice: addressAdvice,
};

/** @returns what a status other than 200 means. The response may also come from a proxy or gateway. */
export function explainStatus(status: number, body: unknown): Explanation {
	if (status === 401 || status === 403) {
		if (/failed permission authorization checks/i.test(reasonInBody(body)))
			return permissionMissing;
		if (status === 403 && !isDatadogError(body)) return blockedByProxy;
	}
	return byStatus[status] ?? byStatusClass[Math.floor(status / 100)] ?? unexpectedStatus;
}

/** Datadog's errors have a list named `errors`. */
function isDatadogError(body: unknown): boolean {
	const answer = typeof body === 'string' ? parseJson(body) : body;
	return Array.isArray((Object(answer) as { errors?: unknown }).errors);
}

/** By error code of Node.js or axios. */
const byErrorCode: Record<string, Explanation> = {
	ENOTFOUND: { message: "Datadog's host wasn't found", advice: addressAdvice },
	ECONNREFUSED: { message: "Datadog's host refused the connection", advice: addressAdvice },
	ECONNABORTED: {
		message: "Datadog didn't respond in time",
		advice: "Raise 'Timeout' in the node's options, or narrow 'Query'.",
		isTemporary: true,
	},
};

/** @returns what a lost connection means. Invalid certificates and addresses aren't temporary. */
export function explainConnectionError(code: string): Explanation {
	return (
		byErrorCode[code] ?? {
			message: 'The connection to Datadog was lost',
			advice: `${addressAdvice} A proxy or firewall between n8n and Datadog can also be the cause.`,
			isTemporary: !/CERT|SIGNATURE|^ERR_(TLS|SSL|INVALID)|^EPROTO$/.test(code),
		}
	);
}
