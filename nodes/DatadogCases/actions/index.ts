import { aggregate } from './aggregate.operation';
import { count } from './count.operation';
import { getAll } from './getAll.operation';
import type { Operation } from './operation';
import { parameterError } from './parameters';

/** In the order of the Operation list. */
export const operations: Operation[] = [aggregate, count, getAll];

/** @throws UserFacingError for a value that is not in the Operation list. */
export function operationNamed(value: unknown): Operation {
	const operation = operations.find(({ option }) => option.value === value);
	if (operation) return operation;
	throw parameterError('Operation', 'must be one of the listed options', value);
}
