import fc from 'fast-check';

import { generateCases } from '../../../../datadog/cases';
import { QUERIES } from '../../../../datadog/queries';
import { compileQuery, searchable } from '../../../../datadog/query';
import { caseListLinks, queryWithValue } from '../../../../../nodes/DatadogCases/actions/caseQuery';

it.each([
	['', 'status:OPEN'],
	[' \n', 'status:OPEN'],
	['project:SEC', 'project:SEC status:OPEN'],
	['project:SEC env:prod', 'project:SEC env:prod status:OPEN'],
	['a OR b', '(a OR b) status:OPEN'],
	['a OR b AND c', '(a OR b AND c) status:OPEN'],
	['(a) OR (b)', '((a) OR (b)) status:OPEN'],
	['a || b', '(a || b) status:OPEN'],
	['a\nOR\tb', '(a\nOR\tb) status:OPEN'],
	['"x" OR"y"', '("x" OR"y") status:OPEN'],
	['a\\"b OR c', '(a\\"b OR c) status:OPEN'],
	['(a OR b)', '(a OR b) status:OPEN'],
	['priority:(P1 OR P2)', 'priority:(P1 OR P2) status:OPEN'],
	['((a) OR b) c', '((a) OR b) c status:OPEN'],
	['"this OR that"', '"this OR that" status:OPEN'],
	['"a \\" OR b"', '"a \\" OR b" status:OPEN'],
	['a or b', 'a or b status:OPEN'],
	['ORDER FOR', 'ORDER FOR status:OPEN'],
])('adds a value to the query %j', (query, expected) => {
	expect(queryWithValue(query, 'status', 'OPEN')).toBe(expected);
});

it.each([
	['OPEN', 'x:OPEN'],
	['case-api', 'x:case-api'],
	['v1.2_3', 'x:v1.2_3'],
	['données', 'x:données'],
	['9b2d7c14-3f58', 'x:9b2d7c14-3f58'],
	['In Progress', 'x:"In Progress"'],
	['', 'x:""'],
	['say "hi"', 'x:"say \\"hi\\""'],
	['a\\b', 'x:"a\\\\b"'],
	['-x', 'x:"-x"'],
	['(P1)', 'x:"(P1)"'],
	['a:b', 'x:"a:b"'],
	['a*', 'x:"a*"'],
	['OR', 'x:"OR"'],
	['AND', 'x:"AND"'],
	['NOT', 'x:"NOT"'],
	['💳', 'x:"💳"'],
])('writes the value %j as Datadog reads it', (value, expected) => {
	expect(queryWithValue('', 'x', value)).toBe(expected);
});

describe('in the words of the local Datadog', () => {
	const cases = generateCases()
		.filter((_, i) => i % 3 === 0)
		.map(searchable);
	const fields = ['status', 'priority', 'project', 'service', 'team', 'env', 'region', 'type'];
	const valuesOf = (field: string) => [
		...new Set(cases.flatMap(({ values }) => values.get(field) ?? [])),
	];
	const valued = fc.oneof(
		...fields.map((field) =>
			fc.record({ field: fc.constant(field), value: fc.constantFrom(...valuesOf(field)) }),
		),
	);
	const terms = QUERIES.map(({ query }) => query).filter((query) => query !== '');
	const joined = fc.letrec<{ query: string; term: string }>((tie) => ({
		term: fc.oneof(
			{ maxDepth: 3 },
			fc.constantFrom(...terms),
			tie('query').map((query) => `(${query})`),
		),
		query: fc
			.tuple(
				tie('term'),
				fc.array(fc.tuple(fc.constantFrom(' ', ' AND ', ' OR ', ' || '), tie('term')), {
					maxLength: 3,
				}),
			)
			.map(([first, rest]) => first + rest.flat().join('')),
	})).query;
	const matching = (query: string) => cases.filter(compileQuery(query));

	it('finds what the query finds and has the value, whatever the query is', () => {
		fc.assert(
			fc.property(joined, valued, (query, { field, value }) => {
				const expected = matching(query).filter(({ values }) => values.get(field)?.includes(value));
				expect(matching(queryWithValue(query, field, value))).toEqual(expected);
			}),
			{ numRuns: 500 },
		);
	});

	it('asks for a value of any text, and for nothing beside it', () => {
		const [model] = generateCases();
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), (value) => {
				const one = searchable({
					...model,
					attributes: { ...model.attributes, attributes: { service: [value] } },
				});
				expect(compileQuery(queryWithValue('', 'service', value))(one)).toBe(true);
				expect(compileQuery(queryWithValue('', 'service', `${value}!`))(one)).toBe(false);
			}),
			{ numRuns: 500 },
		);
	});
});

describe('the link to the case list', () => {
	it.each([
		['datadoghq.com', 'app.datadoghq.com'],
		['datadoghq.eu', 'app.datadoghq.eu'],
		['us3.datadoghq.com', 'us3.datadoghq.com'],
		['us5.datadoghq.com', 'us5.datadoghq.com'],
		['ap1.datadoghq.com', 'ap1.datadoghq.com'],
		['ap2.datadoghq.com', 'ap2.datadoghq.com'],
		['uk1.datadoghq.com', 'uk1.datadoghq.com'],
		['ddog-gov.com', 'app.ddog-gov.com'],
		['us2.ddog-gov.com', 'us2.ddog-gov.com'],
	])('of %s is on %s', (site, host) => {
		const links = caseListLinks(site, 'a OR "b c"');
		expect(links.ofQuery).toEqual({ url: `https://${host}/cases?query=a%20OR%20%22b%20c%22` });
		expect(links.ofValue('team', 'R&D #1')).toEqual({
			url: `https://${host}/cases?query=(a%20OR%20%22b%20c%22)%20team%3A%22R%26D%20%231%22`,
		});
		expect(links.ofValue('team', null)).toEqual({});
	});

	it('has no query where there is none', () => {
		const links = caseListLinks('datadoghq.eu', ' ');
		expect(links.ofQuery).toEqual({ url: 'https://app.datadoghq.eu/cases' });
		expect(links.ofValue('status', 'OPEN')).toEqual({
			url: 'https://app.datadoghq.eu/cases?query=status%3AOPEN',
		});
	});

	it('is left out where the pages are not known', () => {
		const links = caseListLinks('custom', 'status:open');
		expect([links.ofQuery, links.ofValue('team', 'core')]).toEqual([{}, {}]);
	});
});
