import { writeFile } from 'node:fs/promises';
import {
	type CompletedRequest,
	generateCACertificate,
	getLocal,
	type RequestRuleBuilder,
} from 'mockttp';

/** A request to PagerDuty, Slack, Jira or Gotify. */
export interface ServiceRequest {
	method: string;
	url: string;
	/** The header that carries the credential; PagerDuty's is in the body. */
	credential: unknown;
	body: unknown;
}

/** Stand-ins for the services that the examples tell of cases, behind a proxy that lets nothing out of this machine. */
export interface OtherServices {
	/** Sends a program's requests to the proxy, and lets it trust the proxy's certificates. */
	env: Record<string, string>;
	/** What the services got, in order. */
	requests: ServiceRequest[];
	/** What was sent to any other host, all of it refused. */
	refused: string[];
	/** The summaries of Jira's tickets that are not done. */
	openTickets: string[];
	/** So many of the next requests are answered with 503. */
	outages: number;
	/** Sends what is meant for the host on to a local server. */
	redirect(host: string, localUrl: string): Promise<void>;
	close(): Promise<void>;
}

interface Issue {
	fields: { summary: string };
}

/** @param caFile where the certificate is written that the program has to trust */
export async function startOtherServices(caFile: string): Promise<OtherServices> {
	const https = await generateCACertificate();
	await writeFile(caFile, https.cert);
	const proxy = getLocal({ https });
	await proxy.start();
	const proxyUrl = `http://127.0.0.1:${proxy.port}`;
	const here = '127.0.0.1,localhost';
	const services: OtherServices = {
		env: {
			HTTP_PROXY: proxyUrl,
			HTTPS_PROXY: proxyUrl,
			NO_PROXY: here,
			// Some programs read the upper case first, some the lower case.
			http_proxy: proxyUrl,
			https_proxy: proxyUrl,
			no_proxy: here,
			NODE_EXTRA_CA_CERTS: caFile,
		},
		requests: [],
		refused: [],
		openTickets: [],
		outages: 0,
		async redirect(host, localUrl) {
			await proxy.forAnyRequest().forHost(host).always().thenForwardTo(localUrl);
		},
		close: () => proxy.stop(),
	};

	const answer = (rule: RequestRuleBuilder, status: number, json: (body: unknown) => object) =>
		rule.always().thenCallback(async (request) => {
			const body = await request.body.getJson();
			services.requests.push({
				method: request.method,
				url: request.url,
				credential: credentialOf(request),
				body,
			});
			if (services.outages === 0) return { statusCode: status, json: json(body) };
			services.outages--;
			return { statusCode: 503, json: { message: 'Service Unavailable' } };
		});

	await answer(proxy.forPost('https://events.pagerduty.com/v2/enqueue'), 202, (body) => ({
		status: 'success',
		message: 'Event processed',
		dedup_key: (body as { dedup_key: string }).dedup_key,
	}));
	await answer(proxy.forPost('https://slack.com/api/chat.postMessage'), 200, () => ({
		ok: true,
		channel: 'C0123456789',
		ts: '1700000000.000100',
		message: {},
	}));
	await answer(proxy.forPost('https://gotify.example.com/message'), 200, () => ({ id: 1 }));
	const jira = 'https://example.atlassian.net/rest/api/2';
	await answer(proxy.forPost(`${jira}/search/jql`), 200, () => ({
		issues: services.openTickets.map((summary) => ({ key: 'OPS-1', fields: { summary } })),
		isLast: true,
	}));
	await answer(proxy.forGet(`${jira}/issuetype`), 200, () => [
		{ id: '10001', name: 'Task', subtask: false },
	]);
	await answer(proxy.forPost(`${jira}/issue`), 201, (body) => {
		services.openTickets.push((body as Issue).fields.summary);
		return { key: 'OPS-1' };
	});
	await proxy.forUnmatchedRequest().thenCallback(({ url }) => {
		services.refused.push(url);
		return { statusCode: 403, body: 'No host outside this machine can be reached.' };
	});
	await proxy.on('tls-client-error', ({ destination, tlsMetadata }) => {
		services.refused.push(`https://${tlsMetadata.sniHostname ?? destination?.hostname}`);
	});
	return services;
}

function credentialOf({ headers }: CompletedRequest): unknown {
	return headers.authorization ?? headers['x-gotify-key'];
}
