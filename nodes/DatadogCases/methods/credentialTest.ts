import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IHttpRequestOptions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { toUserFacingError } from '../errors/userFacingError';
import { accountFrom, secretsOf } from '../transport/account/account';
import type { Account } from '../transport/account/account';
import { clock } from '../transport/clock';
import { bodyOf, errorForOutcome } from '../transport/outcome';
import { lostConnectionFrom } from '../transport/outcome';
import type { Outcome } from '../transport/outcome';
import { readResponse } from '../transport/response';
import type { FullResponse } from '../transport/response';
import { TimeLimit, timeoutOutcome } from '../transport/timeLimit';
import { arrayAt } from '../actions/responseData';

const TIMEOUT_MS = 30_000;

/**
 * Asks what the node asks, so that green means that the node may read cases. A `test` request in the credential could
 * not say what to change when the host is not found: n8n then shows nothing but a code.
 */
export async function testCredential(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { helpers } = this;
	try {
		const account = accountFrom(data);
		const timeLimit = new TimeLimit(clock, new AbortController().signal);
		const outcome = await timeLimit.within<Outcome>(
			TIMEOUT_MS,
			async (timeout, signal) => {
				const response = sendTestRequest(helpers, account, timeout, signal);
				return await response
					.then(async (one) => await readResponse(one, signal))
					.catch(lostConnectionFrom);
			},
			timeoutOutcome,
		);
		const body = bodyOf(outcome, 'object');
		if (!body) throw errorForOutcome(outcome, secretsOf(account));
		arrayAt(body.data.attributes, 'groups', 'data.attributes');
		return { status: 'OK', message: 'Datadog accepted the credential' };
	} catch (error) {
		const { message, description } = toUserFacingError(error, "The credential couldn't be used");
		return { status: 'Error', message: `${message}. ${description}` };
	}
}

/** What n8n gives a test to send with: the first of these where it is new enough, else the second. */
interface Helpers {
	httpRequest?: (options: IHttpRequestOptions) => Promise<FullResponse>;
	request: (options: object) => Promise<FullResponse>;
}

function sendTestRequest(
	helpers: Helpers,
	{ baseURL, headers }: Account,
	timeout: number,
	signal: AbortSignal,
): Promise<FullResponse> {
	const { httpRequest, request } = helpers;
	const url = `${baseURL}/api/v2/cases/count`;
	const common = {
		method: 'GET' as const,
		qs: { group_bys: 'status', limit: 1 },
		headers,
		json: true,
		timeout,
	};
	// A redirect would carry the keys to another host.
	if (httpRequest) {
		return httpRequest({
			...common,
			url,
			abortSignal: signal,
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		});
	}
	// Here n8n takes no signal: a server that never ends its headers keeps its connection.
	return request({
		...common,
		uri: url,
		useStream: true,
		resolveWithFullResponse: true,
		simple: false,
		followRedirect: false,
	});
}
