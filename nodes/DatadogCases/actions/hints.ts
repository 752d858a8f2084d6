import type { NodeExecutionHint } from 'n8n-workflow';

import { cleaned, shortened } from '../errors/quoted';
import type { Result } from './operation';

/** @returns what to tell beside the items of a run, where they may not be what was meant. */
export function hintsFor(results: Result[]): NodeExecutionHint[] {
	const all = results.length;
	const cut = results.filter(({ isCut }) => isCut).length;
	const empty = results.filter(({ isEmpty }) => isEmpty).length;
	const partial = results.filter(({ isPartial }) => isPartial).length;
	const bare = results.filter(({ fieldsWithoutValues }) => fieldsWithoutValues.length > 0);
	const fields = new Set(bare.flatMap(({ fieldsWithoutValues }) => fieldsWithoutValues));
	const names = shortened(cleaned([...fields].join(', '), []));
	const hints: Array<NodeExecutionHint | false> = [
		cut > 0 && {
			type: 'warning',
			location: 'outputPane',
			message: `Answers with as many groups as 'Max Groups' allows: ${cut} of ${all}. There may be more groups; raise 'Max Groups' to get them all.`,
		},
		empty > 0 && {
			type: 'info',
			location: 'outputPane',
			message: `Answers without a single case: ${empty} of ${all}. Check the spelling in 'Query' and 'Group By'. To always get an item for a value, add it to 'Include Values'.`,
		},
		partial > 0 && {
			type: 'warning',
			location: 'outputPane',
			message: `Answers without one of the fields to group by: ${partial} of ${all}. Check the names in 'Group By' and 'Custom Group By'.`,
		},
		bare.length > 0 && {
			type: 'warning',
			location: 'outputPane',
			message: `Cases found, but none with a value for ${names}: ${bare.length} of ${all}. Check the names in 'Group By' and 'Custom Group By'. Datadog returns the same result for an unknown field.`,
		},
	];
	return hints.filter((hint) => hint !== false);
}
