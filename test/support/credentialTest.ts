import { CredentialTestContext } from 'n8n-core';
import type { ICredentialDataDecryptedObject, ICredentialTestFunctions } from 'n8n-workflow';

import { DatadogCases } from '../../nodes/DatadogCases/DatadogCases.node.ts';

/**
 * Tests a credential with keys, as n8n does. Resolves with what n8n shows.
 * @param context what n8n gives to a test
 */
export const tested = async (
	data: ICredentialDataDecryptedObject | undefined,
	context: unknown = new CredentialTestContext({} as never),
) =>
	await new DatadogCases().methods.credentialTest.testCredential.call(
		context as ICredentialTestFunctions,
		{ id: '1', name: 'Datadog', type: 'datadogCasesApi', data },
	);
