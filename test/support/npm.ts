import { CommandFailure, run, UserFacingError } from './processes';

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/;

/**
 * Runs npm in a folder.
 * @param fullDisk the sentence for a disk without space
 * @throws UserFacingError for a registry that cannot be reached and for a full disk.
 */
export async function npm(args: string[], folder: string, fullDisk: string): Promise<void> {
	try {
		await run('npm', [...args, ...QUIET], { cwd: folder });
	} catch (error) {
		if (!(error instanceof CommandFailure)) throw error;
		if (UNREACHABLE.test(error.output)) {
			throw new UserFacingError(
				'The npm registry cannot be reached: check the network, or the proxy that npm is set to use.',
			);
		}
		if (/ENOSPC/.test(error.output)) throw new UserFacingError(fullDisk);
		throw error;
	}
}

/** Without this, npm install would try for more than a minute when there is no network. */
export async function refuseMissingRegistry(folder: string): Promise<void> {
	await npm(['ping', '--fetch-retries=0'], folder, '').catch((error: unknown) => {
		if (error instanceof UserFacingError) throw error;
	});
}
