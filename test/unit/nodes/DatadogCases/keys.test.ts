/** No key in anything that n8n stores or shows, however an answer spells it and wherever it stands. */
import { connectionTo } from '../../../support/account';
import { tested } from '../../../support/credentialTest';
import { CredentialStore, runNode } from '../../../support/engine';
import { accounts, credential, credentialOf } from '../../../tools/fuzz/accounts';
import { Answer } from '../../../tools/fuzz/answers';
import { judgeWords } from '../../../tools/fuzz/judge';
import { type AnswerServer, startServer } from '../../../tools/fuzz/server';
import { spellings } from '../../../tools/fuzz/spellings';
import { activate } from '../../../support/poll';

const [account] = accounts;
const [API_KEY, APPLICATION_KEY] = account.secrets;

let server: AnswerServer;
beforeAll(async () => (server = await startServer()));
afterAll(() => server.close());
beforeEach(() => server.forget());

const json = (status: number, body: unknown) =>
	new Answer(status, [['content-type', 'application/json']], Buffer.from(JSON.stringify(body)));
const page = (html: string) => new Answer(400, [['content-type', 'text/html']], Buffer.from(html));
const inHeader = (text: string) => text.replace(/[^\x20-\x7e]/g, '');

/** Where an answer may hold a key. */
const carriers: Record<string, (key: string) => Answer> = {
	'an error': (key) => json(400, { errors: [key] }),
	'an error beside another': (key) =>
		json(403, { errors: ['Forbidden', { title: 'No', detail: key }] }),
	'the name of a member': (key) => json(400, { problem: { [key]: 'unknown' } }),
	'an answer without data': (key) => json(200, { message: key }),
	'a page': (key) => page(`<html><body><h1>No</h1><p>${key}</p></body></html>`),
	'an attribute': (key) => page(`<p title="${key}" id=${key}>No</p>`),
	'cut JSON': (key) =>
		new Answer(
			400,
			[],
			Buffer.from(JSON.stringify({ a: 1, errors: [`${key} and more`] }).slice(0, -8)),
		),
	'the status text': (key) => new Answer(400, [], Buffer.alloc(0), 'whole', inHeader(key)),
	'a cookie': (key) => new Answer(400, [['set-cookie', `a=${inHeader(key)}`]], Buffer.alloc(0)),
	'a redirect': (key) =>
		new Answer(
			302,
			[['location', `https://${inHeader(key)}.example/${inHeader(key)}`]],
			Buffer.alloc(0),
		),
	'the name of the rate limit': (key) =>
		new Answer(429, [['x-ratelimit-name', inHeader(key)]], Buffer.alloc(0)),
};

const all = Object.entries(carriers).flatMap(([where, carry]) =>
	Object.entries(spellings).flatMap(([how, spell]) =>
		account.secrets.map((secret) => ({ name: `${where}, ${how}`, answer: carry(spell(secret)) })),
	),
);

const PARAMETERS = { options: { maxRetries: 0 } };
const itemFor = (answer: Answer) => ({ account: 0, address: server.serve([answer]).address });

it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
	'tells no key in an item when the workflow goes on with %s',
	async (onError) => {
		const input = all.map(({ answer }) => itemFor(answer));
		const result = await runNode({
			parameters: PARAMETERS,
			input,
			credential,
			settings: { onError },
		});
		const refused = onError === 'continueErrorOutput' ? result.errorItems : result.items;
		expect(refused.map(({ pairedItem }) => pairedItem)).toEqual(all.map((_, item) => ({ item })));
		judgeWords([result], accounts);
	},
);

it.each([false, true])(
	'tells no key in an error, as the tool of an agent: %s',
	async (asAgentTool) => {
		for (const { answer } of all.filter((_, at) => at % 7 === 0)) {
			const result = await runNode({
				parameters: PARAMETERS,
				input: [itemFor(answer)],
				credential,
				asAgentTool,
			});
			expect(result.error?.context).toEqual({ itemIndex: 0 });
			expect(result.items).toEqual([]);
			judgeWords([result], accounts);
		}
	},
);

it('tells no key in a failed poll or its warning', async () => {
	for (const { answer } of all.filter((_, at) => at % 7 === 1)) {
		const { address } = server.serve([answer]);
		const trigger = activate({
			parameters: { threshold: 5, options: { maxRetries: 0 } },
			credential: credentialOf(account, address),
		});
		const told: unknown[] = [];
		for (const mode of ['manual', 'trigger', 'trigger'] as const) {
			await trigger.poll(mode).catch((error: unknown) => told.push(error));
		}
		expect(told.length + trigger.warnings.length).toBe(3);
		judgeWords([told, trigger.warnings, trigger.memory()], accounts);
	}
});

it("tells no key in the result of the credential's test", async () => {
	for (const { answer } of all.filter((_, at) => at % 5 === 0)) {
		const { address } = server.serve([answer]);
		const result = await tested(credentialOf(account, address));
		expect(result.status).toBe('Error');
		judgeWords([result], accounts);
	}
});

it.each([400, 401, 429, 500])(
	'tells no token, old or new, when the address for tokens answers with %d',
	async (status) => {
		const tokens = { access_token: API_KEY, refresh_token: APPLICATION_KEY, token_type: 'bearer' };
		const NEW = ['ddo_8f14e45fceea167a5a36dedd4bea2543', 'ddr_c9f0f895fb98ab9159f51fd0297e236d'];
		const fresh = { access_token: NEW[0], refresh_token: NEW[1] };
		for (const spell of Object.values(spellings)) {
			const told = JSON.stringify({ ...fresh, error_description: spell(APPLICATION_KEY) });
			const { address } = server.serve(
				[json(401, { errors: [spell(API_KEY)] })],
				[new Answer(status, [], Buffer.from(told.slice(0, -1)))],
			);
			const result = await runNode({
				parameters: { ...PARAMETERS, authentication: 'oAuth2' },
				credential: new CredentialStore(connectionTo(address, tokens)),
			});
			expect(result.error?.httpCode ?? '').toMatch(/^(401)?$/);
			judgeWords([result], [{ ...account, secrets: [...account.secrets, ...NEW] }]);
		}
	},
);

it('shows what stands beside a key', async () => {
	const input = [
		itemFor(json(400, { errors: [`Unknown key ${API_KEY} for service_definition_name`] })),
		itemFor(new Answer(302, [['location', `https://${API_KEY}.example.com/`]], Buffer.alloc(0))),
	];
	const settings = { onError: 'continueRegularOutput' as const };
	const { items } = await runNode({ parameters: PARAMETERS, input, credential, settings });
	expect(items).toEqual([
		{
			json: {
				error: 'Datadog rejected the request',
				details: {
					httpCode: '400',
					description:
						"Datadog's message: \"Unknown key [hidden] for service_definition_name\". Check the syntax of 'Query' and the field names in 'Group By'. To test the query, paste it into the search bar of Datadog's case list.",
				},
			},
			pairedItem: { item: 0 },
		},
		{
			json: {
				error: 'The server redirected the request to another address',
				details: {
					httpCode: '302',
					description:
						"Datadog's message is empty. The new address is on the host [hidden].example.com. In the credential, check 'Site' or, if you use a gateway, the host and path of 'Base URL'.",
				},
			},
			pairedItem: { item: 1 },
		},
	]);
});

it('shows no key of a value, a field or an expression that it names', async () => {
	const counted = (group: string, values: unknown[]) => ({ group, group_values: values });
	const answer = (groups: unknown[]) => json(200, { data: { attributes: { groups } } });
	const spelled = await runNode({
		parameters: { groupBy: ['status'], options: { includeValues: API_KEY.toUpperCase() } },
		input: [itemFor(answer([counted('status', [{ value: API_KEY, count: 1 }])]))],
		credential,
	});
	expect(spelled.error?.description).toBe(
		"'Include Values' has \"[hidden]\", but Datadog returned \"[hidden]\". Use Datadog's spelling in 'Include Values'.",
	);
	const bare = await runNode({
		parameters: { groupBy: ['status', API_KEY], options: {} },
		input: [
			itemFor(answer([counted('status', [{ value: 'OPEN', count: 1 }]), counted(API_KEY, [])])),
		],
		credential,
	});
	expect(bare.hints).toEqual([
		"No cases have a value for [hidden]. Check the names in 'Group By' and 'Custom Group By': Datadog returns the same result if it doesn't know a field.",
	]);
	const thrown = await runNode({
		parameters: { query: `={{ $('${API_KEY}').first().json.a }}` },
		input: [{ account: 0, address: 'http://127.0.0.1:9' }],
		credential,
	});
	expect(thrown.error?.message).toBe("A parameter couldn't be read");
	expect(thrown.error?.description).toBe('n8n\'s message: "Referenced node doesn\'t exist".');
});
