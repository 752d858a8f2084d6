/** Runs with an OAuth2 credential: tokens that have run out, and new ones that are given, refused or hidden in junk. */
import fc, { type Arbitrary } from 'fast-check';
import type { ICredentialDataDecryptedObject, INodeExecutionData } from 'n8n-workflow';

import { CredentialStore, runNode } from '../../support/engine';
import { connectionTo } from '../../support/account';
import type { Account } from './accounts';
import { Answer } from './answers';
import { headersFor } from './headers';
import { fail, judgeWords } from './judge';
import { isFixed } from './messages';
import { takePrinted } from './output';
import { type AnswerServer, SENT_TOKEN } from './server';
import { weighted } from './texts';
import { words } from './words';

const token = (name: string) => `ddo_${name}_8f14e45fceea167a5a36dedd4bea2543`;
const CLIENT_SECRET = token('ClientSecret');
const STORED = { access_token: token('Access0'), refresh_token: token('Refresh0') };

/** What no output may hold. */
const account: Account = {
	number: 3,
	headers: {},
	secrets: [STORED.access_token, STORED.refresh_token, CLIENT_SECRET],
	[fc.toStringMethod]: () => 'the OAuth2 account',
};
const NEW = [1, 2].map((number) => ({
	access_token: token(`Access${number}`),
	refresh_token: token(`Refresh${number}`),
}));
const newSecrets: Account = { ...account, secrets: NEW.flatMap((tokens) => Object.values(tokens)) };

export interface Connection {
	/** The queries of the items. */
	queries: string[];
	answers: Answer[];
	tokenAnswers: Answer[];
	/** Whether the credential's token has run out, by what n8n noted. */
	isOver: boolean;
	onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
}

const counted = JSON.stringify({
	data: {
		attributes: {
			groups: [
				{
					group: 'status',
					group_values: [
						{ value: 'OPEN', count: 2 },
						{ value: null, count: 1 },
					],
				},
			],
		},
	},
});
const ITEMS = [
	{ groupBy: 'status', value: 'OPEN', count: 2 },
	{ groupBy: 'status', value: null, count: 1 },
];

const answer = (
	statuses: Arbitrary<number>,
	texts: Arbitrary<string>,
	headers: Arbitrary<Array<[string, string]>>,
): Arbitrary<Answer> =>
	fc
		.tuple(statuses, texts, headers)
		.map(([status, text, some]) => new Answer(status, some, Buffer.from(text)));
const JSON_TYPE: Array<[string, string]> = [['content-type', 'application/json']];
const noAnswer = fc.constant(new Answer(0, [], Buffer.alloc(0), 'closed'));

const echoes = fc.constantFrom(
	`{"errors":["Bearer ${SENT_TOKEN} has run out"]}`,
	`<html><body>authorization: Bearer ${SENT_TOKEN}</body></html>`,
);
const refusal = weighted<Answer>(
	[
		6,
		answer(
			fc.constantFrom(401, 401, 403),
			weighted([2, echoes], [1, words(account)]),
			headersFor(account),
		),
	],
	[
		2,
		answer(
			fc.constantFrom(400, 404, 407, 408, 429, 500, 503, 522, 302),
			weighted([1, echoes], [1, words(account)]),
			headersFor(account),
		),
	],
	[1, noAnswer],
);
const fine = new Answer(200, JSON_TYPE, Buffer.from(counted));
const answers = fc.array(weighted<Answer>([2, fc.constant(fine)], [3, refusal]), {
	minLength: 1,
	maxLength: 5,
});

const tokenText = fc
	.tuple(
		fc.constantFrom(...NEW),
		fc.constantFrom<(tokens: object) => unknown>(
			(tokens) => ({ ...tokens, token_type: 'bearer', expires_in: 3600 }),
			(tokens) => ({ ...tokens, token_type: 'Bearer', expires_in: 0 }),
			(tokens) => ({ ...tokens }),
			(tokens) => ({ result: tokens }),
			(tokens) => [tokens],
			(tokens) => ({ ...tokens, error: 'invalid_grant' }),
		),
	)
	.map(([tokens, form]) => JSON.stringify(form(tokens)));
const tokenAnswers = fc.array(
	weighted<Answer>(
		[5, answer(fc.constant(200), tokenText, fc.constant(JSON_TYPE))],
		[
			1,
			answer(
				fc.constant(200),
				tokenText.map((text) => text.slice(0, -2)),
				headersFor(account),
			),
		],
		[1, answer(fc.constant(200), words(account), headersFor(account))],
		[2, answer(fc.constantFrom(400, 401, 403, 429, 500, 302), words(account), headersFor(account))],
		[1, answer(fc.constantFrom(400, 500), tokenText, fc.constant(JSON_TYPE))],
		[1, noAnswer],
	),
	{ minLength: 1, maxLength: 3 },
);

export const connections: Arbitrary<Connection> = fc.record({
	queries: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 }),
	answers,
	tokenAnswers,
	isOver: fc.boolean(),
	onError: fc.constantFrom('stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'),
});

/** @throws Error when a token is told, or an item has not exactly one result. */
export async function checkConnection(one: Connection, server: AnswerServer) {
	const { queries, isOver, onError } = one;
	const served = server.serve(one.answers, one.tokenAnswers);
	const noted = isOver ? { n8n_expires_at: '0' } : {};
	const credential: ICredentialDataDecryptedObject = {
		...connectionTo(served.address, { ...STORED, token_type: 'bearer', ...noted }),
		clientSecret: CLIENT_SECRET,
	};
	takePrinted();
	const result = await runNode({
		parameters: {
			authentication: 'oAuth2',
			query: '={{ $json.query }}',
			options: { maxRetries: 2, maxWait: 10 },
		},
		input: queries.map((query) => ({ query })),
		credential: new CredentialStore(credential),
		settings: { onError },
	});
	server.forget();
	judgeWords([result, takePrinted()], [account, newSecrets]);

	const { error, items, errorItems } = result;
	fail(error && onError !== 'stopWorkflow', 'the execution ended with an error', error);
	if (error) {
		fail(!isFixed(error.message), 'a message that is not documented', error);
		return fail(items.length > 0, 'items beside an error', items);
	}
	for (const item of queries.keys()) {
		const own = [...items, ...errorItems].filter(
			({ pairedItem }) => (pairedItem as { item: number }).item === item,
		);
		fail(!isOneResult(own), `item ${item} has not exactly one result`, own);
	}
	const others = [...items, ...errorItems].filter(
		({ pairedItem }) => !((pairedItem as { item: number }).item in queries),
	);
	fail(others.length > 0, 'items of no input item', others);
}

function isOneResult(own: INodeExecutionData[]): boolean {
	const error = own[0]?.json.error;
	if (typeof error === 'string') return own.length === 1 && isFixed(error);
	return JSON.stringify(own.map((one) => one.json)) === JSON.stringify(ITEMS);
}
