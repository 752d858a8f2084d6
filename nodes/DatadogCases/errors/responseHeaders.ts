import type { IDataObject } from 'n8n-workflow';

import { sanitized, truncated } from './quoted';

/** @returns a sentence with the host that a redirect leads to, or none if it's unknown. The rest of the URL may contain keys. */
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

/** Stands for the current host: a redirect can be a path. */
const SAME_HOST = 'https://same-host.invalid';

/** @returns the name of the rate limit, if the response names it. */
export function rateLimitNameIn(headers: IDataObject, secrets: string[]): string | undefined {
	const name = firstText(headers['x-ratelimit-name']);
	const shown = name.length > MAX_NAME_LENGTH ? '' : sanitized(name, secrets);
	return shown === '' ? undefined : shown;
}

/** A header that came several times is a list. */
const firstText = (header: unknown) => {
	const [first] = [header].flat();
	return typeof first === 'string' ? first.trim() : '';
};
