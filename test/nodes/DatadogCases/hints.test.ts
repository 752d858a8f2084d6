import { hintsFor } from '../../../nodes/DatadogCases/hints';

const whole = { items: [], isCut: false, isEmpty: false, isPartial: false };

it('says beside the items what may not be what was meant, and of how many answers', () => {
	expect(
		hintsFor([
			{ ...whole, isCut: true },
			{ ...whole, isEmpty: true },
			{ ...whole, isPartial: true, isCut: true },
			whole,
		]),
	).toEqual([
		{
			type: 'warning',
			location: 'outputPane',
			message:
				"Answers with as many groups as 'Max Groups' allows: 2 of 4. There may be more groups; raise 'Max Groups' to get them all.",
		},
		{
			type: 'info',
			location: 'outputPane',
			message:
				"Answers without a single case: 1 of 4. Datadog also answers so when 'Query' or 'Group By' names something that it does not know. 'Include Values' gives an item to values that must always have one.",
		},
		{
			type: 'warning',
			location: 'outputPane',
			message:
				"Answers without one of the fields to group by: 1 of 4. Check the names in 'Group By' and 'Custom Group By'.",
		},
	]);
});

it('says nothing of whole answers', () => {
	expect(hintsFor([whole, whole])).toEqual([]);
});
