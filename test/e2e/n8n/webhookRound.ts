import type { INode } from 'n8n-workflow';
import type { N8n } from './instance';
import { until } from '../../support/until';

/** What came of the executions of a workflow. */
export interface WebhookRound {
	/** What the webhook answered to each query; undefined where it never did. */
	answers: Map<string, Answer | undefined>;
	/** How many executions n8n knows of. */
	started: number;
	succeeded: number;
	/** The executions that n8n calls failed or crashed. */
	failedIds: string[];
	seconds: number;
}

/** What the webhook answered. */
export interface Answer {
	status: number;
	body: unknown;
}

const CALLS_AT_ONCE = 50;
/** n8n itself takes 30 s until it gives up an execution whose worker is gone. */
const ANSWER_LIMIT_MS = 120_000;

/**
 * Makes a workflow of a webhook and the node, publishes it, and calls it once for each query. The webhook answers when
 * the execution has ended, with the items of the node, so that no execution can get lost unseen.
 */
export async function runWebhookRound(
	n8n: N8n,
	node: INode,
	queries: string[],
): Promise<WebhookRound> {
	const { id, path } = await publish(n8n, node);
	const answers: WebhookRound['answers'] = new Map();
	const waiting = queries.values();
	const callInTurn = async () => {
		for (const query of waiting)
			answers.set(query, await call(`${n8n.url}/webhook/${path}`, query));
	};
	const start = performance.now();
	await Promise.all(Array.from({ length: CALLS_AT_ONCE }, callInTurn));
	const seconds = (performance.now() - start) / 1000;
	return { answers, ...(await endOfAll(n8n, id)), seconds };
}

async function publish(n8n: N8n, node: INode): Promise<{ id: string; path: string }> {
	const path = crypto.randomUUID();
	const webhook: INode = {
		id: 'webhook',
		webhookId: path,
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		position: [0, 0],
		parameters: { httpMethod: 'POST', path, responseMode: 'lastNode', responseData: 'allEntries' },
	};
	const { id, versionId } = await n8n.request<{ id: string; versionId: string }>(
		'POST',
		'/rest/workflows',
		{
			name: `${node.name} ${path}`,
			nodes: [webhook, node],
			connections: { Webhook: { main: [[{ node: node.name, type: 'main', index: 0 }]] } },
			settings: { executionOrder: 'v1' },
		},
	);
	await n8n.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	await until(async () => {
		const status = `/rest/workflows/${id}/publication-status`;
		return (await n8n.request<{ status: string }>('GET', status)).status === 'published';
	}, 'the workflow is published');
	return { id, path };
}

async function call(url: string, query: string): Promise<Answer | undefined> {
	try {
		const response = await fetch(url, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ query }),
			signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
		});
		return { status: response.status, body: await response.json() };
	} catch {
		return undefined;
	}
}

/** What n8n says of the workflow's executions when all have ended, or when the time for that is over. */
async function endOfAll(n8n: N8n, workflowId: string) {
	const list = (status?: string[]) => {
		const filter = encodeURIComponent(JSON.stringify({ workflowId, status }));
		return n8n.request<List>('GET', `/rest/executions?limit=100&filter=${filter}`);
	};
	let end = { started: 0, succeeded: 0, failedIds: [] as string[] };
	const haveEnded = async () => {
		const all = await list();
		const succeeded = await list(['success']);
		const failed = await list(['error', 'crashed']);
		end = {
			started: all.count,
			succeeded: succeeded.count,
			failedIds: failed.results.map(({ id }) => id),
		};
		return end.succeeded + failed.count === end.started;
	};
	await until(haveEnded, 'all executions have ended').catch(() => undefined);
	return end;
}

interface List {
	/** Of all that match; the results are a page of them. */
	count: number;
	results: Array<{ id: string }>;
}
