/** No spelling of a key comes through, and what helps a person does. */
import { cleaned, quotedValue } from '../../../../../nodes/DatadogCases/errors/quoted';

const API_KEY = '8f14e45fceea167a5a36dedd4bea2543';
const WORDY = 'correct-horse-battery-staple';
const SHORT = 'sesame';

const hex = (text: string) => Buffer.from(text).toString('hex');
const each = (spell: (code: string) => string) => (key: string) =>
	Array.from(key, (one) => spell(one.charCodeAt(0).toString(16))).join('');
const inPieces = (length: number, between: string) => (key: string) =>
	key.match(new RegExp(`.{1,${length}}`, 'g'))!.join(between);

describe.each([API_KEY, WORDY])('%s is hidden', (key) => {
	it.each<[string, (key: string) => string]>([
		['plain', (text) => text],
		['in upper case', (text) => text.toUpperCase()],
		['backwards', (text) => [...text].reverse().join('')],
		['in hex', hex],
		['in hex with colons', (text) => inPieces(2, ':')(hex(text).toUpperCase())],
		['in base64', (text) => Buffer.from(text).toString('base64')],
		['in base64 behind one byte', (text) => Buffer.from(`:${text}`).toString('base64')],
		['in base64 behind two bytes', (text) => Buffer.from(`x:${text}:y`).toString('base64')],
		['in base64 for addresses', (text) => Buffer.from(text).toString('base64url')],
		['as escaped in JSON', each((code) => `\\u00${code}`)],
		['as escaped in C', each((code) => `\\x${code}`)],
		['in entities', each((code) => `&#x${code};`)],
		['in entities of entities', each((code) => `&amp;#x${code};`)],
		['in percent', each((code) => `%${code}`)],
		['in percent twice', each((code) => `%25${code}`)],
		['as a list of bytes', (text) => [...Buffer.from(text)].join(',')],
		['in pieces', inPieces(8, ' ')],
		['in short pieces', inPieces(4, '-')],
		['in lines', inPieces(11, '\n')],
		['between tags', inPieces(7, '<wbr>')],
		['between escaped tags', inPieces(7, '&lt;wbr&gt;')],
		['with characters of no width', inPieces(3, '\u200b')],
		['with soft hyphens', inPieces(6, '&shy;')],
		['in quotes', inPieces(8, '", "')],
		[
			'in full width',
			(text) => text.replace(/[a-z\d]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
		],
	])('%s', (_name, spell) => {
		// The end of base64 tells nothing.
		expect(cleaned(`The gateway got ${spell(key)} and stopped.`, [key])).toMatch(
			/^The gateway got \[hidden\]={0,2} and stopped\.$/,
		);
	});
});

it('hides a half of a key, also in pieces and of short lines', () => {
	for (const half of ['8f14e45fceea167a', '5a36dedd4bea2543', '8f14e45f ceea']) {
		expect(cleaned(`got ${half} from you`, [API_KEY])).toMatch(/^got [^\s\d]*\[hidden\] from you$/);
	}
});

it('hides what looks like a key though nobody knows it', () => {
	for (const text of [
		API_KEY,
		`${API_KEY}-somewhatlonger7`,
		`h7orsesomewhatlong-${API_KEY}`,
		'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
		'550e8400-e29b-41d4-a716-446655440000',
		Buffer.from(`user:${API_KEY}`).toString('base64'),
	]) {
		expect(cleaned(`got ${text} from you`, [])).toMatch(/^got \[hidden\]={0,2} from you$/);
	}
	expect(cleaned('{"api_key": "abc"}', [])).toBe('{"api_key": "[hidden]"}');
});

it('keeps the kind of a key that is told', () => {
	expect(cleaned(`got ddapp_${API_KEY} from you`, [])).toBe('got ddapp_[hidden] from you');
});

it('compares nothing with a key without a visible character', () => {
	expect(cleaned('Forbidden', ['\u200b'])).toBe('Forbidden');
});

it('hides a short key that is a word, in any case and spelling', () => {
	expect(cleaned('Open Sesame, said %73esame to s<b>esame</b>', [SHORT])).toBe(
		'Open [hidden], said [hidden] to [hidden]',
	);
});

it.each([
	'Forbidden; Failed permission authorization checks',
	'getaddrinfo ENOTFOUND datadog-gateway.internal.example.com',
	'connect ECONNREFUSED 127.0.0.1:8126',
	'invalid query: service_definition_name:checkout AND priority:(P1 OR P2)',
	'Request to https://api.us5.datadoghq.com/api/v2/cases/count?group_bys=status failed',
	'Donaudampfschifffahrtsgesellschaftskapitän nicht gefunden',
	'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
	'timeout of 30000ms exceeded',
	'HTTP/1.1 502 Bad Gateway (nginx/1.25.3) on ip-10-0-12-34.eu-west-1.compute.internal',
	'Status-Code 403: Zugriff verweigert (Regel 4711, 2026-11-25T12:00:00Z)',
])('leaves %s', (words) => {
	expect(cleaned(words, [API_KEY, WORDY])).toBe(words);
});

it('shows nothing of a key that lies across the end of what is read', () => {
	for (let before = 199_900; before < 200_000; before += 7) {
		const words = `<p>no<p>${' '.repeat(before)}${API_KEY}${'x'.repeat(99)}`;
		expect(cleaned(words, [API_KEY])).not.toMatch(/8f14/);
	}
	for (let before = 2_950; before < 4_050; before += 7) {
		expect(cleaned(`${'no '.repeat(before / 3)}${API_KEY}`, [API_KEY])).not.toMatch(/8f14/);
	}
});

it('looks at no more than the beginning, however long the words and however odd the key', () => {
	const read = jest.spyOn(String.prototype, 'matchAll');
	const keys = ['a'.repeat(500), `${'.*'.repeat(200)}(`, '<'.repeat(100)];
	for (const piece of ['a', '<', '.*(', '&#x', '%25']) {
		cleaned(piece.repeat(5_000_000), keys);
	}
	const longest = Math.max(...read.mock.contexts.map((text) => String(text).length));
	read.mockRestore();
	expect(longest).toBeLessThanOrEqual(4_000);
});

it('quotes a value with its spaces, and the beginning of a long one', () => {
	expect(quotedValue(' open "now"')).toBe('" open \\"now\\""');
	expect(quotedValue(API_KEY)).toBe('"[hidden]"');
	expect(quotedValue('no '.repeat(3_000))).toBe(`"${'no '.repeat(166)}no…"`);
});
