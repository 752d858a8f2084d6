/** Lends packages that are loaded once to all test files, and makes a test that fails end the run of its mutant. */
const { default: fc } = require('fast-check');
const { TestEnvironment } = require('jest-environment-node');
const { fail, isKilled } = require('./progress.cjs');

/** Fakes the timers of n8n-workflow, so it needs a copy of its own. */
const WITH_OWN_PACKAGES = /clock\.test\.ts$/;

/** A mutant that survives meets every property: with as many runs as usual, that would take most of the time. */
const MOST_RUNS = 100;

const { assert } = fc;
fc.assert = (property, { numRuns = MOST_RUNS } = {}) =>
	assert(property, { numRuns: Math.min(numRuns, MOST_RUNS), seed: 1, endOnFailure: true });

module.exports = class extends TestEnvironment {
	constructor(config, context) {
		super(config, context);
		this.testPath = context.testPath;
		if (!WITH_OWN_PACKAGES.test(context.testPath)) this.global.requireOutside = require;
	}

	async handleTestEvent({ name, test }) {
		if (name === 'test_start' && isKilled()) test.mode = 'skip';
		if (name === 'test_fn_failure') fail(this.testPath);
	}
};
