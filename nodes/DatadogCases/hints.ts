import type { NodeExecutionHint } from 'n8n-workflow';

import type { Result } from './operations/operation';

/** @returns what to tell beside the items of a run: answers that were cut, and answers without a single case. */
export function hintsFor(results: Result[]): NodeExecutionHint[] {
	const cut = results.filter(({ isCut }) => isCut).length;
	const empty = results.filter(({ items }) => items.every(({ count }) => count === 0)).length;
	const hints: NodeExecutionHint[] = [];
	if (cut > 0) {
		hints.push({
			type: 'warning',
			location: 'outputPane',
			message: `Answers with as many groups as 'Max Groups' allows: ${cut} of ${results.length}. There may be more groups; raise 'Max Groups' to get them all.`,
		});
	}
	if (empty > 0) {
		hints.push({
			type: 'info',
			location: 'outputPane',
			message: `Answers without a single case: ${empty} of ${results.length}. Datadog also answers so when 'Query' or 'Group By' names something that it does not know. 'Include Values' gives an item to values that must always have one.`,
		});
	}
	return hints;
}
