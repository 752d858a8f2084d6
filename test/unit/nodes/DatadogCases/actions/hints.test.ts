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
			message:
				"Answers with as many groups as 'Max Groups' allows: 2 of 5. There may be more groups; raise 'Max Groups' to get them all.",
		},
		{
			type: 'info',
			location: 'outputPane',
			message:
				"Answers without a single case: 1 of 5. Datadog also answers so when 'Query' or 'Group By' names something that it does not know. 'Include Values' gives an item to values that must always have one.",
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
				"Cases found, but none with a value for team, env: 2 of 5. Check the names in 'Group By' and 'Custom Group By'. Datadog also answers so for a field that it does not know.",
		},
	]);
});

it('says nothing of whole answers', () => {
	expect(hintsFor([whole, whole])).toEqual([]);
});
