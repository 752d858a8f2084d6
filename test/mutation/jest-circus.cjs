/** jest's own test runner, but for files without a test that is wanted: jest would load them all the same. */
const circus = require('jest-circus/runner');
const { createEmptyTestResult } = require('@jest/test-result');
const { files, isKilled } = require('./progress.cjs');

module.exports = async (globalConfig, config, environment, runtime, testPath, ...rest) => {
	const { testNamePattern } = globalConfig;
	const { tests } = files.get(testPath) ?? {};
	const pattern = new RegExp(testNamePattern ?? '', 'i');
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
	if (!result.testExecError && (!tests || !testNamePattern)) {
		files.set(testPath, { tests: result.testResults, ms: Date.now() - startedAt });
	}
	return result;
};
