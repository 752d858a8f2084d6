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
			message: `${cut} of ${results.length} answers hold as many groups as 'Max Groups' allows, so there may be more. Raise 'Max Groups' to get them all.`,
		});
	}
	if (empty > 0) {
		hints.push({
			type: 'info',
			location: 'outputPane',
			message: `${empty} of ${results.length} answers hold no case. Datadog also answers so when 'Query' or 'Group By' names something that it does not know. Use 'Include Values' for values that must always get an item.`,
		});
	}
	return hints;
}
