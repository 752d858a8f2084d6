import { hintsFor } from '../../../../../nodes/DatadogCases/actions/hints';
import { noHints } from '../../../../../nodes/DatadogCases/actions/operation';

const whole = { ...noHints, items: [] };

it('says beside the items what may not be what was meant, and of how many answers', () => {
	expect(
		hintsFor([
			{ ...whole, isCut: true },
			{ ...whole, isEmpty: true },
			{ ...whole, missesField: true, isCut: true },
			{ ...whole, fieldsWithoutValues: ['team', 'env'] },
			{ ...whole, fieldsWithoutValues: ['team'] },
			{ ...whole, mayMissCases: true },
		]),
	).toEqual([
		{
			type: 'warning',
			location: 'outputPane',
			message: "'Max Groups' was reached for 2 of 6 requests. Raise it to get all groups.",
		},
		{
			type: 'info',
			location: 'outputPane',
			message:
				"No cases found for 1 of 6 requests. Check the spelling in 'Query' and 'Group By'. To always get an item for a value, add it to 'Include Values'.",
		},
		{
			type: 'warning',
			location: 'outputPane',
			message:
				"A field that you group by is missing from the response for 1 of 6 requests. Check the names in 'Group By' and 'Custom Group By'.",
		},
		{
			type: 'warning',
			location: 'outputPane',
			message:
				"No cases have a value for team, env for 2 of 6 requests. Check the names in 'Group By' and 'Custom Group By': Datadog returns the same result if it doesn't know a field.",
		},
		{
			type: 'warning',
			location: 'outputPane',
			message:
				"Some cases may be missing for 1 of 6 requests because others stopped matching while Datadog's pages were read. Run the node again.",
		},
	]);
});

it('says nothing of whole answers', () => {
	expect(hintsFor([whole, whole])).toEqual([]);
});
