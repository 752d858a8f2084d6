import type { IDataObject } from 'n8n-workflow';

import { sanitized, truncated } from './quoted';

/** @returns where a redirect leads, by its host alone: what follows may hold keys. */
export function redirectTargetIn({ location }: IDataObject, secrets: string[]): string[] {
	const address = firstText(location);
	if (address === '' || !URL.canParse(address, SAME_HOST)) return [];
	const { protocol, host, origin } = new URL(address, SAME_HOST);
	if (origin === SAME_HOST) return ['The new address is another path on the same host.'];
	return /^https?:$/.test(protocol)
		? [`The new address is on the host ${truncated(sanitized(host, secrets))}.`]
		: [];
}

const MAX_NAME_LENGTH = 100;

/** In place of the host that was asked, which a redirect need not name. */
const SAME_HOST = 'https://same-host.invalid';

/** @returns the name of the rate limit that a response is about, where it tells it. */
export function rateLimitNameIn(headers: IDataObject, secrets: string[]): string | undefined {
	const name = firstText(headers['x-ratelimit-name']);
	const shown = name.length > MAX_NAME_LENGTH ? '' : sanitized(name, secrets);
	return shown === '' ? undefined : shown;
}

/** @returns the header's text; of one that came several times, the first. */
const firstText = (header: unknown) => {
	const [first] = [header].flat();
	return typeof first === 'string' ? first.trim() : '';
};
