/** What is known from one start of jest to the next: Stryker starts it anew for every mutant. */
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

/** Beside the sandbox's copy of the tests, for the process that follows one that Stryker ended. */
const FILE = join(__dirname, 'progress.json');

/** By the path of a test file: the results of its tests, and the milliseconds that they took, when all of them ran. */
const files = new Map(existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : []);

/** The test files that have killed mutants, the last one first. */
let killers = [];
let killed;
const mutant = () => process.env.__STRYKER_ACTIVE_MUTANT__;

module.exports = {
	/** The results of all tests of a file that was loaded before. */
	testsOf: (path) => files.get(path)?.tests,

	learn(path, tests, ms) {
		files.set(path, { tests, ms });
		if (process.env.STRYKER_MUTATOR_WORKER) writeFileSync(FILE, JSON.stringify([...files]));
	},

	fail(path) {
		killed = mutant();
		killers = [path, ...killers.filter((other) => other !== path)];
	},

	/** Whether a test has failed with the present mutant: one is enough. */
	isKilled: () => killed !== undefined && killed === mutant(),

	/** Files that killed a mutant lately first, since the next one is often close to it; then the quickest. */
	order(one, other) {
		const rank = (path) => (killers.includes(path) ? killers.indexOf(path) : killers.length);
		const msOf = (path) => files.get(path)?.ms ?? 0;
		return rank(one) - rank(other) || msOf(one) - msOf(other);
	},
};
