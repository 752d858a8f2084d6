import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { accountFrom, secretsOf } from '../../credentials/account';
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
	// The only way to send that n8n gives to a test.
	const { request } = this.helpers;
	try {
		const account = accountFrom(data);
		const sent: Promise<{ statusCode: number; headers: object; body: unknown }> = request({
			method: 'GET',
			uri: `${account.baseURL}/api/v2/cases/count`,
			qs: { group_bys: 'status', limit: 1 },
			headers: account.headers,
			json: true,
			resolveWithFullResponse: true,
			simple: false,
			followRedirect: false,
			timeout: TIMEOUT_MS,
		});
		const outcome = await sent.then(
			({ statusCode, body }) => ({ status: statusCode, headers: {}, body }),
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
