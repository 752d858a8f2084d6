import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WORK } from './app';

/**
 * Where the n8n of a stage has written a text: its log, its database (the executions with all their items), or another
 * file of its user folder.
 */
export async function tracesOf(text: string, stage: string): Promise<string[]> {
	const entries = await readdir(join(WORK, stage), { recursive: true, withFileTypes: true });
	const files = entries
		.filter((entry) => entry.isFile())
		.map(({ parentPath, name }) => join(parentPath, name));
	const traces: string[] = [];
	for (const file of [join(WORK, `${stage}.log`), ...files]) {
		if ((await readFile(file)).includes(text)) traces.push(file);
	}
	return traces;
}
