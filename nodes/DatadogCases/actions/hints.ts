import type { NodeExecutionHint } from 'n8n-workflow';

import { sanitized, truncated } from '../errors/quoted';
import type { OperationResult } from './operation';

/** @returns what to tell beside the items of a run, where they may not be what was meant. */
export function hintsFor(results: OperationResult[]): NodeExecutionHint[] {
	const all = results.length;
	const cut = results.filter(({ isCut }) => isCut).length;
	const empty = results.filter(({ isEmpty }) => isEmpty).length;
	const partial = results.filter(({ missesField }) => missesField).length;
	const bare = results.filter(({ fieldsWithoutValues }) => fieldsWithoutValues.length > 0);
	const fields = new Set(bare.flatMap(({ fieldsWithoutValues }) => fieldsWithoutValues));
	const names = truncated(sanitized([...fields].join(', '), []));
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
		partial > 0 && {
			type: 'warning',
			location: 'outputPane',
			message: `Answers without one of the fields to group by: ${partial} of ${all}. Check the names in 'Group By' and 'Custom Group By'.`,
		},
		bare.length > 0 && {
			type: 'warning',
			location: 'outputPane',
			message: `Cases found, but none with a value for ${names}: ${bare.length} of ${all}. Check the names in 'Group By' and 'Custom Group By'. Datadog also answers so for a field that it does not know.`,
		},
	];
	return hints.filter((hint) => hint !== false);
}
