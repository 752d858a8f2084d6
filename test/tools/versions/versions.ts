/** One n8n, and the packages that it depends on in exactly these versions: `npm view n8n@1.85.4 dependencies`. */
export interface Version {
	n8n: string;
	core: string;
	workflow: string;
	/** What does not hold in this n8n, and why; each of these tests must fail, and no other. */
	known: Array<{ tests: RegExp; reason: string }>;
}

const noStagedCursors = {
	tests: /^n8n's staged cursors|\(staged: true\)|durable scheduler/,
	reason: "n8n 1.x doesn't save a trigger's state together with the start of its execution.",
};

const renewsFor401Only = {
	tests: /^a 403 in place of a 401/,
	reason:
		"n8n 1.x only refreshes an OAuth2 token after a 401, and doesn't store when the token expires.",
};

const hidesTokenStatus = {
	tests: /tries again after a 429 for the new token/,
	reason: "n8n 1.85 doesn't report the status when Datadog rejects a token refresh.",
};

export const versions: Version[] = [
	// The oldest that the README promises. n8n-workflow before 1.83 exports no NodeConnectionTypes.
	{
		n8n: '1.85.4',
		core: '1.84.0',
		workflow: '1.83.0',
		known: [noStagedCursors, renewsFor401Only, hidesTokenStatus],
	},
	// The last 1.x.
	{
		n8n: '1.123.81',
		core: '1.122.48',
		workflow: '1.120.31',
		known: [noStagedCursors, renewsFor401Only],
	},
	// What the package is developed with.
	{ n8n: '2.41.1', core: '2.41.1', workflow: '2.41.0', known: [] },
];
