/** What a trigger is set to: good values, good ones of another type, hostile ones. */
import fc, { type Arbitrary } from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';

import { type Expected, expectedOf, namesIn, truth, whole, within } from './model';
import type { Answer } from './answers';
import { customGroupBy, includeValues, limit, mostly, options, query } from './parameters';

/** By the name of the field. */
const fields = {
	query: mostly(query),
	groupBy: mostly(fc.constantFrom<unknown>([], [], ['status'], 'status', ['priority'], ['team'])),
	customGroupBy: mostly(customGroupBy),
	onlyValues: mostly(
		fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: includeValues }),
	),
	limit: mostly(limit),
	options: options,
	condition: mostly(fc.constantFrom('above', 'below')),
	threshold: mostly(fc.constantFrom<unknown>(0, 1, 5, 40, 2.5, '5', 1e9)),
	recovery: mostly(fc.constantFrom<unknown>('', '', '', 0, 5, '40')),
	notifyRecovery: mostly(fc.constantFrom<unknown>(true, false, 'true')),
	triggerIfAlreadyCrossed: mostly(fc.constantFrom<unknown>(true, false, 'false')),
	minimumChange: mostly(fc.constantFrom<unknown>(1, 2, '10')),
	direction: mostly(fc.constantFrom('any', 'up', 'down')),
	includeGone: mostly(fc.boolean()),
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
