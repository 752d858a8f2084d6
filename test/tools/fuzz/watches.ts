/** What a trigger is set to: good values, good ones of another type, hostile ones. */
import fc, { type Arbitrary } from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';

import { type Expected, expectedOf, namesIn, truth, whole, within } from './model';
import type { Answer } from './answers';
import { customGroupBy, includeValues, limit, mostly, options, query } from './parameters';

/** Like `mostly`, but so that most watches hold nothing wrong. */
const sound = <T>(good: Arbitrary<T>): Arbitrary<unknown> =>
	fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: mostly(good) });

/** By the name of the field. */
const fields = {
	query: sound(query),
	groupBy: sound(fc.constantFrom<unknown>([], ['status'], ['status'], 'status', ['team'])),
	customGroupBy: fc.oneof(
		{ weight: 12, arbitrary: fc.constant('') },
		{ weight: 1, arbitrary: customGroupBy },
	),
	onlyValues: fc.oneof(
		{ weight: 4, arbitrary: fc.constant('') },
		{ weight: 1, arbitrary: includeValues },
	),
	limit: sound(limit),
	options: fc.oneof(
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
	condition: sound(fc.constantFrom('above', 'below')),
	threshold: sound(fc.constantFrom<unknown>(0, 1, 5, 40, 2.5, '5', 1e9)),
	recovery: sound(fc.constantFrom<unknown>(...Array<string>(12).fill(''), 0, 5, '40')),
	notifyRecovery: sound(fc.constantFrom<unknown>(true, false, 'true')),
	triggerIfAlreadyCrossed: sound(fc.constantFrom<unknown>(true, false, 'false')),
	minimumChange: sound(fc.constantFrom<unknown>(1, 2, '10')),
	direction: sound(fc.constantFrom('any', 'up', 'down')),
	includeGone: sound(fc.boolean()),
};

export interface Watch extends Record<Exclude<keyof typeof fields, 'options'>, unknown> {
	event: unknown;
	options: { maxRetries: unknown; maxWait: unknown; timeout: unknown };
}

export const watches: Arbitrary<Watch> = fc.record({
	// n8n takes no expression for it.
	event: fc.oneof(
		{ weight: 20, arbitrary: fc.constantFrom('thresholdCrossed', 'countChanged') },
		{ weight: 1, arbitrary: fc.constantFrom('', '__proto__', 'recovered') },
	),
	...fields,
});

const OPTIONS = ['maxRetries', 'maxWait', 'timeout'];

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
				...watch,
				simplify: true,
				options: { ...given, includeValues, maxConcurrency: 25 },
			},
			answers,
		);
	const plain = asked('');
	const [first] = plain.ends;
	if (first.requests === 0 && first.outcome.is === 'field') wrong.push(...first.outcome.fields);
	if (wrong.length > 0) return { ends: [{ outcome: { is: 'field', fields: wrong }, requests: 0 }] };
	return only!.length > 0 ? asked(only) : plain;
}

function wrongOf(watch: Watch): string[] {
	const wrong: string[] = [];
	const need = (field: string, isRight: unknown) => isRight || wrong.push(field);
	const names = [...(namesIn(watch.groupBy) ?? []), ...(namesIn(watch.customGroupBy) ?? [])];
	const only = namesIn(watch.onlyValues);
	need('Group By', new Set(names).size < 2);
	need('Only Values', only !== undefined && (only.length === 0 || names.length > 0));
	if (watch.event === 'countChanged') {
		need('Minimum Change', whole(watch.minimumChange, 1) !== undefined);
		need('Direction', ['any', 'up', 'down'].includes(watch.direction as string));
		need('Include Gone', truth(watch.includeGone) !== undefined);
	} else if (watch.event === 'thresholdCrossed') {
		const threshold = within(watch.threshold, 0, Number.MAX_VALUE);
		const isEmpty = watch.recovery === '' || watch.recovery === null;
		const recovery = isEmpty ? threshold : within(watch.recovery, 0, Number.MAX_VALUE);
		const isBelow = watch.condition === 'below';
		need('Condition', isBelow || watch.condition === 'above');
		need('Threshold', threshold !== undefined);
		need('Recovery Threshold', recovery !== undefined);
		need('Recovery Threshold', !(isBelow ? recovery! < threshold! : recovery! > threshold!));
		need('Notify on Recovery', truth(watch.notifyRecovery) !== undefined);
		need('Trigger If Already Crossed', truth(watch.triggerIfAlreadyCrossed) !== undefined);
	} else wrong.push('Event');
	return wrong;
}
