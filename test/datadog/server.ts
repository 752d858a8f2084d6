import { type IncomingHttpHeaders, type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Account, identify, type Needs } from './accounts';
import { aggregateAnswer, countAnswer, type Variants } from './answers';
import { type CaseChanges, Caseload } from './caseload';
import { type Asked, type Fault, FaultQueue, type FaultPreset } from './faults';
import { AuthorizationServer, TOKEN_LIFETIME_SECONDS } from './oauth';
import { addOAuthEndpoints } from './oauthEndpoints';
import { RateBudgets, type RateLimit } from './rateLimit';
import {
	AGGREGATE_BODY,
	CHANGED_CASES,
	CONTROL_BODY,
	COUNT_QUERY,
	NO_QUERY,
	OPENED_CASES,
	refusalDetail,
	SEARCH_QUERY,
} from './schemas';
import { pageNumber, searchAnswer, type SearchQuery } from './search';
import { shown } from './shown';

/** A Datadog of our own, for three case endpoints and for OAuth2. */
export interface LocalDatadog {
	url: string;
	/** Every request so far, except those to `/control`. */
	requests: SeenRequest[];
	readonly inFlight: number;
	/** The most requests that were in flight at once. */
	readonly peak: number;
	/** Changes what is given; a given rate limit starts unspent, given faults replace the earlier ones. */
	control(settings: Partial<Control>): void;
	/** Opens cases, each newer than all others, that differ only in ids, keys and times. */
	openCases(count: number, changes?: CaseChanges): void;
	/** Changes (moves, closes) all cases that match the query. Returns how many these are. */
	changeCases(query: string, changes: CaseChanges): number;
	/** Issues, expires and revokes tokens. */
	oauth: Pick<AuthorizationServer, 'issue' | 'expire' | 'revokeGrant'>;
	/** Everything as after the start: cases, control, tokens, requests, rate limits and peak. */
	reset(): void;
	/** Ends at once, with the connections that are still open. */
	close(): Promise<void>;
}

/** What a request was and how it was answered. */
export interface SeenRequest {
	method: string;
	path: string;
	query: Record<string, string>;
	headers: IncomingHttpHeaders;
	/** The parsed JSON, the fields of a form, or undefined. */
	body: unknown;
	/** `now()` when it arrived. */
	at: number;
	/** What was answered; 0 while pending and when the connection closed without an answer. */
	status: number;
}

/** How the server misbehaves. */
export interface Control {
	/** Each request takes the first that concerns it. */
	faults: Array<Fault | FaultPreset>;
	rateLimit: RateLimit | null;
	/** Every answer takes this long. */
	latencyMs: number;
	variants: Variants;
	/** How long the access tokens last that are issued from now on. */
	tokenLifetimeSeconds: number;
}

declare module 'fastify' {
	interface FastifyContextConfig {
		needs?: Needs;
	}
	interface FastifyRequest {
		seen?: SeenRequest;
		account: Account;
		variants: Variants;
	}
}

interface CountQuery {
	query_filter?: string;
	group_bys?: string;
	limit?: string;
}
interface AggregateBody {
	data: { attributes: { query_filter: string; group_by: { groups: string[]; limit: number } } };
}

const SEARCH_PATH = '/api/v2/cases';
const JSON_API = 'application/vnd.api+json';
const JSON_TYPE = 'application/json';
const CONTROL_DEFAULTS: Control = {
	faults: [],
	rateLimit: null,
	latencyMs: 0,
	variants: {},
	tokenLifetimeSeconds: TOKEN_LIFETIME_SECONDS,
};
/** Datadog documents no default; an assumption. */
const DEFAULT_COUNT_LIMIT = 10;
/** Room for a percent-encoded query far longer than what is accepted, so that it is refused with a sentence. */
const MAX_HEADER_BYTES = 1_000_000;

/** A known path asked with another method is answered 405, any other path 404. */
const PATHS: Record<string, string> = {
	'/api/v1/validate': 'GET',
	'/api/v2/validate_keys': 'GET',
	[SEARCH_PATH]: 'GET',
	'/api/v2/cases/count': 'GET',
	'/api/v2/cases/aggregate': 'POST',
	'/oauth2/v1/authorize': 'GET, POST',
	'/oauth2/v1/token': 'POST',
	'/oauth2/v1/revoke': 'POST',
};

/** Starts a server on a free port, or on the given one. `now` (milliseconds) drives the rate limit and the tokens. */
export async function startDatadog(
	options: { port?: number; now?: () => number } = {},
): Promise<LocalDatadog> {
	const { port = 0, now = Date.now } = options;
	const settings: Control = { ...CONTROL_DEFAULTS };
	const faults = new FaultQueue();
	const budgets = new RateBudgets();
	const caseload = new Caseload(now);
	const oauth = new AuthorizationServer(now, () => settings.tokenLifetimeSeconds);
	const requests: SeenRequest[] = [];
	let inFlight = 0;
	let peak = 0;

	const control = (changes: Partial<Control>) => {
		Object.assign(settings, changes);
		if (changes.faults) faults.replace(changes.faults);
		if (changes.rateLimit !== undefined) budgets.reset();
	};
	const reset = () => {
		control(CONTROL_DEFAULTS);
		caseload.reset();
		oauth.reset();
		requests.length = 0;
		peak = 0;
	};

	const app = fastify({
		forceCloseConnections: true,
		exposeHeadRoutes: false,
		http: { maxHeaderSize: MAX_HEADER_BYTES },
		ajv: { customOptions: { coerceTypes: false, removeAdditional: false, verbose: true } },
		schemaErrorFormatter: (errors, part) => new Error(refusalDetail(errors[0], part)),
	});
	app.decorateRequest('account', 'default');

	app.addHook('onRequest', async (request, reply) => {
		if (request.url.startsWith('/control')) return;
		const seen: SeenRequest = {
			method: request.method,
			path: pathOf(request),
			query: request.query as Record<string, string>,
			headers: request.headers,
			body: undefined,
			at: now(),
			status: 0,
		};
		request.seen = seen;
		requests.push(seen);
		peak = Math.max(peak, ++inFlight);
		reply.raw.once('close', () => {
			inFlight--;
			if (reply.raw.headersSent) seen.status = reply.raw.statusCode;
		});
		if (!(await waited(reply, settings.latencyMs))) return reply;

		const { needs } = request.routeOptions.config;
		const identity = needs && identify(request.headers, needs, (token) => oauth.accessOf(token));
		const account = identity && 'account' in identity ? identity.account : undefined;
		if (settings.rateLimit) {
			const { limit, periodSeconds } = settings.rateLimit;
			const { headers, exceeded } = budgets.spend(account ?? 'nobody', settings.rateLimit, now());
			reply.headers(headers);
			if (exceeded) {
				const sentence = `Rate limit of ${limit} requests in ${periodSeconds} seconds reached. Please try again later.`;
				return refuse(reply, 429, [sentence]);
			}
		}
		if (identity && 'errors' in identity) return refuse(reply, identity.status, identity.errors);
		if (account) request.account = account;
		return undefined;
	});

	app.addHook('preValidation', async (request, reply) => {
		if (!request.seen) return;
		request.seen.body = request.body ?? undefined;
		const fault = faults.take(askedBy(request));
		request.variants = { ...settings.variants, ...fault?.variants };
		if (!fault) return;
		if (!(await waited(reply, fault.delayMs ?? 0))) return reply;
		const { opens, changes } = fault;
		if (opens) caseload.open(opens.count, opens.changes ?? {});
		if (changes) caseload.change(changes.query, changes.changes);
		return befall(fault, reply);
	});

	app.get('/api/v1/validate', { config: { needs: 'apiKey' }, schema: NO_QUERY }, () => ({
		valid: true,
	}));
	app.get('/api/v2/validate_keys', { config: { needs: 'bothKeys' }, schema: NO_QUERY }, () => ({
		status: 'ok',
	}));
	app.get<{ Querystring: CountQuery }>(
		'/api/v2/cases/count',
		{ config: { needs: 'casesRead' }, schema: COUNT_QUERY },
		({ query, account, variants }, reply) => {
			const cases = caseload.matching(account, query.query_filter ?? '');
			const fields = query.group_bys?.split(',') ?? [];
			const limit = Number(query.limit ?? DEFAULT_COUNT_LIMIT);
			return send(reply, 200, JSON_API, countAnswer(cases, fields, limit, variants));
		},
	);
	app.post<{ Body: AggregateBody }>(
		'/api/v2/cases/aggregate',
		{ config: { needs: 'casesRead' }, schema: AGGREGATE_BODY },
		({ body, account, variants }, reply) => {
			const { query_filter: query, group_by: groupBy } = body.data.attributes;
			const cases = caseload.matching(account, query);
			const { groups, limit } = groupBy;
			return send(reply, 200, JSON_API, aggregateAnswer(cases, groups, limit, variants));
		},
	);

	app.get<{ Querystring: SearchQuery }>(
		SEARCH_PATH,
		{ config: { needs: 'casesRead' }, schema: SEARCH_QUERY },
		({ query, account, variants }, reply) => {
			const cases = caseload.matching(account, query.filter ?? '').map(({ source }) => source);
			return send(reply, 200, JSON_API, searchAnswer(cases, query, variants));
		},
	);

	addOAuthEndpoints(app, oauth);

	app.put<{ Body: Partial<Control> }>('/control', { schema: CONTROL_BODY }, ({ body }) => {
		control(body);
		return settings;
	});
	app.delete('/control', () => {
		reset();
		return settings;
	});
	app.get('/control/requests', () => requests.map(shown));
	app.post<{ Body: { count: number; changes?: CaseChanges } }>(
		'/control/cases',
		{ schema: OPENED_CASES },
		({ body }) => {
			caseload.open(body.count, body.changes ?? {});
			return { opened: body.count };
		},
	);
	app.patch<{ Body: { query: string; changes: CaseChanges } }>(
		'/control/cases',
		{ schema: CHANGED_CASES },
		({ body }) => ({ changed: caseload.change(body.query, body.changes) }),
	);

	app.setNotFoundHandler((request, reply) => {
		const method = PATHS[pathOf(request)];
		if (!method) return refuse(reply, 404, ['Not found']);
		return refuse(reply.header('allow', method), 405, ['Method Not Allowed']);
	});
	app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
		const status = error.statusCode ?? 500;
		const refusal = { status: String(status), title: STATUS_CODES[status], detail: error.message };
		return send(reply, status, JSON_API, JSON.stringify({ errors: [refusal] }));
	});

	await app.listen({ port, host: '127.0.0.1' });
	return {
		url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
		requests,
		get inFlight() {
			return inFlight;
		},
		get peak() {
			return peak;
		},
		control,
		openCases: (count, changes = {}) => caseload.open(count, changes),
		changeCases: (query, changes) => caseload.change(query, changes),
		oauth,
		reset,
		close: () => app.close(),
	};
}

function pathOf({ url }: FastifyRequest): string {
	return url.split('?')[0];
}

function askedBy(request: FastifyRequest): Asked {
	const path = pathOf(request);
	const { query_filter: counted, filter: searched } = request.query as CountQuery & SearchQuery;
	const aggregated = (request.body as AggregateBody | undefined)?.data?.attributes?.query_filter;
	const query = counted ?? searched ?? aggregated;
	return {
		path,
		query: typeof query === 'string' ? query : '',
		page: path === SEARCH_PATH ? pageNumber(request.query as SearchQuery) : undefined,
	};
}

function refuse(reply: FastifyReply, status: number, errors: string[]): FastifyReply {
	return send(reply, status, JSON_TYPE, JSON.stringify({ errors }));
}

/** Bytes rather than text: fastify would add a charset, which Datadog's case endpoints do not send. */
function send(reply: FastifyReply, status: number, type: string, text: string): FastifyReply {
	return reply.code(status).header('content-type', type).send(Buffer.from(text));
}

/** False when the client left, or the server closed, in the meantime. */
async function waited(reply: FastifyReply, delayMs: number): Promise<boolean> {
	if (delayMs > 0) {
		const gone = new AbortController();
		reply.raw.once('close', () => gone.abort());
		await wait(delayMs, undefined, { signal: gone.signal }).catch(() => undefined);
	}
	if (reply.raw.destroyed) reply.hijack();
	return !reply.raw.destroyed;
}

/** Answers as the fault says; undefined leaves the answer to the endpoint. */
function befall(fault: Fault, reply: FastifyReply): FastifyReply | undefined {
	if (fault.close) {
		reply.hijack().raw.socket?.destroy();
		return reply;
	}
	const replaced = fault.status !== undefined || fault.body !== undefined || fault.cut;
	const { status = 200 } = fault;
	const body =
		fault.body ?? (status < 400 ? '{}' : JSON.stringify({ errors: [STATUS_CODES[status]] }));
	const type = fault.contentType ?? (body && JSON_TYPE);
	if (replaced && type) reply.header('content-type', type);
	reply.headers(fault.headers ?? {});
	if (fault.cut) {
		reply.header('content-length', Buffer.byteLength(body) + 100);
		const { raw } = reply.hijack();
		raw.writeHead(status, reply.getHeaders() as OutgoingHttpHeaders);
		raw.write(body, () => raw.socket?.end());
		return reply;
	}
	if (!replaced) return undefined;
	return reply.code(status).send(body ? Buffer.from(body) : undefined);
}
