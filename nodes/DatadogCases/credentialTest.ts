import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IDataObject,
	IHttpRequestOptions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { accountFrom, secretsOf } from '../../credentials/account';
import type { Account } from '../../credentials/account';
import { refusalFrom } from './errors';
import { arrayAt } from './operations/answer';
import { dataOf, refusalForOutcome } from './transport/client';
import { outcomeOf } from './transport/retryPolicy';

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
		const outcome = await send(helpers, account).then(
			({ statusCode, headers, body }) => ({ status: statusCode, headers, body }),
			outcomeOf,
		);
		const answer = dataOf(outcome);
		if (!answer) throw refusalForOutcome(outcome, secretsOf(account));
		arrayAt(answer.attributes, 'groups', 'data.attributes');
		return { status: 'OK', message: 'Datadog accepts the credential' };
	} catch (error) {
		const { message, description } = refusalFrom(error, 'The credential cannot be used');
		return { status: 'Error', message: `${message}. ${description}` };
	}
}

interface Response {
	statusCode: number;
	headers: IDataObject;
	body: unknown;
}

/** What n8n gives a test to send with: the first of these where it is new enough, else the second. */
interface Helpers {
	httpRequest?: (options: IHttpRequestOptions) => Promise<Response>;
	request: (options: object) => Promise<Response>;
}

function send(helpers: Helpers, { baseURL, headers }: Account): Promise<Response> {
	const { httpRequest, request } = helpers;
	const url = `${baseURL}/api/v2/cases/count`;
	const common = {
		method: 'GET' as const,
		qs: { group_bys: 'status', limit: 1 },
		headers,
		json: true,
		timeout: TIMEOUT_MS,
	};
	// A redirect would carry the keys to another host.
	if (httpRequest) {
		return httpRequest({
			...common,
			url,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		});
	}
	return request({
		...common,
		uri: url,
		resolveWithFullResponse: true,
		simple: false,
		followRedirect: false,
	});
}
