import fc from 'fast-check';

import { SharedRequest } from '../../../../../../nodes/DatadogCases/transport/rateLimiter/sharedRequest';
import { TurnQueue } from '../../../../../../nodes/DatadogCases/transport/rateLimiter/turnQueue';
import type { Turn } from '../../../../../../nodes/DatadogCases/transport/rateLimiter/turnQueue';

const turn = (name: string): Turn => ({
	request: new SharedRequest(name, 0),
	start: () => {},
	drop: () => {},
});
const any = () => true;
const namesOf = (queue: TurnQueue) => [...queue].map(({ request }) => request.outageKey);

it('gives the first of those that are preferred, else the first of all', () => {
	const queue = new TurnQueue();
	expect(queue.first(any)).toBe('none');
	const [a, b, c] = ['a', 'b', 'c'].map(turn);
	queue.add(a);
	queue.add(b);
	expect(queue.first(any)).toBe(a);
	queue.add(c);
	expect(queue.first((one) => one === b)).toBe(b);
	expect(queue.first((one) => one === c)).toBe(c);
	expect(queue.first(() => false)).toBe(a);
});

it('is a plain list, whatever is added, taken and left out', () => {
	const step = fc.oneof(
		fc.record({ kind: fc.constant('add' as const) }),
		fc.record({ kind: fc.constant('take' as const) }),
		fc.record({ kind: fc.constant('delete' as const), at: fc.nat(9) }),
		fc.record({ kind: fc.constant('keep' as const), at: fc.nat(9) }),
	);
	fc.assert(
		fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
			const queue = new TurnQueue();
			let list: Turn[] = [];
			for (const [i, one] of steps.entries()) {
				if (one.kind === 'add') {
					const added = turn(String(i));
					queue.add(added);
					list.push(added);
				} else if (one.kind === 'take') {
					const first = queue.first(any);
					expect(first).toBe(list[0] ?? 'none');
					if (first !== 'none') queue.delete(first);
					list = list.slice(1);
				} else {
					const gone = list[one.at];
					if (one.kind === 'delete' && gone) queue.delete(gone);
					if (one.kind === 'keep') queue.keep((kept) => kept !== gone);
					list = list.filter((kept) => kept !== gone);
				}
				expect(namesOf(queue)).toEqual(list.map(({ request }) => request.outageKey));
				expect(queue.size).toBe(list.length);
			}
		}),
	);
});
