import { UserFacingError } from '../../../../../nodes/DatadogCases/errors/userFacingError';
import { thresholdCrossed } from '../../../../../nodes/DatadogCases/trigger/thresholdCrossed.event';
import {
	watchedCountsFrom,
	triggerItemFor,
	readWatchParameters,
} from '../../../../../nodes/DatadogCases/trigger/watch';

const defaults: Record<string, unknown> = {
	authentication: 'apiKeys',
	query: '',
	groupBy: ['priority'],
	customGroupBy: '',
	onlyValues: '',
	limit: 50,
	options: {},
	condition: 'above',
	threshold: 5,
	recovery: '',
	notifyRecovery: false,
	triggerIfAlreadyCrossed: false,
};
const getter = (values: object) => (name: string) =>
	({ ...defaults, ...values })[name as keyof typeof defaults];

function errorOf(act: () => unknown): UserFacingError {
	try {
		act();
	} catch (error) {
		return error as UserFacingError;
	}
	throw new Error('Nothing was refused');
}

it.each([
	[{ groupBy: ['priority', 'status'] }, 'Group By'],
	[{ groupBy: [], onlyValues: 'P1' }, 'Only Values'],
])('refuses %j, naming the field', (values, field) => {
	expect(errorOf(() => readWatchParameters(getter(values))).details).toEqual({ field });
});

it.each([{ recovery: 6 }, { recovery: 4, condition: 'below' }, { recovery: 'much' }])(
	'refuses %j, naming Recovery Threshold',
	(values) => {
		const error = errorOf(() => thresholdCrossed.ruleFrom(getter(values)));
		expect(error.details).toEqual({ field: 'Recovery Threshold' });
	},
);

it('refuses an answer that is not about the field, naming what it lacks', () => {
	const watch = readWatchParameters(getter({}));
	const other = {
		items: [],
		isCut: false,
		isEmpty: false,
		missesField: true,
		fieldsWithoutValues: [],
	};
	expect(errorOf(() => watchedCountsFrom(other, watch))).toMatchObject({
		message: "Datadog's response isn't in the documented format",
		description: expect.stringMatching(
			/^Missing or invalid: the field to group by in data\.attributes\.groups\. /,
		) as string,
	});
});

it('has all counts of Only Values when the answer has them, however many it leaves out', () => {
	const watch = readWatchParameters(getter({ onlyValues: 'P1', limit: 2 }));
	const items = [
		{ groupBy: 'priority', value: 'P1', count: 7 },
		{ groupBy: 'priority', value: 'P2', count: 6 },
	];
	const cut = { items, isCut: true, isEmpty: false, missesField: false, fieldsWithoutValues: [] };
	expect(watchedCountsFrom(cut, watch)).toEqual({
		counts: [{ value: 'P1', count: 7 }],
		isCut: false,
	});
});

it('leaves the keys out of an item that do not apply', () => {
	const watch = readWatchParameters(getter({ groupBy: [] }));
	expect(triggerItemFor({ count: 3, event: 'countChanged' }, watch)).toStrictEqual({
		event: 'countChanged',
		count: 3,
		query: '',
	});
});
