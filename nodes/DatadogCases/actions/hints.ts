import type { NodeExecutionHint } from 'n8n-workflow';

import { sanitized, truncated } from '../errors/quoted';
import type { OperationResult } from './operation';

/** @returns what to tell beside the items of a run, where they may not be what was meant. */
export function hintsFor(results: OperationResult[]): NodeExecutionHint[] {
	const all = results.length;
	const cut = results.filter(({ isCut }) => isCut).length;
	const empty = results.filter(({ isEmpty }) => isEmpty);
	const partial = results.filter(({ missesField }) => missesField).length;
	const bare = results.filter(({ fieldsWithoutValues }) => fieldsWithoutValues.length > 0);
	const fields = new Set(bare.flatMap(({ fieldsWithoutValues }) => fieldsWithoutValues));
	const names = truncated(sanitized([...fields].join(', '), []));
	const outOf = (some: number) => (all === 1 ? '' : ` for ${some} of ${all} requests`);
	const unsure = results.filter(({ mayMissCases }) => mayMissCases).length;
	const hints: Array<NodeExecutionHint | false> = [
		cut > 0 && {
			type: 'warning',
			location: 'outputPane',
			message: `'Max Groups' was reached${outOf(cut)}. Raise it to get all groups.`,
		},
		empty.length > 0 && {
			type: 'info',
			location: 'outputPane',
			message: `No cases found${outOf(empty.length)}. ${empty[0].emptyAdvice}`,
		},
		partial > 0 && {
			type: 'warning',
			location: 'outputPane',
			message: `A field that you group by is missing from the response${outOf(partial)}. Check the names in 'Group By' and 'Custom Group By'.`,
		},
		bare.length > 0 && {
			type: 'warning',
			location: 'outputPane',
			message: `No cases have a value for ${names}${outOf(bare.length)}. Check the names in 'Group By' and 'Custom Group By': Datadog returns the same result if it doesn't know a field.`,
		},
		unsure > 0 && {
			type: 'warning',
			location: 'outputPane',
			message: `Some cases may be missing${outOf(unsure)} because others stopped matching while Datadog's pages were read. Run the node again.`,
		},
	];
	return hints.filter((hint) => hint !== false);
}
