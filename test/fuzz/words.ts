/** What Datadog, or what stands before it, says when it refuses. */
import fc from 'fast-check';

import type { Account } from './accounts';
import { spellings } from './spellings';
import { anyText, type Text, weighted } from './texts';

/** The secrets of an account as a gateway may repeat them. */
export const echoOf = (account: Account) =>
	fc
		.tuple(fc.constantFrom(...account.secrets), fc.constantFrom(...Object.values(spellings)))
		.map(([secret, spell]) => spell(secret));

/** The forms in which gateways and frameworks say a sentence. */
const FORMS: Array<(sentence: string) => string> = [
	(message) => JSON.stringify({ message }),
	(faultstring) => JSON.stringify({ fault: { faultstring, detail: { errorcode: 'x.y' } } }),
	(message) => JSON.stringify({ error: { code: 7, message, errors: [{ message }] } }),
	(text) => JSON.stringify({ error: text, error_description: { description: text } }),
	(text) => JSON.stringify(JSON.stringify({ errors: [JSON.stringify({ detail: text })] })),
	(text) => JSON.stringify({ result: { data: [{ [text]: text, note: text }] } }),
	(text) =>
		`<?xml version="1.0"?><soap:Envelope xmlns:soap="x"><soap:Body><soap:Fault><faultcode>soap:Client</faultcode><faultstring><![CDATA[${text}]]></faultstring></soap:Fault></soap:Body></soap:Envelope>`,
	(text) => `<html><style>p{content:"${text}"}<body>${text}</body></html>`,
	(text) => `<!DOCTYPE html><svg><title>${text}</title></svg><p title='${text}'>${text}<br>`,
];

/** What Datadog, or a gateway before it, says when it refuses: also with what it was sent. */
export function words(account: Account): Text {
	const echo = echoOf(account);
	const sentence = weighted(
		[4, fc.constantFrom('Forbidden', 'Not found', 'invalid query', '', '<b>x</b>', '[hidden]')],
		[3, echo.map((secret) => `DD-API-KEY: ${secret}; path=/`)],
		[1, echo],
		[1, fc.string({ unit: 'binary', maxLength: 50 })],
		[1, echo.map((secret) => `${'x'.repeat(480)}${secret}${'y'.repeat(20_000)}${secret}`)],
	);
	const errors = fc.array(
		weighted<unknown>(
			[3, sentence],
			[2, fc.record({ title: sentence, detail: sentence }, { requiredKeys: [] })],
			[1, fc.constantFrom(null, 5, [], {}, [['x']], { title: { a: 1 } })],
		),
		{ maxLength: 3 },
	);
	return weighted<string>(
		[4, errors.map((entries) => JSON.stringify({ errors: entries }))],
		[4, fc.tuple(sentence, fc.constantFrom(...FORMS)).map(([one, form]) => form(one))],
		[2, sentence],
		[
			2,
			sentence.map(
				(one) =>
					`<html><head><style>b{}</style><script>if (1 < 2) alert("${one}")</script></head><body>${one}<!-- ${one} --></body></html>`,
			),
		],
		[1, fc.constantFrom('', ' ', 'null', '{"errors":{"length":1e9}}', '{"errors":"x"}', '<', '<a')],
		[1, fc.constantFrom(...['<script', '<', '&lt;', '> '].map((piece) => piece.repeat(20_000)))],
		[1, anyText],
	);
}
