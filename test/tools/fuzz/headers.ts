/** Headers of answers: as documented, nearly so, and hostile. */
import fc, { type Arbitrary } from 'fast-check';

import type { Account } from './accounts';
import { weighted } from './texts';
import { START } from './waits';
import { echoOf as anyEchoOf } from './words';

export type Header = [name: string, value: string];

const date = (seconds: number) => new Date(START + seconds * 1000).toUTCString();

export const contentType: Arbitrary<Header[]> = weighted<Header[]>(
	[4, fc.constant<Header[]>([['content-type', 'application/vnd.api+json']])],
	[
		2,
		fc
			.constantFrom(
				...['application/json', 'text/html', 'text/plain; charset=iso-8859-1', '', 'a/b'],
				...['application/octet-stream', 'multipart/form-data', 'application/json; charset=utf-16'],
			)
			.map((type): Header[] => [['content-type', type]]),
	],
	[1, fc.constant([])],
);
const seconds = ['0', '1', '3', '0.2', '7', '59', '61', '3600', '99999999'];
const dates = [-60, 0, 3, 3600, 1e9].map(date);
const points = [-60, 3, 59, 3600].map((after) => String(START / 1000 + after));
const twice = ['7, 7', '1, 3', '0, 61', ',', `${dates[2]}, ${dates[3]}`, `1, ${points[3]}`, 'x, 1'];
const junk = ['', '-5', 'NaN', '1e1', '0x1', 'Wed, 99 Xyz 2026 07:28:00 GMT', '1 2', '5;w=60'];
const wait = weighted(
	[8, fc.constantFrom(...seconds)],
	[2, fc.constantFrom(...dates, ...points)],
	[2, fc.constantFrom(...twice)],
	[2, fc.constantFrom(...junk)],
);
const count = fc.constantFrom('0', '1', '10', '0', '1', '10, 0', '3, 2', '', '-1', 'many');

/** An echo that can stand in a header: what cannot is left out of it. */
export const echoOf = (account: Account) =>
	anyEchoOf(account).map((text) => text.replace(/[^\x20-\xff]/g, ''));

/** Where a redirect may lead; some hold what was sent. */
const locations = (echo: string) => [
	...['http://127.0.0.1:9/', '/login', '', '//', '%', 'http://[::1', 'javascript:alert(1)', '?a=b'],
	...['https://a b/', 'http://other.example:8080/api/v2', 'mailto:a@b', 'HTTPS://OTHER.EXAMPLE'],
	...[`https://other.example/?key=${echo}`, `https://u:${echo}@other.example/`, echo],
	...[
		`https://${encodeURIComponent(echo)}.example/`,
		`//${echo}/`,
		`https://other.example/#${echo}`,
	],
];

/** The other headers of an answer, some of them twice. */
export const headersFor = (account: Account): Arbitrary<Header[]> => {
	const named = (name: string, values: Arbitrary<string>) =>
		values.map((value): Header => [name, value]);
	const echo = echoOf(account);
	const limitName = weighted(
		[2, fc.constantFrom('cases_count', '', 'a, b', 'x'.repeat(200))],
		[1, echo],
	);
	const cookie = echo.map((text): Header => ['set-cookie', `session=${text}; Path=/`]);
	const one = weighted<Header>(
		[4, named('X-RateLimit-Remaining', count)],
		[4, named('x-ratelimit-reset', wait)],
		[4, named('Retry-After', wait)],
		[1, named('X-RateLimit-Name', limitName)],
		[1, cookie],
		[
			2,
			named(
				'location',
				echo.chain((text) => fc.constantFrom(...locations(text))),
			),
		],
		[
			1,
			fc.constantFrom<Header>(
				['set-cookie', 'a=b'],
				['__proto__', 'x'],
				['constructor', 'x'],
				['www-authenticate', 'Digest nonce="x"'],
				['proxy-authenticate', 'Basic realm="x"'],
				['connection', 'close'],
			),
		],
	);
	const selector = ([name]: Header) => name.toLowerCase();
	return weighted(
		[9, fc.uniqueArray(one, { maxLength: 3, selector })],
		[1, fc.array(one, { maxLength: 4 })],
	);
};
