/** jest's own test runner, but for files without a test that is wanted: jest would load them all the same. */
const circus = require('jest-circus/runner');
const { createEmptyTestResult } = require('@jest/test-result');
const { isKilled, learn, testsOf } = require('./progress.cjs');

module.exports = async (globalConfig, config, environment, runtime, testPath, ...rest) => {
	const { testNamePattern } = globalConfig;
	const pattern = new RegExp(testNamePattern ?? '', 'i');
	const tests = testsOf(testPath);
	if (tests && (isKilled() || !tests.some(({ fullName }) => pattern.test(fullName)))) {
		return {
			...createEmptyTestResult(),
			testFilePath: testPath,
			numPendingTests: tests.length,
			testResults: tests.map((test) => ({ ...test, status: 'pending', failureMessages: [] })),
		};
	}

	const startedAt = Date.now();
	const result = await circus(globalConfig, config, environment, runtime, testPath, ...rest);
	if (!tests && !result.testExecError) {
		learn(testPath, result.testResults, Date.now() - startedAt);
	}
	return result;
};
