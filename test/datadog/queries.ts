import { type Case, PROJECTS } from './cases';
import { USERS } from './users';

/** A query in Datadog's documented syntax, and what it means, said without any parser. */
export interface Query {
	query: string;
	/** Asked of cases that are not archived. */
	selects(one: Case): boolean;
}

const [ada] = USERS;
const [security] = PROJECTS;

const title = ({ attributes }: Case) => attributes.title.toLowerCase();
const says = (one: Case, text: string) =>
	title(one).includes(text) || one.attributes.description.toLowerCase().includes(text);
const isOpen = ({ attributes }: Case) => attributes.status === 'OPEN';
const isP1 = ({ attributes }: Case) => attributes.priority === 'P1';
const isP2 = ({ attributes }: Case) => attributes.priority === 'P2';
const isIn = ({ attributes }: Case, env: string) => !!attributes.attributes.env?.includes(env);
const belongsTo = ({ attributes }: Case, team: string) =>
	!!attributes.attributes.team?.includes(team);
const comesFrom = ({ attributes }: Case, source: string) => attributes.creation_source === source;
const isAdas = ({ relationships }: Case) => relationships.assignee?.data.id === ada.id;
const isInRegion = ({ attributes }: Case, region: string) =>
	!!attributes.custom_attributes.region?.value.includes(region);

/** Every piece of the documented syntax, and every facet, at least once. */
export const QUERIES: Query[] = [
	{ query: '', selects: () => true },
	{ query: 'status:open', selects: isOpen },
	{ query: 'status:OPEN', selects: isOpen },
	{ query: '-status:open', selects: (one) => !isOpen(one) },
	{
		query: 'status_group:SG_IN_PROGRESS',
		selects: ({ attributes }) => attributes.status_group === 'SG_IN_PROGRESS',
	},
	{
		query: 'status_name:"Pending Approval"',
		selects: ({ attributes }) => attributes.status_name === 'Pending Approval',
	},
	{ query: 'priority:P1', selects: isP1 },
	{ query: 'priority:(P1 OR P2)', selects: (one) => isP1(one) || isP2(one) },
	{ query: '-priority:(P1 OR P2)', selects: (one) => !isP1(one) && !isP2(one) },
	{
		query: 'priority:NOT_DEFINED',
		selects: ({ attributes }) => attributes.priority === 'NOT_DEFINED',
	},
	{ query: 'project:SEC', selects: ({ attributes }) => attributes.key.startsWith('SEC-') },
	{
		query: `project_id:${security.id}`,
		selects: ({ relationships }) => relationships.project.data.id === security.id,
	},
	{ query: 'type:bug', selects: ({ attributes }) => attributes.type === 'BUG' },
	{
		query: 'service:case-api',
		selects: ({ attributes }) => !!attributes.attributes.service?.includes('case-api'),
	},
	{ query: 'env:prod', selects: (one) => isIn(one, 'prod') },
	{ query: 'team:"site reliability"', selects: (one) => belongsTo(one, 'site reliability') },
	{ query: 'team:données', selects: (one) => belongsTo(one, 'données') },
	{
		query: 'creation_source:Event Management',
		selects: (one) => comesFrom(one, 'EVENT_MANAGEMENT'),
	},
	{
		query: 'creation_source:"Event Management"',
		selects: (one) => comesFrom(one, 'EVENT_MANAGEMENT'),
	},
	{
		query: 'creation_source:EVENT_MANAGEMENT',
		selects: (one) => comesFrom(one, 'EVENT_MANAGEMENT'),
	},
	{ query: 'creation_source:Event', selects: (one) => comesFrom(one, 'EVENT') },
	{ query: `assignee:${ada.id}`, selects: isAdas },
	{ query: `assignee_id:${ada.id}`, selects: isAdas },
	{ query: `assignee:${ada.attributes.email}`, selects: () => false },
	{ query: `assignee:"${ada.attributes.name}"`, selects: () => false },
	{ query: 'key:PAY-7', selects: ({ attributes }) => attributes.key === 'PAY-7' },
	{ query: 'region:emea', selects: (one) => isInRegion(one, 'emea') },
	{ query: 'region:"Paris, FR"', selects: (one) => isInRegion(one, 'Paris, FR') },
	{
		query: 'customer_tier:gold',
		selects: ({ attributes }) => attributes.custom_attributes.customer_tier?.value === 'Gold',
	},
	{ query: 'no_such_facet:anything', selects: () => false },
	{ query: 'LATENCY', selects: (one) => says(one, 'latency') },
	{ query: '-latency', selects: (one) => !says(one, 'latency') },
	{ query: 'api', selects: (one) => says(one, 'api') },
	{ query: '"api"', selects: (one) => title(one).includes('api') },
	{ query: 'Zürich 💳', selects: (one) => says(one, 'zürich') && says(one, '💳') },
	{ query: '"kubernetes pods"', selects: (one) => title(one).includes('kubernetes pods') },
	{ query: '-"kubernetes pods"', selects: (one) => !title(one).includes('kubernetes pods') },
	{ query: '"pods kubernetes"', selects: () => false },
	{ query: '"\\"blue green\\""', selects: (one) => title(one).includes('"blue green"') },
	{ query: 'status:open priority:P1', selects: (one) => isOpen(one) && isP1(one) },
	{ query: 'status:open AND priority:P1', selects: (one) => isOpen(one) && isP1(one) },
	{ query: 'status:open OR priority:P1', selects: (one) => isOpen(one) || isP1(one) },
	{
		query: 'status:open or priority:P1',
		selects: (one) => isOpen(one) && says(one, 'or') && isP1(one),
	},
	{
		query: 'status:open OR priority:P1 AND env:prod',
		selects: (one) => isOpen(one) || (isP1(one) && isIn(one, 'prod')),
	},
	{
		query: 'env:prod priority:P1 OR status:open',
		selects: (one) => (isIn(one, 'prod') && isP1(one)) || isOpen(one),
	},
	{
		query: '(status:open OR priority:P1) AND env:prod',
		selects: (one) => (isOpen(one) || isP1(one)) && isIn(one, 'prod'),
	},
	{ query: '-(status:open OR priority:P1)', selects: (one) => !isOpen(one) && !isP1(one) },
	{
		query: 'env:prod -(team:security OR priority:(P1 OR P2)) status:open',
		selects: (one) =>
			isIn(one, 'prod') && !belongsTo(one, 'security') && !isP1(one) && !isP2(one) && isOpen(one),
	},
	{
		query: '((status:open AND env:prod) OR (priority:P1 AND -env:prod)) latency',
		selects: (one) =>
			((isOpen(one) && isIn(one, 'prod')) || (isP1(one) && !isIn(one, 'prod'))) &&
			says(one, 'latency'),
	},
];
