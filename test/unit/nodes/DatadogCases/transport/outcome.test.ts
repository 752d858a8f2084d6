import { lostConnectionFrom } from '../../../../../nodes/DatadogCases/transport/outcome';

it.each([
	[
		Object.assign(new Error('lost'), { cause: { code: 'ECONNRESET', message: 'socket hang up' } }),
		{ code: 'ECONNRESET', reason: 'socket hang up', headers: {} },
	],
	[
		Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
		{ code: 'ECONNRESET', reason: 'socket hang up', headers: {} },
	],
	[
		Object.assign(new Error('The connection was aborted'), {
			httpCode: 'ECONNRESET',
			messages: ['socket hang up'],
		}),
		{ code: 'ECONNRESET', reason: 'socket hang up', headers: {} },
	],
	[
		Object.assign(new Error('aborted'), { httpCode: '200' }),
		{ code: 'ERR_BAD_RESPONSE', reason: 'aborted', headers: {} },
	],
	[
		Object.assign(new Error('no code'), { httpCode: null }),
		{ code: undefined, reason: 'no code', headers: {} },
	],
	[
		// Both IPv4 and IPv6 refused the connection. Node.js has no message of its own then.
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
			reason: 'connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1',
			headers: {},
		},
	],
	[
		// Wrapped by axios, without a code.
		Object.assign(new Error(''), {
			cause: Object.assign(new Error(''), {
				cause: new AggregateError([
					Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' }),
				]),
			}),
		}),
		{ code: 'ETIMEDOUT', reason: 'connect ETIMEDOUT', headers: {} },
	],
	['a thrown text', { code: undefined, reason: 'a thrown text', headers: {} }],
	[{ odd: 1 }, { code: undefined, reason: '', headers: {} }],
	[null, { code: undefined, reason: '', headers: {} }],
	[undefined, { code: undefined, reason: '', headers: {} }],
])('reads the code of the connection that was lost from %p', (error, outcome) => {
	expect(lostConnectionFrom(error)).toEqual(outcome);
});
