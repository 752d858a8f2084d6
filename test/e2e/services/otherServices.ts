import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';

/** A request to Gotify, Mattermost or Jira. */
export interface ServiceRequest {
	method: string;
	path: string;
	/** The header that carries the credential. */
	credential: unknown;
	body: unknown;
}

/** Local stand-ins for the services that the examples tell of cases, as far as the examples ask them. */
export interface OtherServices {
	url: string;
	/** What arrived, in order. */
	requests: ServiceRequest[];
	/** The summaries of Jira's tickets that are not done. */
	openTickets: string[];
	/** So many of the next requests are answered with 503. */
	refusals: number;
	close(): Promise<void>;
}

interface Issue {
	fields: { summary: string };
}

/** Starts Gotify, Mattermost and Jira, whose paths differ, on one free port. */
export async function startOtherServices(): Promise<OtherServices> {
	const app = fastify({ forceCloseConnections: true });
	const services: OtherServices = {
		url: '',
		requests: [],
		openTickets: [],
		refusals: 0,
		close: () => app.close(),
	};

	app.addHook('preHandler', async ({ method, url, headers, body }, reply) => {
		services.requests.push({ method, path: url, credential: credentialOf(headers), body });
		if (services.refusals === 0) return undefined;
		services.refusals--;
		return reply.code(503).send({ message: 'Service Unavailable' });
	});
	app.post('/message', () => ({ id: 1 }));
	app.post('/api/v4/posts', (_request, reply) => reply.code(201).send({ id: 'post-1' }));
	app.post('/rest/api/2/search/jql', () => ({
		issues: services.openTickets.map((summary) => ({ key: 'OPS-1', fields: { summary } })),
		isLast: true,
	}));
	app.get('/rest/api/2/issuetype', () => [{ id: '10001', name: 'Task', subtask: false }]);
	app.post<{ Body: Issue }>('/rest/api/2/issue', ({ body }, reply) => {
		services.openTickets.push(body.fields.summary);
		return reply.code(201).send({ key: 'OPS-1' });
	});

	await app.listen({ port: 0, host: '127.0.0.1' });
	services.url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
	return services;
}

function credentialOf(headers: IncomingHttpHeaders): unknown {
	return headers.authorization ?? headers['x-gotify-key'];
}
