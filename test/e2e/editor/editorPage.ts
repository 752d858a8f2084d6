import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { pictureFailure } from './browser';

const TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/** Where things are in n8n's editor, and what a person does there. `page` is asked for when it is needed. */
export function editorOf(page: () => Page) {
	const panel = () => page().getByTestId('ndv');
	const output = () => panel().getByTestId('output-panel');
	const form = () => page().getByTestId('editCredential-modal');
	return {
		node: (name: string) => page().getByTestId('canvas-node').filter({ hasText: name }),
		panel,
		output,
		/** The table of the output: its head and its rows. */
		rows: () => output().locator('tr').allInnerTexts().then(cells),
		closePanel: () => panel().getByTestId('ndv-close-button').click(),
		execute: () => panel().getByTestId('node-execute-button').click(),
		/** Looks for a node to add. */
		search: (words: string) => page().getByTestId('node-creator-search-bar').fill(words),
		found: (name: string) =>
			page()
				.getByTestId('node-creator-item-name')
				.filter({ hasText: new RegExp(`^${name}$`) }),
		/** The form of a credential. */
		form,
		fields: () => labels(form().getByTestId('credential-connection-parameter')),
		save: () => form().getByTestId('credential-save-button').click(),
		closeForm: async () => {
			await form().getByRole('button', { name: 'Close' }).click();
			await form().waitFor({ state: 'hidden' });
		},
		/** Fills in a parameter of the panel or the form. */
		enter: (place: Locator, parameter: string, text: string) =>
			place.getByTestId(`parameter-input-${parameter}`).locator('input').fill(text),
		choose: async (place: Locator, parameter: string, option: string) => {
			await place.getByTestId(`parameter-input-${parameter}`).locator('.el-select').click();
			await page().getByRole('option', { name: option }).click();
		},
	};
}

/** What stands above each input, without n8n's switch between Fixed and Expression. */
export const labels = async (inputs: Locator): Promise<string[]> =>
	(await inputs.locator('label').filter({ visible: true }).allInnerTexts()).map(
		(text) => text.split('\n')[0],
	);

/** Waits until the page shows this. */
export async function shows(read: () => unknown, expected: unknown): Promise<void> {
	const deadline = Date.now() + TIMEOUT_MS;
	while (!isDeepStrictEqual(await read(), expected) && Date.now() < deadline) await wait(POLL_MS);
	assert.deepEqual(await read(), expected);
}

/**
 * One visit: each test goes on where the one before left the page, and none does after one has failed.
 * @param name of the picture that shows where it stopped
 */
export function visitOf(page: () => Page, name: string) {
	let hasStopped = false;
	return (title: string, act: () => Promise<void>) =>
		test(title, async () => {
			if (hasStopped) throw new Error('Not tried, since a test before it failed.');
			hasStopped = true;
			await pictureFailure(page(), name, act);
			hasStopped = false;
		});
}

const cells = (texts: string[]) => texts.map((text) => text.trim().split(/\s*\t\s*/));
