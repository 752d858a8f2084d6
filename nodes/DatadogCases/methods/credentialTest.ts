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
import { bodyOf, errorForOutcome, lostConnectionFrom } from '../transport/outcome';
import type { Outcome } from '../transport/outcome';
import { readResponse } from '../transport/response';
import type { FullResponse } from '../transport/response';
import { TimeLimit, timeoutOutcome } from '../transport/timeLimit';
import { count } from '../actions/count.operation';
import { arrayAt } from '../actions/responseData';

const TIMEOUT_MS = 30_000;

/** The smallest request of Count Cases. */
const {
	data: expectedData,
	url: path,
	...testRequest
} = count.requestFor({
	authentication: 'apiKeys',
	query: '',
	fields: ['status'],
	maxGroups: 1,
	simplify: true,
	includeValues: [],
	limits: { maxConcurrency: 1, maxRetries: 0, maxWaitMs: 0, timeoutMs: TIMEOUT_MS },
});

/**
 * Tests a credential with a request of Count Cases, so it only passes if the credential may read cases. A `test` request
 * in the credential type couldn't say how to fix a wrong host: n8n only shows the error code then.
 * @returns `OK`, or `Error` with what to change. Never rejects.
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
		const body = bodyOf(outcome, expectedData);
		if (!body) throw errorForOutcome(outcome, secretsOf(account));
		arrayAt(body.data.attributes, 'groups', 'data.attributes');
		return { status: 'OK', message: 'Datadog accepted the credential' };
	} catch (error) {
		const { message, description } = toUserFacingError(error, "The credential couldn't be used");
		return { status: 'Error', message: `${message}. ${description}` };
	}
}

/** n8n only has `httpRequest` here in newer versions. */
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
	const url = baseURL + path;
	const common = { ...testRequest, headers, json: true, timeout };
	// A redirect would send the keys to another host.
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
	// n8n takes no signal here, so if a server never finishes its headers, the connection stays open.
	return request({
		...common,
		uri: url,
		useStream: true,
		resolveWithFullResponse: true,
		simple: false,
		followRedirect: false,
	});
}
