/** What the soak finds in an item. */
import type { IDataObject } from 'n8n-workflow';
import type { Fate } from './expectations';
import { type Expected, wrongIn } from './items';
import type { Settings } from './story';

const SINCE = '2026-01-01T00:00:00.000Z';
const at = Date.parse(SINCE);

const EXPECTED: Expected = {
	settings: { event: 'thresholdCrossed', query: 'status:open', threshold: 5 } as Settings,
	site: 'us5.datadoghq.com',
	field: 'priority',
	count: 7,
	from: at,
	to: at,
	usedKeys: new Set(['used']),
};

const CROSSED: IDataObject = {
	event: 'thresholdCrossed',
	groupBy: 'priority',
	value: 'P1',
	count: 7,
	previousCount: 4,
	change: 3,
	threshold: 5,
	query: 'status:open',
	since: SINCE,
	dedupKey: 'fresh',
	url: 'https://us5.datadoghq.com/cases?query=status%3Aopen%20priority%3AP1',
};

const belief: Fate['belief'] = { phase: 'fired', counts: [], last: [7], row: 0 };
const NEW: Fate = { event: 'thresholdCrossed', previous: [4], belief };
const crossing = { since: SINCE, dedupKey: 'used', toldFrom: at, toldTo: at };
const REMINDER: Fate = { event: 'stillCrossed', previous: [4], crossing, belief };

it('finds nothing in an item that is right', () => {
	expect(wrongIn(CROSSED, NEW, EXPECTED)).toBe(undefined);
	expect(wrongIn({ ...CROSSED, event: 'stillCrossed', dedupKey: 'used' }, REMINDER, EXPECTED)).toBe(
		undefined,
	);
});

it.each<[IDataObject, [string, string]]>([
	[{ stranger: 1 }, ['wrong item', 'no stranger']],
	[{ groupBy: 'team' }, ['wrong item', 'groupBy priority']],
	[{ count: 8 }, ['wrong count', 'count 7']],
	[{ change: 2 }, ['wrong previousCount', 'change 3']],
	[{ previousCount: 5, change: 2 }, ['wrong previousCount', 'previousCount 4']],
	[{ threshold: 6 }, ['wrong item', 'threshold 5']],
	[{ dedupKey: 'used' }, ['dedupKey of another crossing', 'a new dedupKey']],
	[{ dedupKey: '' }, ['wrong dedupKey', 'a dedupKey of at most 255 characters']],
	[{ dedupKey: 'k'.repeat(256) }, ['wrong dedupKey', 'a dedupKey of at most 255 characters']],
	[{ since: '2026-01-01T00:00:01.000Z' }, ['wrong since', 'since this poll']],
	[{ url: undefined }, ['wrong url', 'a url']],
	[
		{ url: 'https://app.datadoghq.com/cases?query=status%3Aopen%20priority%3AP1' },
		['wrong url', 'a url at https://us5.datadoghq.com/cases'],
	],
	[
		{ url: 'https://us5.datadoghq.com/cases?query=status%3Aopen' },
		['wrong url', 'a url with the query and the value'],
	],
])('finds %j', (change, wrong) => {
	expect(wrongIn({ ...CROSSED, ...change }, NEW, EXPECTED)).toEqual(wrong);
});

it.each<[IDataObject, [string, string]]>([
	[{ dedupKey: 'fresh' }, ['wrong dedupKey', 'dedupKey used']],
	[{ since: '2026-01-01T00:00:01.000Z' }, ['wrong since', `since ${SINCE}`]],
])('finds %j in what belongs to a crossing', (change, wrong) => {
	const item = { ...CROSSED, event: 'stillCrossed', dedupKey: 'used', ...change };

	expect(wrongIn(item, REMINDER, EXPECTED)).toEqual(wrong);
});

it('finds a link where there can be none', () => {
	const noUrl: [string, string] = ['wrong url', 'no url'];

	expect(wrongIn(CROSSED, NEW, { ...EXPECTED, site: 'custom' })).toEqual(noUrl);
	expect(wrongIn({ ...CROSSED, value: null }, NEW, EXPECTED)).toEqual(noUrl);
});

it('finds what a changed count does not have', () => {
	const settings = { ...EXPECTED.settings, event: 'countChanged' as const };
	const item = { ...CROSSED, event: 'countChanged', threshold: undefined, since: undefined };

	expect(wrongIn(item, { ...NEW, event: 'countChanged' }, { ...EXPECTED, settings })).toEqual([
		'wrong item',
		'no dedupKey',
	]);
});
