import { lostConnectionFrom } from '../../../../../nodes/DatadogCases/transport/outcome';

it.each([
	[
		Object.assign(new Error('lost'), { cause: { code: 'ECONNRESET', message: 'socket hang up' } }),
		{ code: 'ECONNRESET', words: 'socket hang up', headers: {} },
	],
	[
		Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
		{ code: 'ECONNRESET', words: 'socket hang up', headers: {} },
	],
	[
		Object.assign(new Error('The connection was aborted'), {
			httpCode: 'ECONNRESET',
			messages: ['socket hang up'],
		}),
		{ code: 'ECONNRESET', words: 'socket hang up', headers: {} },
	],
	[
		Object.assign(new Error('aborted'), { httpCode: '200' }),
		{ code: 'ERR_BAD_RESPONSE', words: 'aborted', headers: {} },
	],
	[
		Object.assign(new Error('no code'), { httpCode: null }),
		{ code: undefined, words: 'no code', headers: {} },
	],
	[
		// IPv4 and IPv6, each refused: Node.js gives no message of its own.
		Object.assign(new Error(''), {
			cause: Object.assign(
				new AggregateError([
					Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' }),
					Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }),
				]),
				{ code: 'ECONNREFUSED' },
			),
		}),
		{
			code: 'ECONNREFUSED',
			words: 'connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1',
			headers: {},
		},
	],
	[
		// As axios wraps it, without a code.
		Object.assign(new Error(''), {
			cause: Object.assign(new Error(''), {
				cause: new AggregateError([
					Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' }),
				]),
			}),
		}),
		{ code: 'ETIMEDOUT', words: 'connect ETIMEDOUT', headers: {} },
	],
	['a thrown text', { code: undefined, words: 'a thrown text', headers: {} }],
	[{ odd: 1 }, { code: undefined, words: '', headers: {} }],
	[null, { code: undefined, words: '', headers: {} }],
	[undefined, { code: undefined, words: '', headers: {} }],
])('reads the code of the connection that was lost from %p', (error, outcome) => {
	expect(lostConnectionFrom(error)).toEqual(outcome);
});
