/** One run of the node: some cases, each an input item with its account, its parameters and its answers. */
import { isDeepStrictEqual } from 'node:util';
import fc, { type Arbitrary } from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { runNode } from '../../support/engine';
import { type Account, accounts, credential } from './accounts';
import { type Answer, answersFor, type Operation } from './answers';
import { fail, inherited, judge, judgeWords, type Judged } from './judge';
import { expectedOf, expectedOfRepeat, whole } from './model';
import { takePrinted } from './output';
import { expressions, type Parameters, parameters } from './parameters';
import type { AnswerServer } from './server';

interface Case {
	account: Account;
	parameters: Parameters;
	answers: Answer[];
}

interface Repeat {
	number: number;
	maxRetries: number | 'same';
}

export interface Run {
	/** n8n takes no expression for it. */
	operation: string;
	cases: Case[];
	/** Cases that come again as further input items, some with another Max Retries. */
	repeated: Repeat[];
	onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
}

const caseOf = (operation: Operation): Arbitrary<Case> =>
	fc.oneof(
		...accounts.map((account) =>
			fc.record({
				account: fc.constant(account),
				parameters,
				answers: answersFor(account, operation),
			}),
		),
	);

const runOf = (operation: Operation): Arbitrary<Run> =>
	fc.record({
		operation: fc.oneof(
			{ weight: 60, arbitrary: fc.constant(operation) },
			{ weight: 1, arbitrary: fc.constantFrom('', 'Count', '__proto__', 'constructor') },
		),
		cases: fc.array(caseOf(operation), { minLength: 1, maxLength: 3 }),
		repeated: fc.array(
			fc.record({
				number: fc.nat(2),
				maxRetries: fc.constantFrom<Repeat['maxRetries']>('same', 'same', 0, 1, 3),
			}),
			{ maxLength: 1 },
		),
		onError: fc.constantFrom('stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'),
	});

/** What hangs is alone: how its time is shared with others that fail is not told by the model. */
const alone = (run: Run): Run => {
	const hanging = run.cases.filter(({ answers }) =>
		answers.some(({ ending }) => ending === 'endless'),
	);
	return hanging.length === 0 ? run : { ...run, cases: hanging.slice(0, 1) };
};

export const runs = fc.oneof(runOf('count'), runOf('aggregate'), runOf('getAll')).map(alone);

/** @throws Error when it ends otherwise than the model allows. */
export async function check({ operation, cases, repeated, onError }: Run, server: AnswerServer) {
	const served = cases.map((one) => ({ ...one, ...server.serve(one.answers) }));
	const asAgain = ({ number, maxRetries }: Repeat) => {
		const one = served[number % served.length];
		const isRefused = whole(one.parameters.options.maxRetries ?? 3, 0) === undefined;
		if (maxRetries === 'same' || isRefused) return { ...one, first: undefined };
		const options = { ...one.parameters.options, maxRetries };
		return { ...one, parameters: { ...one.parameters, options }, first: one.parameters };
	};
	const all = [...served.map((one) => ({ ...one, first: undefined })), ...repeated.map(asAgain)];
	const input = all.map(({ account, address, parameters }): IDataObject => {
		return { account: account.number, address, parameters: { ...parameters } as never };
	});
	const items = all.map((one, at): Judged => {
		const { account, parameters, answers, asked, first } = one;
		const expected = first
			? expectedOfRepeat(operation, parameters, first, answers)
			: expectedOf(operation, parameters, answers);
		const isShared = all.some((other) => other.first && other.asked === asked);
		return { account, asked, expected, isShared, input: input[at] };
	});
	takePrinted();
	const before = inherited();
	const result = await runNode({
		parameters: { operation, ...expressions },
		input,
		credential,
		settings: { onError },
	});
	server.forget();
	fail(!isDeepStrictEqual(inherited(), before), 'what every object inherits has changed');
	judge(result, items, onError === 'stopWorkflow');
	judgeWords([result, takePrinted()], accounts);
}
