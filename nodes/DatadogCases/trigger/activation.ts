// Which poll this is: n8n polls once when a workflow is activated, then at the poll times.
import type { IPollFunctions } from 'n8n-workflow';

import type { PollKind } from './state';

/** How long a poll may take where n8n doesn't say, and the value that n8n 2.x gives its in-memory polls. */
const POLL_BUDGET_MS = 300_000;

/** @returns how long the poll may take. Older versions of n8n don't say. */
export const pollBudgetMs = (context: IPollFunctions): number =>
	context.getPollBudgetMs?.() ?? POLL_BUDGET_MS;

/** When n8n activates a workflow by itself, and would leave it off after an error that nobody sees. */
const ACTIVATED_BY_N8N = ['init', 'leadershipChange'];

/** When a workflow that was off is switched on. */
const SWITCHED_ON = ['activate', 'create'];

/** The contexts that have polled, and those that have polled without a failure. */
const polled = new WeakSet<IPollFunctions>();
const succeeded = new WeakSet<IPollFunctions>();

/**
 * How many polls have been compared of those that may overlap: of one activation, or of one trigger where each poll has
 * a context of its own. Not in n8n's static data: of that, polls that overlap may each have a copy.
 */
const compared = new WeakMap<object, number>();
const durableTriggers = new Map<string, object>();

export interface Activation {
	/** Names the trigger among all of them: by the node's name, as n8n keeps static data; two nodes can have the same id. */
	trigger: string;
	/** Whether this poll decides whether n8n activates the workflow. n8n stores what it remembers in any case. */
	isActivating: boolean;
	isStartedByN8n: boolean;
	pollKind: Pick<PollKind, 'isSwitchedOn' | 'isPublished'>;
	/** Whether another poll has been compared since, and may have counted later. */
	isOvertaken(): boolean;
	/** Lets no older poll be compared any more. */
	overtakeOtherPolls(): void;
	/** Later polls of the activation go on with what is remembered. */
	markSucceeded(): void;
}

/**
 * One PollContext serves all in-memory polls of an activation (n8n-core: activatePollTrigger in
 * active-workflow-triggers.js, poll-trigger-executor.js). Its mode is 'init' at a restart, 'leadershipChange' at a new
 * leader, 'activate' for a workflow that was off and 'update' for one that ran (n8n 2.41: workflow.service.js,
 * workflow-publication-applier.js). A failed activation is tried again with the same mode and another context. Polls of
 * the durable scheduler, off by default, each get a context of their own whose mode is always 'update' and whose budget
 * is that of their lease (trigger-execution-context.factory.js): they are never the first of an activation.
 */
export function activationOf(context: IPollFunctions): Activation {
	const mode = context.getActivationMode();
	const budgetMs = pollBudgetMs(context);
	const isDurablePoll = mode === 'update' && budgetMs !== POLL_BUDGET_MS;
	const isActivating = !isDurablePoll && !polled.has(context);
	const trigger = JSON.stringify([context.getWorkflow().id, context.getNode().name]);
	if (isActivating) durableTriggers.delete(trigger);
	const durableTrigger = durableTriggers.get(trigger) ?? {};
	if (isDurablePoll) durableTriggers.set(trigger, durableTrigger);
	const overlapping = isDurablePoll ? durableTrigger : context;
	const comparedBefore = compared.get(overlapping) ?? 0;
	const isFirstSuccess = !isDurablePoll && !succeeded.has(context);
	polled.add(context);
	return {
		trigger,
		isActivating,
		isStartedByN8n: ACTIVATED_BY_N8N.includes(mode),
		pollKind: {
			isSwitchedOn: isFirstSuccess && SWITCHED_ON.includes(mode),
			isPublished: isFirstSuccess && mode === 'update',
		},
		isOvertaken: () => (compared.get(overlapping) ?? 0) !== comparedBefore,
		overtakeOtherPolls: () => compared.set(overlapping, comparedBefore + 1),
		markSucceeded: () => succeeded.add(context),
	};
}
