import { type CaseOrder, inOrder } from '../../../../../nodes/DatadogCases/actions/caseOrder';
import type { FoundCase } from '../../../../../nodes/DatadogCases/actions/foundCase';

const found = (id: string, createdAt: string, priority = '', status = ''): FoundCase => ({
	id,
	createdAt,
	priority,
	status,
	simplified: {},
	raw: {},
});

const idsIn = (cases: FoundCase[], order: CaseOrder) => inOrder(cases, order).map(({ id }) => id);

it('compares times to the nanosecond, though Datadog leaves out trailing zeros', () => {
	const cases = [
		found('a', '2026-01-24T00:47:45.477244496Z'),
		found('b', '2026-01-24T00:47:45.4772445Z'),
		found('c', '2026-01-24T00:47:45Z'),
		found('d', '2026-01-24T00:47:44.9Z'),
	];
	expect(idsIn(cases, { field: 'created_at', direction: 'desc' })).toEqual(['b', 'a', 'c', 'd']);
	expect(idsIn(cases, { field: 'created_at', direction: 'asc' })).toEqual(['d', 'c', 'a', 'b']);
});

it('keeps cases of the same time in their order', () => {
	const time = '2026-01-24T00:47:45Z';
	const cases = [found('a', time), found('b', time)];
	expect(idsIn(cases, { field: 'created_at', direction: 'desc' })).toEqual(['a', 'b']);
});

it('puts values that Datadog has added since behind the others', () => {
	const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];
	const cases = [
		found('new', late, 'P0', 'RESOLVED'),
		found('P5', early, 'P5', 'CLOSED'),
		found('P1', early, 'P1', 'OPEN'),
		found('P1 later', late, 'P1', 'IN_PROGRESS'),
	];
	expect(idsIn(cases, { field: 'priority', direction: 'asc' })).toEqual([
		'P1 later',
		'P1',
		'P5',
		'new',
	]);
	expect(idsIn(cases, { field: 'status', direction: 'desc' })).toEqual([
		'new',
		'P5',
		'P1 later',
		'P1',
	]);
});
