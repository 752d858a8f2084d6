import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import type { Browser, Page, Response } from 'playwright-core';
import {
	ACCESS_TOKEN,
	API_KEY,
	APPLICATION_KEY,
	APPLICATION_KEY_WITHOUT_PERMISSION,
} from '../../datadog/accounts';
import { type LocalDatadog, startDatadog } from '../../datadog/server';
import { installApp, WORK } from '../n8n/app';
import { openPage, startBrowser, takePicture } from '../editor/browser';
import { editorOf, labels, shows, visitOf } from '../editor/editorPage';
import { N8n, type Workflow } from '../n8n/instance';
import { freshHome } from '../n8n/stage';

const LOG = join(WORK, 'editor.log');

/** What the README shows: all of the panel's output, and no more of the canvas than the workflow takes. */
const PANEL_SIZE = { width: 1440, height: 810 };
const CANVAS_SIZE = { width: 1280, height: 640 };

/** The resolver itself refuses two dots, so that this host is not found without a network either. */
const UNKNOWN_HOST = 'https://datadog..invalid';

const CHECK_CREDENTIAL =
	"In the credential, check 'Site' and the keys or token ('Application Key' needs the key's value, not its ID). Also check the cases_read permission. Datadog's errors don't always name the actual cause, so check everything. With OAuth2, reconnect the credential and allow cases_read.";

const CREDENTIAL_TEST = {
	method: 'GET',
	path: '/api/v2/cases/count',
	query: { group_bys: 'status', limit: '1' },
	status: 200,
};
const KEYS = ['test-api-key', 'test-application-key', undefined];

describe('The editor, as a person uses it', () => {
	let n8n: N8n;
	let datadog: LocalDatadog;
	let browser: Browser;
	let page: Page;

	before(async () => {
		const app = await installApp();
		const userFolder = await freshHome('editor');
		datadog = await startDatadog();
		n8n = await N8n.start(app, { userFolder, logFile: LOG });
		browser = await startBrowser();
		page = await openPage(browser);
	});
	after(async () => {
		await browser?.close();
		await n8n?.stop();
		await datadog?.close();
	});

	const visit = visitOf(() => page, 'editor');
	const {
		node,
		panel,
		output,
		rows,
		closePanel,
		execute,
		search,
		found,
		form,
		fields,
		save,
		closeForm,
		enter,
		choose,
	} = editorOf(() => page);
	const previewed = () => panel().getByTestId('ndv-input-panel').locator('.pill--preview');
	const green = () => form().getByText('Connection tested successfully');

	/** After a test, n8n loads the credential again and may drop what is typed meanwhile: types it until it is tested. */
	const saveWith = async (entries: Record<string, string>) => {
		const texts = Object.values(entries);
		const isTested = (response: Response) => {
			const sent = response.request().postData() ?? '';
			return (
				response.url().endsWith('/rest/credentials/test') &&
				texts.every((text) => sent.includes(text))
			);
		};
		for (let attempt = 0; attempt < 6; attempt++) {
			for (const [field, text] of Object.entries(entries)) await enter(form(), field, text);
			const tested = page.waitForResponse(isTested, { timeout: 10_000 }).then(
				() => true,
				() => false,
			);
			await save();
			if (await tested) return;
		}
		assert.fail('n8n did not test what was typed');
	};

	/** The editor takes what is typed with a delay, and may lose it to the next change: waits until n8n has it. */
	const saved = (words: string, times = 1) =>
		shows(async () => {
			const [, , id] = new URL(page.url()).pathname.split('/');
			const { nodes } = await n8n.request<Workflow>('GET', `/rest/workflows/${id}`);
			return JSON.stringify(nodes).split(words).length - 1;
		}, times);

	/** Takes it without n8n's notices, and with nothing under the mouse. */
	const picture = async (name: string) => {
		await shows(() => page.locator('.el-notification').count(), 0);
		await page.mouse.move(0, 0);
		await takePicture(page, name);
	};

	const runs = async () => {
		const { results } = await n8n.request<{ results: Array<{ id: string; status: string }> }>(
			'GET',
			'/rest/executions',
		);
		return results;
	};

	visit('a new instance gets its owner in its form', async () => {
		await page.goto(n8n.url);
		await page.waitForURL('**/setup');
		for (const [name, value] of Object.entries(n8n.owner))
			await page.fill(`input[name=${name}]`, value);
		await page.getByTestId('form-submit-button').click();
		await page.getByRole('button', { name: 'Set up later in Settings' }).click();
		await page.getByTestId('new-workflow-card').waitFor();

		await n8n.signIn();
		const { email, role } = await n8n.request<Record<string, string>>('GET', '/rest/login');
		assert.deepEqual([email, role], ['owner@example.com', 'global:owner']);
	});

	visit('the node is found by "datadog" and by "incident", and added', async () => {
		await page.getByTestId('new-workflow-card').click();
		await page.getByTestId('canvas-add-button').waitFor();
		const title = page.getByTestId('workflow-name-input');
		await title.getByTestId('inline-edit-preview').click();
		await title.getByTestId('inline-edit-input').fill('Open cases by priority');
		await page.keyboard.press('Enter');
		await title.getByTestId('inline-edit-preview').getByText('Open cases by priority').waitFor();
		await page.getByTestId('canvas-add-button').getByRole('button').click();
		for (const words of ['datadog', 'incident']) {
			await search('');
			await found('Trigger manually').waitFor();
			await search(words);
			await found('Datadog Cases').waitFor();
		}
		// On an empty canvas n8n shows a trigger and its node as one, with what the trigger says of itself.
		await page
			.getByText('Count cases, and run workflows when a count crosses a threshold or changes')
			.waitFor();
		await found('Datadog Cases').click();
		await page.getByText('On threshold crossed').waitFor();
		await page.getByText('On count changed').waitFor();
		await page.getByText('Actions (3)').click();
		await found('Aggregate cases').waitFor();
		await found('Get many cases').waitFor();
		await found('Count cases').click();

		const shown = panel().getByTestId('node-parameters').getByTestId('input-label');
		await shows(
			() => labels(shown),
			[
				...['Operation', 'Query', 'Group By', 'Custom Group By', 'Max Groups', 'Simplify'],
				'Options',
			],
		);
		await node('Datadog Cases').getByText('Count Cases').waitFor();
	});

	visit('the credential asks for what the choices need', async () => {
		await panel().getByRole('button', { name: 'Connect to Datadog Cases' }).click();
		const keys = ['API Key *', 'Application Key *'];
		// n8n's own, for credentials that the HTTP Request node may use.
		const domains = 'Allowed HTTP Request Domains';
		await shows(fields, ['Site', 'Authenticate With', ...keys, domains]);

		await form().getByTestId('parameter-input-site').locator('.el-select').click();
		await shows(
			() => page.getByRole('option').allInnerTexts(),
			[
				'AP1 (Japan) - ap1.datadoghq.com',
				'AP2 (Australia) - ap2.datadoghq.com',
				'EU1 (Germany) - datadoghq.eu',
				'UK1 (United Kingdom) - uk1.datadoghq.com',
				'US1 - datadoghq.com',
				'US1-FED - ddog-gov.com',
				'US2-FED - us2.ddog-gov.com',
				'US3 - us3.datadoghq.com',
				'US5 - us5.datadoghq.com',
				'Use a Custom Base URL',
			],
		);
		await page.getByRole('option', { name: 'Use a Custom Base URL' }).click();
		await shows(fields, ['Site', 'Base URL', 'Authenticate With', ...keys, domains]);

		await choose(form(), 'authentication', 'Access Token');
		await shows(fields, ['Site', 'Base URL', 'Authenticate With', 'Access Token *', domains]);
		await choose(form(), 'authentication', 'API Key and Application Key');
		await shows(fields, ['Site', 'Base URL', 'Authenticate With', ...keys, domains]);
	});

	visit('the right keys are saved and tested: green', async () => {
		await enter(form(), 'baseUrl', datadog.url);
		await enter(form(), 'apiKey', API_KEY);
		await enter(form(), 'appKey', APPLICATION_KEY);
		await save();
		await form().waitFor({ state: 'hidden' });

		await panel().getByTestId('credential-edit-button').click();
		await green().waitFor();
		assert.deepEqual(asked(datadog), { ...CREDENTIAL_TEST, headers: KEYS });
	});

	for (const { what, entries, advice } of [
		{
			what: 'a wrong API key',
			entries: { apiKey: 'wrong-api-key' },
			advice: `Datadog rejected the credential. Datadog's message: "Forbidden". ${CHECK_CREDENTIAL}`,
		},
		{
			what: 'a wrong application key',
			entries: { apiKey: API_KEY, appKey: 'wrong-application-key' },
			advice: `Datadog rejected the credential. Datadog's message: "Unauthorized". ${CHECK_CREDENTIAL}`,
		},
		{
			what: 'a missing permission',
			entries: { appKey: APPLICATION_KEY_WITHOUT_PERMISSION },
			advice: `The credential doesn't have the cases_read permission. Datadog's message: "Forbidden; Failed permission authorization checks". The keys or token are valid. Add cases_read to the role of the application key's owner and, if the key or token has scopes, to those scopes. With OAuth2, reconnect the credential and allow cases_read.`,
		},
		{
			what: 'a wrong host',
			entries: { baseUrl: UNKNOWN_HOST, appKey: APPLICATION_KEY },
			advice: `Datadog's host wasn't found. n8n's message: "getaddrinfo ENOTFOUND datadog..invalid". In the credential, check 'Site' or, if you use a gateway, the host and path of 'Base URL'.`,
		},
	]) {
		visit(`the credential says what to change after ${what}`, async () => {
			await saveWith(entries);
			await form().getByText('Couldn’t connect with these settings').waitFor();
			const details = form().getByText('More details');
			const words = form().getByText(advice, { exact: true });
			await details.or(words).waitFor();
			if (await details.isVisible()) await details.click();
			await words.waitFor();
		});
	}

	visit('an access token at the right host is green, without keys', async () => {
		await choose(form(), 'authentication', 'Access Token');
		await saveWith({ baseUrl: datadog.url, accessToken: ACCESS_TOKEN });
		await green().waitFor();
		assert.deepEqual(asked(datadog), {
			...CREDENTIAL_TEST,
			headers: [undefined, undefined, 'Bearer ddpat_test_token'],
		});

		await choose(form(), 'authentication', 'API Key and Application Key');
		await save();
		await shows(() => asked(datadog).headers, KEYS);
		await green().waitFor();
		await closeForm();
		await closePanel();
	});

	visit('the next node knows the fields of an item before anything ran', async () => {
		await node('Datadog Cases').getByTestId('canvas-handle-plus').click();
		await search('switch');
		await found('Switch').click();
		await shows(() => previewed().allInnerTexts(), ['groupBy', 'value', 'count', 'url']);
		await panel()
			.getByText(/Usually outputs the following fields/)
			.waitFor();
		assert.deepEqual(await runs(), []);
	});

	visit('a Switch takes `value` by drag and drop', async () => {
		await panel().getByTestId('fixed-collection-add').click();
		for (const [rule, value] of ['P1', 'P2'].entries()) {
			const compared = panel().getByTestId('filter-condition-left').nth(rule);
			await compared.scrollIntoViewIfNeeded();
			await previewed().getByText('value', { exact: true }).dragTo(compared, { steps: 10 });
			await saved('"leftValue":"={{ $json.value }}"', rule + 1);
			await panel().getByTestId('filter-condition-right').nth(rule).locator('input').fill(value);
			await saved(`"rightValue":"${value}"`);
			await panel()
				.getByTestId('parameter-input-renameOutput')
				.nth(rule)
				.locator('.el-switch')
				.click();
			await panel().getByTestId('parameter-input-outputKey').nth(rule).locator('input').fill(value);
			await saved(`"outputKey":"${value}"`);
		}
		await closePanel();

		for (const name of ['Page someone', 'Tell the team']) {
			await node('Switch').getByTestId('canvas-handle-plus').first().click();
			await search('no operation');
			await found('No Operation, do nothing').click();
			await panel().getByTestId('inline-edit-preview').click();
			await panel().getByTestId('inline-edit-input').fill(name);
			await page.keyboard.press('Enter');
			await closePanel();
			await node(name).waitFor();
		}
	});

	visit('the node is filled in and executed, and its items stand in the table', async () => {
		await page.setViewportSize(PANEL_SIZE);
		await node('Datadog Cases').dblclick();
		await enter(panel(), 'query', '-status:closed service:checkout');
		await saved('"query":"-status:closed service:checkout"');
		await choose(panel(), 'groupBy', 'Priority');
		await page.keyboard.press('Escape');
		const status = panel().locator('.el-tag').filter({ hasText: 'Status' });
		await status.locator('.el-tag__close').click();
		await execute();
		await shows(rows, [
			['groupBy', 'value', 'count'],
			['priority', 'P3', '32'],
			['priority', 'P2', '16'],
			['priority', 'NOT_DEFINED', '11'],
			['priority', 'P4', '11'],
			['priority', 'P5', '8'],
			['priority', 'P1', '4'],
		]);
		assert.deepEqual(asked(datadog), {
			method: 'GET',
			path: '/api/v2/cases/count',
			query: {
				query_filter: '-status:closed service:checkout',
				group_bys: 'priority',
				limit: '50',
			},
			status: 200,
			headers: KEYS,
		});
		await picture('node-panel');
	});

	visit('another operation keeps what is filled in', async () => {
		await choose(panel(), 'operation', 'Aggregate Cases');
		await execute();
		await shows(rows, [
			['groupBy', 'value', 'count', 'total', 'share'],
			['priority', 'P3', '32', '82', '0.3902439024390244'],
			['priority', 'P2', '16', '82', '0.1951219512195122'],
			['priority', 'NOT_DEFINED', '11', '82', '0.13414634146341464'],
			['priority', 'P4', '11', '82', '0.13414634146341464'],
			['priority', 'P5', '8', '82', '0.0975609756097561'],
			['priority', 'P1', '4', '82', '0.04878048780487805'],
		]);
		await choose(panel(), 'operation', 'Count Cases');
		await closePanel();
	});

	visit('the workflow runs, and each item leaves on the branch of its value', async () => {
		await page.setViewportSize(CANVAS_SIZE);
		await page.getByTestId('canvas').click({ position: { x: 100, y: 100 } });
		await page.getByTestId('tidy-up-button').click();
		await page.getByTestId('zoom-to-fit').click();
		await page.getByTestId('execute-workflow-button').click();
		await page.getByText('Workflow executed successfully').waitFor();
		await picture('workflow');

		for (const [name, ...item] of [
			['Page someone', 'priority', 'P1', '4'],
			['Tell the team', 'priority', 'P2', '16'],
		]) {
			await node(name).dblclick();
			await shows(rows, [['groupBy', 'value', 'count'], item]);
			await closePanel();
		}
	});

	visit('a hint tells of groups that may be missing', async () => {
		await node('Datadog Cases').dblclick();
		await enter(panel(), 'maxGroups', '2');
		await page.keyboard.press('Tab');
		await saved('"maxGroups":2');
		await execute();
		await shows(rows, [
			['groupBy', 'value', 'count'],
			['priority', 'P3', '32'],
			['priority', 'P2', '16'],
		]);
		await output().getByText("'Max Groups' was reached. Raise it to get all groups.").waitFor();
	});

	visit('no key stands in what n8n logged or keeps of the runs', async () => {
		const ended = await runs();
		assert.deepEqual(
			ended.map(({ status }) => status),
			['success', 'success', 'success', 'success'],
		);
		const data = ended.map(({ id }) => n8n.request('GET', `/rest/executions/${id}`));
		const kept = JSON.stringify(await Promise.all(data)) + (await readFile(LOG, 'utf8'));
		for (const secret of [
			API_KEY,
			APPLICATION_KEY,
			ACCESS_TOKEN,
			'wrong-api-key',
			'wrong-application-key',
		]) {
			assert.ok(!kept.includes(secret));
		}
	});
});

/** The last request, with the headers that prove who asks. */
function asked({ requests }: LocalDatadog) {
	const { method, path, query, status, headers } = requests.at(-1)!;
	const names = ['dd-api-key', 'dd-application-key', 'authorization'];
	return { method, path, query: { ...query }, status, headers: names.map((name) => headers[name]) };
}
