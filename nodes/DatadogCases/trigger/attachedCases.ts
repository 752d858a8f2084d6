// The newest cases behind what triggered. An item that gets none in time goes on without them.
import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { toUserFacingError } from '../errors/userFacingError';
import { Client } from '../transport/client';
import type { SendOptions } from '../transport/client';
import { clock } from '../transport/clock';
import { TimeLimit } from '../transport/timeLimit';
import { queryWithValue } from '../actions/caseQuery';
import { searchRequest } from '../actions/caseSearch';
import { casesOn } from '../actions/foundCase';
import type { WatchParameters } from './watch';

/** How long all searches of a poll may take. */
const MAX_MS = 5_000;

/** What is left for the poll to hand on its items: n8n drops those of a poll that takes too long. */
const RESERVED_MS = 1_000;

/** What is shown of a case. */
const MEMBERS = ['key', 'title', 'status', 'priority', 'assignee'];

const NEWEST_FIRST = { field: 'created_at', direction: 'desc' } as const;

/**
 * @param deadline when the poll has to be over, by the clock
 * @returns the items, each with `cases` where they were found in time. Never throws.
 */
export async function attachCases(
	context: IPollFunctions,
	items: IDataObject[],
	watch: WatchParameters,
	deadline: number,
	warn: (message: string) => void,
): Promise<IDataObject[]> {
	if (watch.attachCases === 0 || items.length === 0) return items;

	const limitMs = Math.min(MAX_MS, deadline - clock.now() - RESERVED_MS);
	const withCases = [...items];
	const failures: string[] = [];
	const searchAll = async (_: number, signal: AbortSignal): Promise<'done' | 'late'> => {
		const client = new Client(context, clock, signal, clock.now() + limitMs);
		await Promise.all(
			items.map(async (item, i) => {
				// No documented query finds the cases without a value.
				if (item.value === null) return;
				try {
					withCases[i] = { ...item, cases: await newestCases(item, watch, client) };
				} catch (error) {
					failures.push(toUserFacingError(error, "The response couldn't be read").message);
				}
			}),
		);
		return 'done';
	};
	const timeLimit = new TimeLimit(clock, new AbortController().signal);
	const end = limitMs > 0 ? await timeLimit.within(limitMs, searchAll, () => 'late') : 'late';
	if (end === 'late') failures.push("Datadog didn't respond in time");
	const found = [...withCases];
	if (failures.length > 0) {
		const without = found.filter(({ value, cases }) => value !== null && cases === undefined);
		warn(`Couldn't attach cases to ${without.length} of ${items.length} items. ${failures[0]}`);
	}
	return found;
}

/** @throws UserFacingError */
async function newestCases(
	{ groupBy, value }: IDataObject,
	{ query, attachCases: size, authentication, limits }: WatchParameters,
	client: Client,
): Promise<IDataObject[]> {
	const isTotal = value === undefined;
	const filter = isTotal ? query : queryWithValue(query, String(groupBy), String(value));
	const request = searchRequest({ query: filter, order: NEWEST_FIRST }, size, 1);
	const options: SendOptions = { authentication, limits: { ...limits, maxRetries: 0 } };
	const { body } = await client.request(request, 0, options);
	return casesOn(body)
		.slice(0, size)
		.map(({ simplified }) =>
			Object.fromEntries(Object.entries(simplified).filter(([name]) => MEMBERS.includes(name))),
		);
}
