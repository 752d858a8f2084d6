/** The tests that mutants are tried with: those of the published code, without coverage. */
const { collectCoverageFrom, coverageThreshold, ...base } = require('../../jest.config.cjs');

module.exports = {
	...base,
	rootDir: '../../..',
	roots: ['<rootDir>/test/unit/nodes', '<rootDir>/test/unit/credentials'],
	collectCoverage: false,
	testEnvironment: require.resolve('./environment.cjs'),
	testRunner: '<rootDir>/test/tools/mutation/jest-circus.cjs',
	testSequencer: '<rootDir>/test/tools/mutation/sequencer.cjs',
	transform: {
		...base.transform,
		// Asks `instanceof` of what the tests make.
		'/node_modules/(?!@node-oauth/).+\\.c?js$': '<rootDir>/test/tools/mutation/outsidePackage.cjs',
	},
	transformIgnorePatterns: [],
	// A mutant may leave a test waiting for what never comes.
	testTimeout: 15_000,
};
