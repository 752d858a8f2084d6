/** Compares what a run of the node gave with what the model allows. */
import { inspect, isDeepStrictEqual } from 'node:util';
import type { IDataObject } from 'n8n-workflow';

import type { RunResult } from '../../support/engine';
import type { Account } from './accounts';
import { leakIn } from './leaks';
import { messageOf } from './messages';
import { type Expected, goesOn, type Outcome, type Request } from './model';
import type { Asked } from './server';
import type { Span } from './waits';

/** One input item, and what it was to give. */
export interface Judged {
	account: Account;
	expected: Expected;
	/** What the server was asked for it. */
	asked: Asked[];
	/** Whether an item with another Max Retries asks for the same: how often is then left open. */
	isShared: boolean;
	input: IDataObject;
}

/** What the node says, in all its forms. */
interface ShownError {
	message: string;
	description: string;
	httpCode?: string;
	field?: string;
}

/** What an error of the program looks like in words; Datadog's words here never do. */
const PROGRAM_ERROR =
	/uncaughtException|unhandledRejection|TypeError|RangeError|Maximum call stack|Cannot (read|convert|set|create|assign)|is not (a function|iterable|defined)|Invalid array length/;

/** What n8n's own client for OAuth2 says of a token answer that is null. */
const N8N_READS_NULL = /n8n's message: "Cannot read properties of null \(reading 'error'\)"/;

/** @throws Error that says what is wrong. */
export function judge(result: RunResult, items: Judged[], doesStop: boolean): void {
	for (const [number, one] of items.entries()) judgeRequests(one, number, doesStop);
	if (doesStop && result.error) {
		const refusal = refusalOfError(result.error);
		const number = (result.error.context as { itemIndex?: number } | undefined)?.itemIndex ?? -1;
		fail(!items[number], 'the error names no item', result.error);
		judgeOutcome(items[number], number, refusal);
		fail(result.items.length > 0, 'items beside an error', result.items);
		return;
	}
	fail(result.error, 'the execution ended with an error', result.error);

	const outputs = [...result.items, ...result.errorItems];
	const isInOrder = [result.items, result.errorItems].every((output) =>
		output.every(
			({ pairedItem }, at) =>
				at === 0 || numberOf(pairedItem) >= numberOf(output[at - 1].pairedItem),
		),
	);
	fail(!isInOrder, 'the items are not in the order of the input', outputs);
	for (const [number, one] of items.entries()) {
		const own = outputs.filter(({ pairedItem }) => isDeepStrictEqual(pairedItem, { item: number }));
		const [first] = own;
		const isRefusal =
			own.length === 1 && typeof first.json.error === 'string' && first.json.details !== undefined;
		judgeOutcome(
			one,
			number,
			isRefusal ? refusalOfItem(first.json, one.input) : own.map(({ json }) => json),
		);
	}
	const strays = outputs.filter(({ pairedItem }) => !(numberOf(pairedItem) in items));
	fail(strays.length > 0, 'items of no input item', strays);
	const extra = outputs.find((output) =>
		Object.keys(output).some(
			(key) => !['json', 'pairedItem'].includes(key) && output[key as 'json'],
		),
	);
	fail(extra, 'an item holds more than its json and its pairing', extra);
}

const numberOf = (pairedItem: unknown) =>
	(pairedItem as { item?: number } | undefined)?.item ?? NaN;

/** Two items, each with up to four tries and with pages that are read twice. */
const MOST_SHARED = 16;

function judgeRequests(
	{ expected, asked, account, isShared }: Judged,
	number: number,
	doesStop: boolean,
) {
	const counts = expected.ends.map(({ requests }) => requests);
	const isRight =
		isShared || goesOn(expected)
			? asked.length <= MOST_SHARED
			: doesStop
				? asked.length <= Math.max(...counts)
				: counts.includes(asked.length);
	fail(!isRight, `item ${number} was asked for ${asked.length} times, not ${counts.join(' or ')}`);
	for (const one of asked) {
		const request = requestOf(one);
		if (goesOn(expected)) onFirstPage(request);
		fail(
			!isDeepStrictEqual(request, expected.request),
			`item ${number} was asked for otherwise than its parameters say`,
			{ asked: request, expected: expected.request },
		);
		const names = ['dd-api-key', 'dd-application-key', 'authorization'];
		const sent = Object.fromEntries(
			names.flatMap((name) => (one.headers[name] === undefined ? [] : [[name, one.headers[name]]])),
		);
		fail(!isDeepStrictEqual(sent, account.headers), `item ${number} used another account`, sent);
	}
}

/** Gives the request for a page the number of the first. */
function onFirstPage(request: Request): void {
	if (request.method !== 'GET') return;
	for (const one of request.query) if (one[0] === 'page[number]') one[1] = '1';
}

function requestOf({ method, path, query, body }: Asked): Request {
	if (method === 'GET' && body === '') return { method, path, query };
	return { method: method as 'POST', path, body: JSON.parse(body) as unknown };
}

function judgeOutcome(
	{ expected }: Judged,
	number: number,
	given: ShownError | IDataObject[],
): void {
	if (goesOn(expected)) return;
	const outcomes = expected.ends.map(({ outcome }) => outcome);
	const isExpected = outcomes.some((outcome) =>
		Array.isArray(given)
			? outcome.is === 'items' && isDeepStrictEqual(given, outcome.items)
			: outcome.is !== 'items' && isRefusedFor(outcome, given),
	);
	fail(!isExpected, `item ${number} ended otherwise than the answer says`, { given, outcomes });
}

function isRefusedFor(outcome: Exclude<Outcome, { is: 'items' }>, refusal: ShownError): boolean {
	if (outcome.is === 'open') return true;
	const { message, description, httpCode, field } = refusal;
	if (!messageOf(outcome).test(message) || description.length > 1_500) return false;
	switch (outcome.is) {
		case 'field':
			return (
				httpCode === undefined &&
				outcome.fields.some((one) => (field ?? one) === one && message.startsWith(`'${one}'`))
			);
		case 'status':
			return httpCode === String(outcome.status);
		case 'form':
			return (
				httpCode === '200' &&
				outcome.parts.some((part) => description.startsWith(`Missing or invalid: ${part}. `))
			);
		case 'wait':
			return (
				httpCode === String(outcome.status) &&
				isWithin(outcome.seconds, Number(/ a wait of (\d+) seconds/.exec(message)?.[1]))
			);
		case 'size':
			return httpCode === '200' && description.startsWith("It's larger than 16 MB. ");
		case 'noCases':
			return httpCode === '200';
		case 'late':
		case 'lost':
			return httpCode === undefined;
	}
}

const isWithin = ([least, most]: Span, seconds: number) =>
	seconds >= Math.ceil(least) && seconds <= Math.ceil(most);

function refusalOfError(error: NonNullable<RunResult['error']>): ShownError {
	const { message, description = '', httpCode } = error;
	return { message, description, httpCode: httpCode ?? undefined };
}

function refusalOfItem(json: IDataObject, input: IDataObject): ShownError {
	const { error, details, ...rest } = json;
	const isInput = Object.keys(rest).length === 0 || isDeepStrictEqual(rest, input);
	fail(!isInput, 'an item of a refusal holds something else', rest);
	const { description, httpCode, field, ...more } = details as unknown as ShownError;
	fail(Object.keys(more).length > 0, 'the details of a refusal hold something else', more);
	fail(
		!httpCode &&
			!field &&
			![messageOf({ is: 'lost' }), messageOf({ is: 'late' })].some((one) =>
				one.test(String(error)),
			),
		'a refusal without a reason',
		json,
	);
	return { message: String(error), description, httpCode, field };
}

/**
 * Looks through all that was stored and logged.
 * @throws Error for a secret, in any spelling, and for an error of the program.
 */
export function judgeWords(told: unknown[], accounts: Account[]): void {
	const secrets = accounts.flatMap((account) => account.secrets);
	const seen = new Set<object>();
	const left = [...told];
	while (left.length > 0) {
		const value = left.pop();
		if (typeof value === 'string') {
			judgeText(value, secrets);
			const own = value.replace(N8N_READS_NULL, '');
			fail(PROGRAM_ERROR.test(own), 'an error of the program', value.slice(0, 2_000));
		}
		if (typeof value !== 'object' || value === null || seen.has(value)) continue;
		seen.add(value);
		for (const name of Object.getOwnPropertyNames(value)) {
			const property = Object.getOwnPropertyDescriptor(value, name)!;
			left.push(name, property.value);
		}
	}
}

/** Innocent texts that come again with every run, such as the names of types. */
const innocent = new Map<string, Set<string>>();
const MOST_INNOCENT = 20_000;
const SHORTEST_TOLD = 8;

function judgeText(text: string, secrets: string[]): void {
	const key = secrets.join(' ');
	const known = innocent.get(key) ?? new Set();
	innocent.set(key, known);
	if (text.length < SHORTEST_TOLD || known.has(text)) return;
	const leak = leakIn(text, secrets);
	fail(leak, `the secret ${leak} is told`, text.slice(0, 2_000));
	if (known.size > MOST_INNOCENT) known.clear();
	if (text.length < 500) known.add(text);
}

const builtIns = [Object.prototype, Array.prototype, Function.prototype, String.prototype];

/** What every object inherits, with what it is. */
export const inherited = () =>
	builtIns.map((one) =>
		Reflect.ownKeys(one).map((key) => [key, Object.getOwnPropertyDescriptor(one, key)]),
	);

/** Throws when it is so. */
export function fail(isWrong: unknown, what: string, shown?: unknown): void {
	if (!isWrong) return;
	const more = shown === undefined ? '' : `:\n${inspect(shown, SHOWN).slice(0, 6_000)}`;
	throw new Error(`${what}${more}`);
}

const SHOWN = { depth: 8, maxStringLength: 600, maxArrayLength: 20, breakLength: 120 };
