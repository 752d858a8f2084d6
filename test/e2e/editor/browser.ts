import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page, selectors } from 'playwright-core';
import { WORK } from '../n8n/app';
import type { N8n } from '../n8n/instance';
import { findTool } from '../../support/tools';

/** Chromium finds no host but this machine, whatever it wants of its maker's; without its sandbox, which root may not have. */
const ARGS = [
	'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];
/** Where pictures are written; with --pictures they go on to the README. */
export const PICTURES = join(WORK, 'pictures');

const PICTURE_LIMIT_BYTES = 200_000;
/** For a machine that is busy. */
const TIMEOUT_MS = 60_000;

selectors.setTestIdAttribute('data-test-id');

/** A headless Chromium: Debian's. It ends with this process, which answers signals itself. */
export function startBrowser(): Promise<Browser> {
	return chromium.launch({
		executablePath: findTool('chromium'),
		args: ARGS,
		handleSIGINT: false,
		handleSIGTERM: false,
		handleSIGHUP: false,
	});
}

/** An empty page in the light theme. */
export async function openPage(browser: Browser): Promise<Page> {
	const page = await browser.newPage({
		colorScheme: 'light',
		viewport: { width: 1280, height: 720 },
	});
	page.setDefaultTimeout(TIMEOUT_MS);
	return page;
}

/** Signs in as the owner. */
export async function signIn(browser: Browser, n8n: N8n): Promise<Page> {
	const page = await openPage(browser);
	await page.goto(`${n8n.url}/signin`);
	await page.fill('input[type=email]', n8n.owner.email);
	await page.fill('input[type=password]', n8n.owner.password);
	await page.click('button:has-text("Sign in")');
	await page.waitForURL(({ pathname }) => pathname !== '/signin');
	return page;
}

/** Writes `<name>.png`, and refuses one that is too large for the README. */
export async function takePicture(page: Page, name: string): Promise<void> {
	await mkdir(PICTURES, { recursive: true });
	const path = join(PICTURES, `${name}.png`);
	await page.screenshot({ path });
	const { size } = await stat(path);
	if (size > PICTURE_LIMIT_BYTES) throw new Error(`${path} has ${size} bytes`);
}

/** Leaves a picture of where it stopped, `<name>-failure.png`, when `act` fails. */
export async function pictureFailure(
	page: Page,
	name: string,
	act: () => Promise<void>,
): Promise<void> {
	try {
		await act();
	} catch (error) {
		const path = join(WORK, `${name}-failure.png`);
		await page.screenshot({ path });
		throw new Error(`${path} shows where it stopped.`, { cause: error });
	}
}
