import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setStage, type Stage } from '../stage';

describe('Failure in a workflow', () => {
	let stage: Stage;
	before(async () => {
		stage = await setStage('failures');
	});
	after(() => stage?.close());

	test('the stage is set', async () => {
		const credentials = await stage.n8n.request<unknown[]>('GET', '/rest/credentials');
		assert.equal(credentials.length, 1);
	});
});
