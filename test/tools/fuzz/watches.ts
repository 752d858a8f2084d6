/** What a trigger is set to: good values, good ones of another type, hostile ones. */
import fc, { type Arbitrary } from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';

import { type Expected, expectedOf, namesIn, truth, whole, within } from './model';
import type { Answer } from './answers';
import { customGroupBy, includeValues, maxGroups, mostly, options, query } from './parameters';

/** Like `mostly`, but so that most watches hold nothing wrong. */
const sound = <T>(good: Arbitrary<T>): Arbitrary<unknown> =>
	fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: mostly(good) });

const OPTIONS = [
	'customGroupBy',
	'maxGroups',
	'recovery',
	'consecutivePolls',
	'repeatEvery',
	'maxRetries',
	'maxWait',
	'timeout',
] as const;

/** By the name of the field. */
const fields = {
	query: sound(query),
	groupBy: sound(fc.constantFrom<unknown>('', 'status', 'status', 'status', 'team')),
	onlyValues: fc.oneof(
		{ weight: 4, arbitrary: fc.constant('') },
		{ weight: 1, arbitrary: includeValues },
	),
	options: fc
		.tuple(
			fc.record({
				customGroupBy: fc.oneof(
					{ weight: 12, arbitrary: fc.constant('') },
					{ weight: 1, arbitrary: customGroupBy },
				),
				maxGroups: sound(maxGroups),
				recovery: sound(fc.constantFrom<unknown>(...Array<string>(12).fill(''), 0, 5, '40')),
				consecutivePolls: sound(fc.constantFrom<unknown>(1, 1, 1, 2, '3')),
				repeatEvery: sound(fc.constantFrom<unknown>('', '', 1, '60', 90.5)),
			}),
			fc.oneof(
				{
					weight: 8,
					arbitrary: fc.record({
						maxRetries: fc.nat(3),
						maxWait: fc.constantFrom(0, 5, 60, 400),
						timeout: fc.constant(30),
					}),
				},
				{ weight: 1, arbitrary: options },
			),
		)
		.map(([own, sending]) => ({ ...sending, ...own })),
	condition: sound(fc.constantFrom('above', 'atLeast', 'below', 'atMost')),
	threshold: sound(fc.constantFrom<unknown>(0, 1, 5, 40, 2.5, '5', 1e9)),
	notifyRecovery: sound(fc.constantFrom<unknown>(true, false, 'true')),
	triggerIfAlreadyCrossed: sound(fc.constantFrom<unknown>(true, false, 'false')),
	minimumChange: sound(fc.constantFrom<unknown>(1, 2, '10')),
	direction: sound(fc.constantFrom('any', 'up', 'down')),
	includeGone: sound(fc.boolean()),
};

export interface Watch extends Record<Exclude<keyof typeof fields, 'options'>, unknown> {
	event: unknown;
	options: Record<(typeof OPTIONS)[number], unknown>;
}

export const watches: Arbitrary<Watch> = fc.record({
	// n8n takes no expression for it.
	event: fc.oneof(
		{ weight: 20, arbitrary: fc.constantFrom('thresholdCrossed', 'countChanged') },
		{ weight: 1, arbitrary: fc.constantFrom('', '__proto__', 'recovered') },
	),
	...fields,
});

/** The trigger's fields as they are saved: each gets what the variable `watch` says. */
export const parametersOf = ({ event }: Watch): INodeParameters => ({
	event: event as string,
	...Object.fromEntries(Object.keys(fields).map((name) => [name, `={{ $vars.watch.${name} }}`])),
	options: Object.fromEntries(OPTIONS.map((name) => [name, `={{ $vars.watch.options.${name} }}`])),
});

/** What a first or a manual poll of it has to end with. */
export function expectedOfPoll(watch: Watch, answers: Answer[]): Expected {
	const { onlyValues, options: given } = watch;
	const only = namesIn(onlyValues);
	const wrong = wrongOf(watch);
	const asked = (includeValues: unknown) =>
		expectedOf(
			'count',
			{
				query: watch.query,
				groupBy: watch.groupBy,
				customGroupBy: given.customGroupBy,
				maxGroups: given.maxGroups,
				simplify: true,
				returnAll: true,
				limit: 1,
				options: { ...given, includeValues, maxConcurrency: 25, sort: '', direction: '' },
			},
			answers,
		);
	const plain = asked('');
	const [first] = plain.ends;
	if (first.requests === 0 && first.outcome.is === 'field') wrong.push(...first.outcome.fields);
	if (wrong.length > 0) return { ends: [{ outcome: { is: 'field', fields: wrong }, requests: 0 }] };
	return only!.length > 0 ? asked(only) : plain;
}

/** Whether a recovery threshold fits a threshold. */
const ALLOWED_RECOVERIES = new Map<unknown, (recovery: number, threshold: number) => boolean>([
	['above', (recovery, threshold) => recovery <= threshold],
	['atLeast', (recovery, threshold) => recovery < threshold],
	['below', (recovery, threshold) => recovery >= threshold],
	['atMost', (recovery, threshold) => recovery > threshold],
]);

function wrongOf(watch: Watch): string[] {
	const wrong: string[] = [];
	const need = (field: string, isRight: unknown) => isRight || wrong.push(field);
	const names = [
		...(namesIn(watch.groupBy) ?? []),
		...(namesIn(watch.options.customGroupBy) ?? []),
	];
	const only = namesIn(watch.onlyValues);
	need('Group By', new Set(names).size < 2);
	need('Only Values', only !== undefined && (only.length === 0 || names.length > 0));
	if (watch.event === 'countChanged') {
		need('Minimum Change', whole(watch.minimumChange, 1) !== undefined);
		need('Direction', ['any', 'up', 'down'].includes(watch.direction as string));
		need('Include Gone', truth(watch.includeGone) !== undefined);
	} else if (watch.event === 'thresholdCrossed') {
		const threshold = within(watch.threshold, 0, Number.MAX_VALUE);
		const { recovery: given, consecutivePolls, repeatEvery } = watch.options;
		const isUnset = given === '' || given === null;
		const recovery = isUnset ? threshold : within(given, 0, Number.MAX_VALUE);
		const isAllowed = ALLOWED_RECOVERIES.get(watch.condition);
		need('Condition', isAllowed !== undefined);
		need('Threshold', threshold !== undefined);
		need('Recovery Threshold', recovery !== undefined);
		need('Recovery Threshold', isUnset || isAllowed?.(recovery!, threshold!));
		need('Consecutive Polls', whole(consecutivePolls, 1) !== undefined);
		const isNever = repeatEvery === '' || repeatEvery === null;
		need('Repeat Every', isNever || within(repeatEvery, 1, Number.MAX_VALUE) !== undefined);
		need('Notify on Recovery', truth(watch.notifyRecovery) !== undefined);
		need('Trigger If Already Crossed', truth(watch.triggerIfAlreadyCrossed) !== undefined);
	} else wrong.push('Event');
	return wrong;
}
