/** Answers as bytes: as documented, nearly so, and hostile. */
import fc, { type Arbitrary } from 'fast-check';

import { endless, tooMuch } from '../../support/hostile';
import type { Account } from './accounts';
import { change, changed, packing } from './bytes';
import { contentType, echoOf, headersFor } from './headers';
import { aggregateAnswer, countAnswer, searchAnswer, type Text, weighted } from './texts';
import { words } from './words';

export type Operation = 'aggregate' | 'count' | 'getAll';

const ANSWERS: Record<Operation, [fitting: Text, other: Text]> = {
	aggregate: [aggregateAnswer, countAnswer],
	count: [countAnswer, searchAnswer],
	getAll: [searchAnswer, aggregateAnswer],
};

/** What one request is answered with. */
export class Answer {
	constructor(
		readonly status: number,
		readonly headers: ReadonlyArray<[name: string, value: string]>,
		readonly body: Buffer,
		/**
		 * `cut` ends before the announced length, `closed` sends nothing, `garbled` sends the body alone. Of `endless` and
		 * `tooMuch` the body is the name of what is sent.
		 */
		readonly ending:
			'whole' | 'chunked' | 'cut' | 'closed' | 'garbled' | 'endless' | 'tooMuch' = 'whole',
		/** What stands behind the status; empty for the words of Node.js. */
		readonly statusText = '',
	) {}

	/** How a counterexample shows it. */
	toString(): string {
		if (this.ending === 'closed') return 'no answer';
		const lines = this.headers.map(([name, value]) => `${name}: ${value}`).join(', ');
		const text = JSON.stringify(this.body.toString('latin1', 0, SHOWN_BYTES));
		const more = this.body.length > SHOWN_BYTES ? `… (${this.body.length} bytes)` : '';
		return `${this.ending} ${this.status} ${this.statusText} {${lines}} ${text}${more}`;
	}

	[fc.toStringMethod] = () => this.toString();
}

const SHOWN_BYTES = 3_000;

const httpAnswer = (
	statuses: Arbitrary<number>,
	texts: Text,
	endings: Arbitrary<Answer['ending']>,
	account: Account,
): Arbitrary<Answer> =>
	fc
		.record({
			...{ status: statuses, texts, change, packing, contentType, endings },
			otherHeaders: headersFor(account),
			statusText: weighted<string>([4, fc.constant('')], [1, echoOf(account)]),
		})
		.map(({ status, texts: json, change: how, statusText, ...parts }) => {
			const headers = [...parts.contentType, ...parts.otherHeaders];
			const body = changed(json, how);
			// A 401 that breaks off is asked for once more by n8n itself, which would put the answers out of step.
			// A 204 and a 304 have no body that could break off.
			if ([204, 304, 401].includes(status))
				return new Answer(status, headers, body, 'whole', statusText);
			if (!parts.packing) return new Answer(status, headers, body, parts.endings, statusText);
			const [encoding, pack] = parts.packing;
			headers.push(['Content-Encoding', encoding]);
			return new Answer(status, headers, pack(body), parts.endings, statusText);
		});

const endings = weighted<Answer['ending']>(
	[30, fc.constant('whole')],
	[5, fc.constant('chunked')],
	[1, fc.constant('cut')],
);
const fine = fc.constant<Answer['ending']>('whole');
const triedAgain = fc.constantFrom(429, 429, 500, 502, 503, 504, 408, 507, 520, 521, 522, 523, 524);
const refusedStatus = weighted(
	[4, triedAgain],
	[4, fc.constantFrom(400, 401, 403, 403, 404, 407, 413, 414, 422, 431)],
	[2, fc.constantFrom(201, 202, 204, 206, 301, 302, 304, 307, 308, 418, 501, 505, 599, 600, 999)],
);
const named = (ending: 'endless' | 'tooMuch', names: object) =>
	fc
		.constantFrom(...Object.keys(names))
		.map((name) => new Answer(0, [], Buffer.from(name), ending));
const noAnswer = weighted(
	[2, named('endless', endless)],
	[1, named('tooMuch', tooMuch)],
	[2, fc.constant(new Answer(0, [], Buffer.alloc(0), 'closed'))],
	[
		1,
		fc
			.constantFrom(
				'HTTP/1.1 abc\r\n\r\n',
				'\0\0\0\0',
				'{"data":{}}',
				'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n',
				'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
				'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}',
			)
			.map((raw) => new Answer(0, [], Buffer.from(raw), 'garbled')),
	],
);

/** A key where a refusal quotes a header. */
const quotedHeaders = (account: Account) =>
	fc
		.tuple(echoOf(account), fc.constantFrom(302, 308, 429))
		.map(([text, status]) =>
			status === 429
				? new Answer(status, [['X-RateLimit-Name', text]], Buffer.alloc(0))
				: new Answer(status, [['location', `https://${text}.example/`]], Buffer.alloc(0)),
		);

/** What a case of that account is answered with, request by request; the last goes on. */
export const answersFor = (account: Account, operation: Operation) => {
	const [fitting, other] = ANSWERS[operation];
	const ok = fc.constant(200);
	const answer = (statuses: Arbitrary<number>, texts: Text, endings: Arbitrary<Answer['ending']>) =>
		httpAnswer(statuses, texts, endings, account);
	const last = weighted<Answer>(
		[10, answer(ok, fitting, fine)],
		[4, answer(ok, fitting, endings)],
		[1, answer(ok, other, endings)],
		[1, answer(ok, words(account), endings)],
		[4, answer(refusedStatus, words(account), endings)],
		[1, answer(refusedStatus, fitting, endings)],
		[2, quotedHeaders(account)],
		[1, noAnswer],
	);
	const before = weighted<Answer>([3, answer(triedAgain, words(account), endings)], [1, noAnswer]);
	return weighted<Answer[]>(
		[6, last.map((one) => [one])],
		[1, fc.tuple(fc.array(before, { maxLength: 3 }), last).map(([some, one]) => [...some, one])],
	);
};
