/** What one process of Stryker's knows between two starts of jest, which it starts anew for every mutant. */

/** By the path of a test file: the results of its tests, and the milliseconds that they took, when all of them ran last. */
const files = new Map();

let killed;
const mutant = () => process.env.__STRYKER_ACTIVE_MUTANT__;

module.exports = {
	files,
	fail() {
		killed = mutant();
	},
	/** Whether a test has failed with the present mutant: one is enough. */
	isKilled: () => killed !== undefined && killed === mutant(),
};
