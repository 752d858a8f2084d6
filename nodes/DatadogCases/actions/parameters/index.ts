import type { IDataObject } from 'n8n-workflow';

import { authenticationMethods } from '../../descriptions/authentication';
import { UserFacingError } from '../../errors/userFacingError';
import type { SendOptions } from '../../transport/client';
import { parseList } from './listText';

/** What is counted, and how it is requested. */
export interface GroupParameters extends SendOptions {
	/** In the syntax of Datadog's search bar; empty for every case. */
	query: string;
	/** Names of the fields to group by, each once. */
	fields: string[];
	/** Most groups to return, 1 or more. */
	maxGroups: number;
	simplify: boolean;
	/** Values of the one field to group by that always get an item. */
	includeValues: string[];
}

/** Reads a parameter; each may be an expression, so each may be of any type. */
export type GetParameter = (name: string) => unknown;

const MAX_SECONDS = 86_400;

/** @throws UserFacingError naming the first field that cannot be used. */
export function readGroupParameters(getParameter: GetParameter): GroupParameters {
	// Without a value it is a mistyped expression: the items with count 0 would be missing.
	const options = { includeValues: '', ...readOptions(getParameter) };
	const parameters = {
		...sendOptionsFrom(getParameter('authentication'), options),
		query: textFrom('Query', getParameter('query')),
		fields: fieldsFrom(getParameter('groupBy'), getParameter('customGroupBy')),
		maxGroups: wholeNumberFrom('Max Groups', getParameter('maxGroups'), 1),
		simplify: booleanFrom('Simplify', getParameter('simplify')),
		includeValues: listFrom('Include Values', options.includeValues),
	};
	if (parameters.includeValues.length > 0 && parameters.fields.length !== 1) {
		throw new UserFacingError(
			"'Include Values' needs exactly one field to group by",
			`'Group By' and 'Custom Group By' contain ${parameters.fields.length} fields. Choose one, or clear 'Include Values'.`,
			{ field: 'Include Values' },
		);
	}
	return parameters;
}

/**
 * @param options those that somebody has added
 * @throws UserFacingError naming the first field that cannot be used.
 */
export function sendOptionsFrom(authentication: unknown, options: IDataObject): SendOptions {
	return {
		authentication: oneOf('Authentication', authentication, authenticationMethods),
		limits: {
			maxConcurrency: wholeNumberFrom('Max Concurrency', options.maxConcurrency ?? 25, 1),
			maxRetries: wholeNumberFrom('Max Retries', options.maxRetries ?? 3, 0),
			maxWaitMs: secondsFrom('Max Wait', options.maxWait ?? 60, 0) * 1_000,
			timeoutMs: secondsFrom('Timeout', options.timeout ?? 30, 0.001) * 1_000,
		},
	};
}

/** @returns the fields to group by, each once. */
export function fieldsFrom(groupBy: unknown, customGroupBy: unknown): string[] {
	const fields = [...listFrom('Group By', groupBy), ...listFrom('Custom Group By', customGroupBy)];
	return [...new Set(fields)];
}

/** A missing value is an error: it comes from a mistyped expression, and would count other cases than were meant. */
export function textFrom(field: string, value: unknown): string {
	if (!['string', 'boolean'].includes(typeof value) && !Number.isFinite(value)) {
		throw parameterError(field, 'must be text, or an empty string to leave it out', value);
	}
	const text = String(value);
	if (/\p{Surrogate}/u.test(text))
		throw parameterError(field, 'contains an incomplete character, such as a cut-off emoji', value);
	return text;
}

/** A list, a list as text (as AI tools give it), or text with commas. */
export function listFrom(field: string, value: unknown): string[] {
	const isList = typeof value === 'string' && value.trim().startsWith('[');
	const list = isList ? parseList(value) : value;
	if (isList && list === undefined) {
		throw parameterError(
			field,
			"must be comma-separated values or a list such as ['a', 'b']",
			value,
		);
	}
	const parts: unknown[] = Array.isArray(list) ? list : textFrom(field, list).split(',');
	const names = parts.map((part) => textFrom(field, part).trim());
	return [...new Set(names.filter((name) => name !== ''))];
}

/** Expressions and AI tools give numbers as text too. Anything else gives NaN. */
export function numberFrom(value: unknown): number {
	const isNumeric = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value);
	return isNumeric || typeof value === 'number' ? Number(value) : NaN;
}

export function wholeNumberFrom(field: string, value: unknown, min: number): number {
	const number = numberFrom(value);
	if (Number.isSafeInteger(number) && number >= min) return number;
	throw parameterError(field, `must be a whole number, ${min} or more`, value);
}

function secondsFrom(field: string, value: unknown, min: number): number {
	const number = numberFrom(value);
	if (number >= min && number <= MAX_SECONDS) return number;
	throw parameterError(field, `must be a number of seconds from ${min} to ${MAX_SECONDS}`, value);
}

export function booleanFrom(field: string, value: unknown): boolean {
	if (value === true || value === 'true') return true;
	if (value === false || value === 'false') return false;
	throw parameterError(field, 'must be true or false', value);
}

/** For a value of a list that an expression gave instead. */
export function oneOf<T extends string>(field: string, value: unknown, values: readonly T[]): T {
	const found = values.find((known) => known === value);
	if (found !== undefined) return found;
	throw parameterError(field, `must be one of: ${values.join(', ')}`, value);
}

/** @returns the options that somebody has added. */
export function readOptions(getParameter: GetParameter): IDataObject {
	const value = getParameter('options');
	const isSet = typeof value === 'object' && value !== null && !Array.isArray(value);
	if (isSet) return value as IDataObject;
	throw parameterError('Options', 'must be an object with options', value);
}

/**
 * @param rule the end of a sentence that starts with the field's name
 * @param value is not repeated when it is text or holds text: a mistyped expression can give a key.
 */
export function parameterError(field: string, rule: string, value: unknown): UserFacingError {
	return new UserFacingError(
		`'${field}' ${rule}`,
		`Check the value or expression in '${field}'. The node received ${describeValue(value)}.`,
		{ field },
	);
}

function describeValue(value: unknown): string {
	if (typeof value === 'string') return `text with ${value.length} characters`;
	if (typeof value === 'object' && value !== null)
		return Array.isArray(value) ? 'a list' : 'an object';
	return value === undefined || value === null ? 'nothing' : String(value);
}
