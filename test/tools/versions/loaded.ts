/** Runs in every test file: what it loads of n8n comes from the wanted folder, in the wanted version. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What `main.ts` gives to jest. */
interface Wanted {
	modules: string;
	versions: Record<string, string>;
}
const { modules, versions } = (globalThis as unknown as { wantedN8n: Wanted }).wantedN8n;

for (const [name, version] of Object.entries(versions)) {
	const file = require.resolve(name);
	const found = versionOf(file);
	if (!file.startsWith(join(modules, name)) || found !== version) {
		throw new Error(`${name} must be ${version} of ${modules}, but is ${found} at ${file}`);
	}
}

afterAll(() => {
	const loaded = Object.keys(require.cache).filter((file) =>
		/\/node_modules\/n8n-(core|workflow)\//.test(file),
	);
	const others = loaded.filter((file) => !file.startsWith(modules));
	if (others.length) throw new Error(`Loaded from elsewhere: ${others.join(', ')}`);
});

/** The version in the nearest package.json that has one: some folders within a package hold only a type. */
function versionOf(file: string): string | undefined {
	for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
		const manifest = join(folder, 'package.json');
		if (!existsSync(manifest)) continue;
		const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string };
		if (version) return version;
	}
	return undefined;
}
