import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installOnce } from '../../support/installOnce';
import { npm } from '../../support/npm';
import { step } from '../../support/progress';

/** Everything generated lives here. */
export const WORK = resolve(__dirname, '../../../.local/scan');

/** What the judges say of a folder. */
export interface Verdict {
	/** Why verification would refuse it: ESLint's report, empty when it passes. */
	refusal: string;
	/** What the scanner says without refusing: ESLint's report, or empty. */
	warnings: string;
}

/** The parts of the scanner, and of its ESLint, that are used. */
interface ScannerModule {
	SOURCE_FILE_PATTERNS: string[];
	analyzePackage(
		folder: string,
		patterns: string[],
	): Promise<{ passed: boolean; message?: string; details?: string }>;
	buildScanConfig(): Promise<object[]>;
}
interface TmpModule {
	default: { setGracefulCleanup(): void };
}
interface EslintModule {
	ESLint: new (options: object) => {
		lintFiles(patterns: string[]): Promise<object[]>;
		loadFormatter(name: string): Promise<{ format(results: object[]): string | Promise<string> }>;
	};
}
interface PublintModule {
	publint(options: object): Promise<{ messages: object[]; pkg: object }>;
}
interface PublintUtils {
	formatMessage(message: object, pkg: object, options: object): string | undefined;
}

const PROGRAM = join(WORK, 'program');
const SCANNER = '@n8n/scan-community-package/scanner/scanner.mjs';

/** What its command line gives the scanner for a tarball: `analyzePackageByName` in scanner.mjs. */
const TARBALL_PATTERNS = ['**/*.js', 'package.json'];

/** Installs n8n's scanner and publint as `package-lock.json` says, unless that was done before. */
export async function installScanner(): Promise<void> {
	const fullDisk = `There is no disk space left in ${WORK}: n8n's scanner takes 230 MB.`;
	await installOnce(__dirname, PROGRAM, () =>
		step("Installing n8n's scanner from the npm registry (about half a minute)", () =>
			npm(['ci', '--ignore-scripts'], PROGRAM, fullDisk),
		),
	);
	// The scanner makes a temporary folder and leaves it.
	const { default: tmp } = await load<TmpModule>('tmp');
	tmp.setGracefulCleanup();
}

/** Judges the repository's sources by n8n's scanner. */
export async function scanSources(folder: string): Promise<Verdict> {
	const { SOURCE_FILE_PATTERNS } = await load<ScannerModule>(SCANNER);
	return scan(folder, SOURCE_FILE_PATTERNS);
}

/** Judges an unpacked tarball by n8n's scanner. */
export async function scanTarball(folder: string): Promise<Verdict> {
	return scan(folder, TARBALL_PATTERNS);
}

/** Judges an unpacked tarball by publint. Resolves with what it says, suggestions too. */
export async function publintTarball(folder: string): Promise<string[]> {
	const { publint } = await load<PublintModule>('publint');
	const { formatMessage } = await load<PublintUtils>('publint/utils');
	const { messages, pkg } = await publint({ pkgDir: folder, pack: false, strict: true });
	return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? '');
}

async function scan(folder: string, patterns: string[]): Promise<Verdict> {
	const { analyzePackage, buildScanConfig } = await load<ScannerModule>(SCANNER);
	const { passed, message, details } = await analyzePackage(folder, patterns);
	if (!passed) return { refusal: details ?? message ?? 'refused without a word', warnings: '' };

	// It keeps silent about warnings when there is nothing worse, so its ESLint is asked once more.
	const { ESLint } = await load<EslintModule>('eslint');
	const eslint = new ESLint({
		cwd: folder,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig: await buildScanConfig(),
	});
	const formatter = await eslint.loadFormatter('stylish');
	return { refusal: '', warnings: await formatter.format(await eslint.lintFiles(patterns)) };
}

/** Imports what is installed in PROGRAM. */
function load<T>(name: string): Promise<T> {
	const file = createRequire(join(PROGRAM, 'package.json')).resolve(name);
	return import(pathToFileURL(file).href) as Promise<T>;
}
