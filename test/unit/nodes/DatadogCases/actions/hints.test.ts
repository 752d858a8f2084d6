import { hintsFor } from '../../../../../nodes/DatadogCases/actions/hints';

const whole = {
	items: [],
	isCut: false,
	isEmpty: false,
	missesField: false,
	fieldsWithoutValues: [],
};

it('says beside the items what may not be what was meant, and of how many answers', () => {
	expect(
		hintsFor([
			{ ...whole, isCut: true },
			{ ...whole, isEmpty: true },
			{ ...whole, missesField: true, isCut: true },
			{ ...whole, fieldsWithoutValues: ['team', 'env'] },
			{ ...whole, fieldsWithoutValues: ['team'] },
		]),
	).toEqual([
		{
			type: 'warning',
			location: 'outputPane',
			message: "'Max Groups' was reached for 2 of 5 requests. Raise it to get all groups.",
		},
		{
			type: 'info',
			location: 'outputPane',
			message:
				"No cases found for 1 of 5 requests. Check the spelling in 'Query' and 'Group By'. To always get an item for a value, add it to 'Include Values'.",
		},
		{
			type: 'warning',
			location: 'outputPane',
			message:
				"A field that you group by is missing from the response for 1 of 5 requests. Check the names in 'Group By' and 'Custom Group By'.",
		},
		{
			type: 'warning',
			location: 'outputPane',
			message:
				"No cases have a value for team, env for 2 of 5 requests. Check the names in 'Group By' and 'Custom Group By': Datadog returns the same result if it doesn't know a field.",
		},
	]);
});

it('says nothing of whole answers', () => {
	expect(hintsFor([whole, whole])).toEqual([]);
});
