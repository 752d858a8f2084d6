import { hintsFor } from '../../../../../nodes/DatadogCases/actions/hints';

const whole = {
	items: [],
	isCut: false,
	isEmpty: false,
	isPartial: false,
	fieldsWithoutValues: [],
};

it('says beside the items what may not be what was meant, and of how many answers', () => {
	expect(
		hintsFor([
			{ ...whole, isCut: true },
			{ ...whole, isEmpty: true },
			{ ...whole, isPartial: true, isCut: true },
			{ ...whole, fieldsWithoutValues: ['team', 'env'] },
			{ ...whole, fieldsWithoutValues: ['team'] },
		]),
	).toEqual([
		{
			type: 'warning',
			location: 'outputPane',
			message:
				"Answers with as many groups as 'Max Groups' allows: 2 of 5. There may be more groups; raise 'Max Groups' to get them all.",
		},
		{
			type: 'info',
			location: 'outputPane',
			message:
				"Answers without a single case: 1 of 5. Check the spelling in 'Query' and 'Group By'. To always get an item for a value, add it to 'Include Values'.",
		},
		{
			type: 'warning',
			location: 'outputPane',
			message:
				"Answers without one of the fields to group by: 1 of 5. Check the names in 'Group By' and 'Custom Group By'.",
		},
		{
			type: 'warning',
			location: 'outputPane',
			message:
				"Cases found, but none with a value for team, env: 2 of 5. Check the names in 'Group By' and 'Custom Group By'. Datadog returns the same result for an unknown field.",
		},
	]);
});

it('says nothing of whole answers', () => {
	expect(hintsFor([whole, whole])).toEqual([]);
});
