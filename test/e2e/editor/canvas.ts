import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { N8n } from '../n8n/instance';

const SETTLE_MS = 300;
const MAX_LOOKS = 20;

/** Imports a workflow into a new canvas with "Import from file", and brings all of it into view. */
export async function importFromFile(page: Page, n8n: N8n, file: string): Promise<void> {
	await page.goto(`${n8n.url}/workflow/new`);
	await page.getByTestId('canvas-add-button').waitFor();
	await page.getByTestId('workflow-import-input').setInputFiles(file);
	await page.getByTestId('canvas-node').first().waitFor();
	await deselect(page);
	await page.keyboard.press('1');
	await page.mouse.move(0, 0);
	await standStill(page);
}

/** What the editor marks as to be mended, for each node that has such a mark. */
export async function nodesWithIssues(page: Page): Promise<string[]> {
	const marked = page.getByTestId('canvas-node').filter({ has: page.getByTestId('node-issues') });
	return marked.evaluateAll((nodes) =>
		nodes.map((node) => node.getAttribute('data-node-name') ?? ''),
	);
}

/** An imported workflow is selected as a whole; a click above it ends that. */
async function deselect(page: Page): Promise<void> {
	await page.getByTestId('canvas').click({ position: { x: 900, y: 40 } });
}

/** The canvas glides to its place. */
async function standStill(page: Page): Promise<void> {
	const pane = page.locator('.vue-flow__transformationpane');
	let before: string | null = null;
	for (let look = 0; look < MAX_LOOKS; look++) {
		const now = await pane.getAttribute('style');
		if (now === before) return;
		before = now;
		await wait(SETTLE_MS);
	}
	throw new Error('The canvas does not stand still.');
}
