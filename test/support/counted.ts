/** The shortest response to Count Cases that has a count. */
export const counted = (count = 42) =>
	JSON.stringify({
		data: {
			attributes: { groups: [{ group: 'status', group_values: [{ value: 'OPEN', count }] }] },
		},
	});

/** The node's item for it. */
export const okItem = (item: number, count = 42) => ({
	json: { groupBy: 'status', value: 'OPEN', count },
	pairedItem: { item },
});
