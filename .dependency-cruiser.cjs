/** Imports only go down this list of `nodes/DatadogCases`, one floor a line. */
const floors = [
	'[^/]+\\.node\\.ts',
	'methods/',
	'trigger/',
	'actions/',
	'transport/',
	'errors/',
	'descriptions/',
].map((floor) => `^nodes/DatadogCases/${floor}`);

module.exports = {
	forbidden: [
		{ name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
		...floors.slice(1).map((floor, above) => ({
			name: `nothing-above-${floor.split('/').at(-2)}`,
			severity: 'error',
			from: { path: floor },
			to: { path: floors.slice(0, above + 1) },
		})),
		{
			name: 'nobody-imports-credentials',
			severity: 'error',
			from: { path: '^nodes/' },
			to: { path: '^credentials/' },
		},
		{
			name: 'credentials-import-transport-alone',
			severity: 'error',
			from: { path: '^credentials/' },
			to: { path: '^nodes/', pathNot: '^nodes/DatadogCases/transport/' },
		},
		{
			name: 'n8n-workflow-alone',
			severity: 'error',
			from: { path: '^(nodes|credentials)/' },
			to: { pathNot: '^(nodes|credentials)/|(^|/)n8n-workflow/' },
		},
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		tsConfig: { fileName: 'tsconfig.json' },
		tsPreCompilationDeps: true,
	},
};
