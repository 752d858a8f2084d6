import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's programs that a part of the tests may need, and the packages that bring them. */
export const DEBIAN_PACKAGES = {
	chromium: 'chromium',
	'redis-server': 'redis-server',
	initdb: 'postgresql',
	postgres: 'postgresql',
} as const;

/** A program of Debian's. */
export type Tool = keyof typeof DEBIAN_PACKAGES;

/** Debian keeps PostgreSQL's programs, other than its clients, off the path; CI installs version 15. */
const FOLDERS = [
	...(process.env.PATH ?? '').split(delimiter),
	...['18', '17', '16', '15', '14'].map((version) => `/usr/lib/postgresql/${version}/bin`),
];

/** The program's path, or undefined when this machine has none. */
export function findTool(tool: Tool): string | undefined {
	return FOLDERS.map((folder) => join(folder, tool)).find((path) => existsSync(path));
}
