import type { NodeExecutionHint } from 'n8n-workflow';

import type { Result } from './operations/operation';

/** @returns what to tell beside the items of a run, where they may not be what was meant. */
export function hintsFor(results: Result[]): NodeExecutionHint[] {
	const all = results.length;
	const cut = results.filter(({ isCut }) => isCut).length;
	const empty = results.filter(({ isEmpty }) => isEmpty).length;
	const missingFields = new Set(results.flatMap((result) => result.missingFields));
	const hints: Array<NodeExecutionHint | false> = [
		cut > 0 && {
			type: 'warning',
			location: 'outputPane',
			message: `Answers with as many groups as 'Max Groups' allows: ${cut} of ${all}. There may be more groups; raise 'Max Groups' to get them all.`,
		},
		empty > 0 && {
			type: 'info',
			location: 'outputPane',
			message: `Answers without a single case: ${empty} of ${all}. Datadog also answers so when 'Query' or 'Group By' names something that it does not know. 'Include Values' gives an item to values that must always have one.`,
		},
		missingFields.size > 0 && {
			type: 'warning',
			location: 'outputPane',
			message: `Datadog gave no breakdown for these fields: ${[...missingFields].join(', ')}. Check their names in 'Group By'.`,
		},
	];
	return hints.filter((hint) => hint !== false);
}
