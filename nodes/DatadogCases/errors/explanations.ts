import type { Failure } from 'n8n-workflow';

import { parseJson, reasonInBody } from './reasons';

/** What happened, in fixed words, what to change, why by n8n's words, and whether it passes without a change. */
export interface Explanation {
	message: string;
	advice: string;
	cause?: Failure['cause'];
	isTemporary?: boolean;
	/** Whether something before Datadog may have answered. */
	isFromProxy?: boolean;
}

export const addressAdvice =
	"Check the 'Site' of the credential, or the host and path of its 'Base URL' when you use a gateway.";

export const rateLimitAdvice =
	"Ask less often or for less, or raise 'Max Retries' and 'Max Wait' in the node's options. Datadog can raise the limit on request.";

export const outageAdvice =
	"Try again later, or raise 'Max Retries' in the node's options. See https://status.datadoghq.com.";

const credentialAdvice =
	"Check in the credential: the 'Site' that your organization uses, the 'API Key', the 'Application Key' (its value, not its ID) or the 'Access Token', and that it has the permission cases_read. Datadog mixes these up, so check each. With OAuth2, connect it again and allow cases_read.";

const credentialRejected: Explanation = {
	message: 'Datadog did not accept the credential',
	advice: credentialAdvice,
	cause: 'credential-invalid',
};

/** A 401 or 403 in which Datadog says so: Datadog then knows the keys or the token. */
const permissionMissing: Explanation = {
	message: 'The credential lacks the permission cases_read',
	advice:
		"The keys or the token are right. Give cases_read to the role of the application key's owner and, if the key or the token has scopes, add it to them. With OAuth2, connect again and allow cases_read.",
	cause: 'credential-invalid',
};

/** A 403 in another form than Datadog's. */
const blockedByProxy: Explanation = {
	message: 'Datadog or a proxy refused the request',
	advice: `The response does not have Datadog's form: a proxy or firewall between n8n and Datadog may have sent it. Check that it lets n8n reach the host of Datadog. If it does: ${credentialAdvice}`,
	cause: 'configuration-invalid',
	isFromProxy: true,
};

const proxyLoginFailed: Explanation = {
	message: 'A proxy refused the request',
	advice:
		"A proxy or firewall between n8n and Datadog may have sent this response. Check the address, the user name and the password of the proxy in n8n's environment (HTTPS_PROXY), and that it lets n8n reach the host of Datadog.",
	cause: 'configuration-invalid',
	isFromProxy: true,
};

const requestTooLong: Explanation = {
	message: 'Datadog did not accept so long a request',
	advice: "Shorten 'Query'.",
	cause: 'configuration-invalid',
};

const requestNotSupported: Explanation = {
	message: 'Datadog could not answer',
	advice: addressAdvice,
	cause: 'configuration-invalid',
};

/** The statuses that say more than their class does. */
const byStatus: Record<string, Explanation> = {
	400: {
		message: 'Datadog did not accept the request',
		advice:
			"Check the syntax of 'Query' and the names in 'Group By': they are those of the search bar on Datadog's case list.",
		cause: 'configuration-invalid',
	},
	401: credentialRejected,
	403: credentialRejected,
	404: {
		message: 'Datadog has no case counts at this address',
		advice: addressAdvice,
		cause: 'configuration-invalid',
	},
	407: proxyLoginFailed,
	408: {
		message: 'Datadog gave no answer within the time allowed',
		advice:
			"Try again later, or narrow 'Query'. A gateway in front of Datadog may allow too little time.",
		cause: 'temporarily-unavailable',
		isTemporary: true,
	},
	413: requestTooLong,
	414: requestTooLong,
	429: {
		message: "Datadog's rate limit is used up",
		advice: rateLimitAdvice,
		cause: 'rate-limited',
		isTemporary: true,
	},
	431: requestTooLong,
	501: requestNotSupported,
	505: requestNotSupported,
};

/** By the first digit of the status. */
const byStatusClass: Record<string, Explanation> = {
	3: {
		message: 'The address leads elsewhere',
		advice: addressAdvice,
		cause: 'configuration-invalid',
	},
	4: {
		message: 'Datadog did not accept the request',
		advice: addressAdvice,
		cause: 'configuration-invalid',
	},
	5: {
		message: 'Datadog could not answer',
		advice: outageAdvice,
		cause: 'temporarily-unavailable',
		isTemporary: true,
	},
};

/** Of any other status. It may be a single slip, so n8n is told nothing that makes it poll much less often. */
const unexpectedStatus: Explanation = {
	message: 'Datadog gave an answer that cannot be used',
	advice: addressAdvice,
};

/** @returns what a status other than 200 means, be it from Datadog or from something before it. */
export function explainStatus(status: number, body: unknown): Explanation {
	if (status === 401 || status === 403) {
		if (/failed permission authorization checks/i.test(reasonInBody(body)))
			return permissionMissing;
		if (status === 403 && !isDatadogError(body)) return blockedByProxy;
	}
	return byStatus[status] ?? byStatusClass[Math.floor(status / 100)] ?? unexpectedStatus;
}

/** Whether a body has the form of Datadog's errors. */
function isDatadogError(body: unknown): boolean {
	const answer = typeof body === 'string' ? parseJson(body) : body;
	return Array.isArray((Object(answer) as { errors?: unknown }).errors);
}

/** By the code that Node.js and axios give for a connection without a response. */
const byErrorCode: Record<string, Explanation> = {
	ENOTFOUND: { message: 'The host of Datadog was not found', advice: addressAdvice },
	ECONNREFUSED: { message: 'The host of Datadog refused the connection', advice: addressAdvice },
	ECONNABORTED: {
		message: 'Datadog gave no answer within the time allowed',
		advice: "Raise 'Timeout' in the node's options, or narrow 'Query'.",
		isTemporary: true,
	},
};

/** @returns what a lost connection means. Certificates and addresses need a person to mend them. */
export function explainConnectionError(code: string): Explanation {
	return (
		byErrorCode[code] ?? {
			message: 'The connection to Datadog was lost',
			advice: `${addressAdvice} A proxy or a firewall between n8n and Datadog can be in the way too.`,
			isTemporary: !/CERT|SIGNATURE|^ERR_(TLS|SSL|INVALID)|^EPROTO$/.test(code),
		}
	);
}
