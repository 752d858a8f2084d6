module.exports = {
	rootDir: '..',
	roots: ['<rootDir>/test', '<rootDir>/nodes', '<rootDir>/credentials'],
	testEnvironment: 'node',
	testTimeout: 30_000,
	// The engine prints every refusal of a node.
	silent: true,
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/tsconfig.json' }] },
	collectCoverage: true,
	collectCoverageFrom: ['nodes/**/*.ts', 'credentials/**/*.ts'],
	coverageDirectory: '.local/coverage',
	coverageReporters: ['text'],
	coverageThreshold: { global: { branches: 100, functions: 100, lines: 100, statements: 100 } },
};
