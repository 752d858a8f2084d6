/** Keys are hidden in any spelling, but useful text stays. */
import fc from 'fast-check';

import { hideKeys } from '../../../../../nodes/DatadogCases/errors/hideKeys';
import { sanitized, quotedValue } from '../../../../../nodes/DatadogCases/errors/quoted';

const API_KEY = 'c0ffee11c0ffee22c0ffee33c0ffee44';
const TOKEN = 'ddpat_Fuzz0Token_8f14e45fceea167a5a36dedd4bea2543';
const WORDS = 'my-gateway-secret';

it.each([
	['as it is', API_KEY, 'No c0ffee11c0ffee22c0ffee33c0ffee44 here'],
	['in capitals', API_KEY, 'No C0FFEE11C0FFEE22C0FFEE33C0FFEE44 here'],
	['backwards', WORDS, 'No terces-yawetag-ym here'],
	['in hex', WORDS, 'No 6d792d676174657761792d736563726574 here'],
	['in HEX with colons', 'key1', 'No 6B:65:79:31 here'],
	['in hex with 0x', 'key1', 'No 0x6b, 0x65, 0x79, 0x31 here', 'No 0x[hidden] here'],
	['as numbers', 'key1', 'No 107,101,121,49 here'],
	['in base64', 'key1', 'No a2V5MQ here'],
	['in base64 behind a byte', 'key-1234', 'No OmtleS0xMjM0 here'],
	['in base64 behind two bytes', 'key-1234', 'No eDprZXktMTIzNA here', 'No eDp[hidden] here'],
	['in base64url', '???>>>', 'No Pz8_Pj4- here'],
	['in percent', WORDS, 'No %6d%79-%67%61teway%2Dsecret here'],
	['in percent twice', WORDS, 'No my%252Dgateway%252dsecret here'],
	['in percent three times', WORDS, 'No my%25252Dgatewa%252579-secret here'],
	['escaped as in JSON', WORDS, 'No \\u006dy-gateway\\u002Dsecret here'],
	['escaped twice', WORDS, 'No \\\\u006dy-gateway\\\\u002Dsecret here', 'No \\[hidden] here'],
	['escaped as in JavaScript', WORDS, 'No \\u{6d}y\\x2dgateway-secret here'],
	['in entities', WORDS, 'No &#109;y&#45;gatewa&#x79;-secret here'],
	['in entities twice', WORDS, 'No &amp;#109;y-gatewa&amp;amp;#x79;-secret here'],
	['in entities without an end', WORDS, 'No &#109y-gateway-secret here'],
	['in percent and then in entities', WORDS, 'No my&#37;2dgateway-secret here'],
	['in pieces', WORDS, 'No my gate way sec ret here'],
	[
		'in quoted pieces',
		API_KEY,
		'No "c0ffee11", "c0ffee22", "c0ffee33", "c0ffee44" here',
		'No "[hidden]" here',
	],
	['in escaped lines', WORDS, 'No my-gate\\r\\nway-secret here'],
	['between tags', WORDS, 'No my-<b>gate</b><i class="x">way</i>-secret here'],
	['between escaped tags', WORDS, 'No my-&lt;b&gt;gateway-secret here'],
	['between tags escaped twice', WORDS, 'No my-&amp;lt;b&amp;gt;gateway-secret here'],
	['with characters of no width', WORDS, 'No my-gate\u200bway\u00ad-secret here'],
	['with an entity of no width', WORDS, 'No my-gate&shy;way-secret here'],
	['in full width', WORDS, 'No ｍｙ－ｇａｔｅｗａｙ－ｓｅｃｒｅｔ here'],
	['with an accent', 'pässwörter', 'No p%C3%A4sswo\u0308rter here'],
	['by its first half', TOKEN, 'No ddpat_Fuzz0Token_8f14e45 here'],
	['by its second half', TOKEN, 'No fceea167a5a36dedd4bea2543 here'],
	['by half of it in base64', TOKEN, 'No RnV6ejBUb2tlbl84ZjE0ZTQ1 here'],
	['though it is a word', 'sesame', 'No Sesame here'],
	['though it is a letter', '$', 'No $ here'],
])('hides a known key %s', (_, secret, words, shown = 'No [hidden] here') => {
	expect(hideKeys(words, [secret])).toBe(shown);
});

it('hides nothing for a secret that cannot be seen', () => {
	expect(hideKeys('No key here', [' ', '\u200b'])).toBe('No key here');
});

it('knows the same secrets again', () => {
	const secrets = ['sesame'];
	expect([1, 2].map(() => hideKeys('No sesame', secrets))).toEqual(['No [hidden]', 'No [hidden]']);
});

it('hides the pieces of a key between other words', () => {
	expect(hideKeys('begins c0ffee11c0 and ends c0ffee44', [API_KEY])).toBe(
		'begins [hidden] and ends [hidden]',
	);
});

it('hides what is left of a key that looks like markup', () => {
	expect(sanitized('No begin<x>end here', ['begin<x>end'])).toBe('No [hidden] here');
	expect(sanitized('No begin<x> here', ['begin<x y="end'])).toBe('No [hidden] here');
});

it('leaves the words of a key that is made of words', () => {
	expect(hideKeys('The gateway has no secret', [WORDS])).toBe('The gateway has no secret');
});

it.each([
	['an API key', API_KEY],
	['an application key', 'ddapp_0123456789abcdef0123456789abcdef01'],
	['an application key of 40 characters', '8f14e45fceea167a5a36dedd4bea2543c9f0f895'],
	['an access token', TOKEN],
	['a UUID', '1679091c-5aaa-aaaa-bbbb-87ff679a2f3e'],
	[
		'a JSON Web Token',
		'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
	],
	['base64', 'YzBmZmVlMTFjMGZm+WUyMmMwZm/ZlZTMzYzBmZmVlNDQ='],
	['hex', '6d792d676174657761792d736563726574'],
	['capitals', 'MMYGMZTFMUYTCYZQMZTGKZJSGJRTAZTGMVSTGM3DGBTGMZLFGQ2A'],
	['letters only', 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz'],
	['digits only', '12345678901234567890'],
	['escaped characters', '%63%30%66%66%65%65%31%31%63%30%66%66%65%65%32%32'],
	['text between tags', 'c0ff<b>ee11c0ff</b>ee22c0ff<b>ee33'],
])('hides what looks like a key though nobody knows it: %s', (_, key) => {
	expect(hideKeys(`No ${key} here`, [])).toMatch(/^No (dd[a-z]{3}_)?\[hidden\]=? here$/);
});

it.each([
	['{"access_token":"abc","expires_in":5}', '{"access_token":"[hidden]","expires_in":5}'],
	['{\\"refresh_token\\": \\"abc\\"}', '{\\"refresh_token\\": \\"[hidden]\\"}'],
	['{"clientSecret":"abc', '{"clientSecret":"[hidden]'],
	['a=b&api_key=abc&c=d', 'a=b&api_key=[hidden]&c=d'],
	['password=abc; x', 'password=[hidden]; x'],
])('hides the value of a secret by its name: %s', (words, shown) => {
	expect(hideKeys(words, [])).toBe(shown);
});

it.each([
	'Failed permission authorization checks',
	'api.us5.datadoghq.com',
	'ip-10-0-0-1.eu-west-1.compute.internal',
	'd111111abcdef8.cloudfront.net',
	'https://api.datadoghq.eu/api/v2/cases/count?group_bys=status',
	'/usr/lib/node_modules/n8n/node_modules/axios/dist/node/axios.cjs:1234:56',
	'connect ECONNREFUSED 10.0.0.1:443',
	'connect ECONNREFUSED 2600:9000:2202:1a00:10:5f6b:3e40:93a1:443',
	'error:0A00010B:SSL routines:ssl3_get_record:wrong version number:ssl3_record.c:355:',
	'ERR_SSL_WRONG_VERSION_NUMBER TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 ECDHE-RSA-AES128-GCM-SHA256',
	'sha256WithRSAEncryption utf8mb4_0900_ai_ci i18n k8s x509 OAuth2 HTTP/1.1 v1/v2/v3/v4/v5',
	'2026-11-22T10:00:00.123456Z',
	'the value 1732531200000 is too large',
	'service_definition_name custom_attributes.foo2_bar3',
	'status:OPEN AND priority:P1 service:checkout-api-v2',
	'application/vnd.api+json;charset=utf-8 nginx/1.18.0 OpenSSL/3.0.13',
	'org.springframework.web.HttpMediaTypeNotSupportedException OAuth2AuthenticationException',
	'Rechtsschutzversicherungsgesellschaften, Zertifikatsüberprüfung',
	'証明書の検証に失敗しました 0123',
	'Unexpected token < in JSON at position 0',
])('shows what helps: %s', (words) => {
	expect(hideKeys(words, [API_KEY, TOKEN])).toBe(words);
});

it('hides each of many keys, and what stands between stays', () => {
	expect(hideKeys(`a ${API_KEY} b ${API_KEY}${API_KEY} c`, [API_KEY])).toBe(
		'a [hidden] b [hidden] c',
	);
});

it('shows no part of a key across a cut, of any length', () => {
	const cuts = [2_950, 3_950].flatMap((from) => Array.from({ length: 100 }, (_, at) => from + at));
	for (const before of cuts) {
		const shown = sanitized(
			`${'no '.repeat(1_400).slice(0, before)} ${WORDS}${' no'.repeat(1_000)}`,
			[WORDS],
		);
		expect(shown).not.toMatch(/my|gate|secret/);
	}
	for (let before = 198_990; before < 200_010; before += 31) {
		const page = `<style>${'x'.repeat(before - 40)}</style>Blocked by <i>${WORDS}</i> ${'<br>'.repeat(300)}`;
		expect(sanitized(page, [WORDS])).not.toMatch(/my|gate|secret/);
	}
});

it('still finds the reason on a page that is cut', () => {
	expect(sanitized(`<p>Blocked by policy</p><script>${'x'.repeat(300_000)}`, [WORDS])).toBe(
		'Blocked by policy',
	);
});

it('quotes a value with its spaces, without keys and cut', () => {
	expect(quotedValue(' P1')).toBe('" P1"');
	expect(quotedValue(`a "${API_KEY}"`)).toBe('"a \\"[hidden]\\""');
	expect(quotedValue('no '.repeat(200))).toBe(`"${'no '.repeat(200).slice(0, 500)}…"`);
	expect(quotedValue('no '.repeat(2_000))).toBe(`"${'no '.repeat(200).slice(0, 500)}…"`);
});

it('leaves text as it is that has no key in it', () => {
	fc.assert(
		fc.property(
			fc.array(fc.constantFrom('Open', 'P1', 'é', '%', '&', '<', '\\', ' ', 'a-b')),
			(all) => {
				expect(hideKeys(all.join(' '), [API_KEY, WORDS])).toBe(all.join(' '));
			},
		),
	);
});

it('hides any key that can be typed, in any of these spellings', () => {
	const typed = fc.string({
		unit: fc.constantFrom(...'abcXYZ019+/=-_.~%&<>"\\$^*()[]{}|?'),
		minLength: 8,
		maxLength: 60,
	});
	const spell = fc.constantFrom<(secret: string) => string>(
		(secret) => secret,
		(secret) => encodeURIComponent(encodeURIComponent(secret)),
		(secret) => Buffer.from(`x${secret}`).toString('base64'),
		(secret) => Buffer.from(secret).toString('hex'),
		(secret) => [...secret].reverse().join(''),
	);
	fc.assert(
		fc.property(typed, spell, (secret, spelled) => {
			const words = `No ${spelled(secret)} here`;
			expect(hideKeys(words, [secret])).not.toBe(words);
		}),
		{ numRuns: 2_000, seed: 1 },
	);
});

it('looks at no more than the beginning, however long the words and however odd the key', () => {
	const searched = jest.spyOn(String.prototype, 'matchAll');
	const keys = ['a'.repeat(4_000), '(a+)+$[^.*]{1,9}|\\'.repeat(20), 'a<'.repeat(500)];
	for (const unit of [
		'a',
		'<',
		'%25',
		'\\',
		'&amp;',
		'&#x0',
		'a1B',
		'\\u0025',
		'token= ',
		'\ufdfa',
	]) {
		sanitized(unit.repeat(2_000_000), keys);
	}
	const lengths = searched.mock.contexts.map((text) => String(text).length);
	searched.mockRestore();
	expect(Math.max(...lengths)).toBe(4_000);
});
