/** What each item has to say, key by key. */
import type { IDataObject } from 'n8n-workflow';
import type { Fate } from './expectations';
import { valueIn } from './search';
import type { Settings, Site } from './story';

/** What an item is held against. */
export interface Expected {
	settings: Settings;
	site: Site;
	/** The field that is grouped by, or none when the total is watched. */
	field: string | undefined;
	count: number | undefined;
	/** When the poll started and ended. */
	from: number;
	to: number;
	/** The keys of the crossings that were told before. */
	usedKeys: ReadonlySet<string>;
}

const KEYS = [
	'event',
	'groupBy',
	'value',
	'count',
	'previousCount',
	'change',
	'threshold',
	'query',
	'since',
	'dedupKey',
	'url',
	'cases',
];

const LONGEST_KEY = 255;

/** Where people open Datadog. */
const WEB_HOSTS = {
	'datadoghq.com': 'app.datadoghq.com',
	'us5.datadoghq.com': 'us5.datadoghq.com',
	'ddog-gov.com': 'app.ddog-gov.com',
};

/** @returns the kind of fault and what was expected, or undefined. */
export function wrongIn(
	item: IDataObject,
	fate: Fate,
	expected: Expected,
): [kind: string, text: string] | undefined {
	const { settings, count, field } = expected;
	const stranger = Object.keys(item).find((name) => !KEYS.includes(name));
	if (stranger) return ['wrong item', `no ${stranger}`];
	if (item.groupBy !== field) return ['wrong item', `groupBy ${field}`];
	if (item.count !== count) return ['wrong count', `count ${count}`];
	if (item.query !== settings.query) return ['wrong item', `query ${settings.query}`];
	const { previousCount: previous } = item;
	const change = previous === undefined ? undefined : (count as number) - (previous as number);
	if (item.change !== change) return ['wrong previousCount', `change ${change}`];
	const { previous: allowed = [] } = fate;
	if (!allowed.includes(previous as number | undefined)) {
		return ['wrong previousCount', `previousCount ${allowed.map(String).join(' or ')}`];
	}
	const { site } = expected;
	const { query } = settings;
	return wrongUrl(item, { query, site, field }) ?? wrongCrossing(item, fate, expected);
}

/** What the items of one crossing share. */
function wrongCrossing(
	item: IDataObject,
	{ crossing }: Fate,
	{ settings, from, to, usedKeys }: Expected,
): [string, string] | undefined {
	const { since, dedupKey, threshold } = item;
	if (settings.event === 'countChanged') {
		const stranger = ['threshold', 'since', 'dedupKey'].find((name) => item[name] !== undefined);
		return stranger ? ['wrong item', `no ${stranger}`] : undefined;
	}
	if (threshold !== settings.threshold) return ['wrong item', `threshold ${settings.threshold}`];
	if (!isKey(dedupKey)) return ['wrong dedupKey', 'a dedupKey of at most 255 characters'];
	if (crossing) {
		if (since !== crossing.since) return ['wrong since', `since ${crossing.since}`];
		return dedupKey === crossing.dedupKey
			? undefined
			: ['wrong dedupKey', `dedupKey ${crossing.dedupKey}`];
	}
	if (usedKeys.has(dedupKey)) return ['dedupKey of another crossing', 'a new dedupKey'];
	const at = Date.parse(String(since));
	return at >= from && at <= to ? undefined : ['wrong since', 'since this poll'];
}

export const isKey = (key: unknown): key is string =>
	typeof key === 'string' && key.length > 0 && key.length <= LONGEST_KEY;

/** A link to the cases of the query and the value, where Datadog's own pages show them. */
export function wrongUrl(
	{ url, value }: IDataObject,
	{ query, site, field }: { query: string; site: Site; field: string | undefined },
): [string, string] | undefined {
	if (site === 'custom' || value === null) {
		return url === undefined ? undefined : ['wrong url', 'no url'];
	}
	if (typeof url !== 'string') return ['wrong url', 'a url'];
	const { protocol, host, pathname, searchParams } = new URL(url);
	const place = `${protocol}//${host}${pathname}`;
	const rightPlace = `https://${WEB_HOSTS[site]}/cases`;
	if (place !== rightPlace) return ['wrong url', `a url at ${rightPlace}`];
	const named = valueIn(searchParams.get('query') ?? '', query, field ?? '');
	const isRight = named !== 'unreadable' && named.text === value;
	return isRight ? undefined : ['wrong url', 'a url with the query and the value'];
}
