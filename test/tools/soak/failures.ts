/** Which polls have to be refused, and which may be. */
import type { Answer } from './datadog';
import type { Fault, Model } from './model';
import { watchedValues } from './n8n';
import type { Settings } from './story';
import type { Poll } from './telling';

/** What a person has to mend, what passes by itself, and what may be taken for either. */
const MENDED: Answer[] = [400, 403];
const PASSING: Answer[] = [429, 503, 'ETIMEDOUT'];

/** Whether the poll can't be taken in (`must`), or need not be (`may`). */
export function whatMayFail(
	poll: Poll,
	{ beliefs }: Model,
	settings: Settings,
): 'must' | 'may' | 'no' {
	const { answer, answered } = poll;
	if (!answered) return 'must';
	if (answer === 'noGroups' || answer === 'notJson') return 'must';
	if (answer === 'noCount' && answered.seen.length > 0) return 'must';
	if (answered.seen.length === 0 && answered.total > 0) {
		const isCertain =
			answer === 'groupless' && beliefs.hasBegun && beliefs.hadValues.every(Boolean);
		return isCertain ? 'must' : 'may';
	}
	if (settings.watches !== 'onlyValues') return 'no';
	const returned = answered.seen.map(([value]) => String(value));
	const missing = watchedValues(settings).filter((name) => !returned.includes(name));
	if (missing.length > 0 && answered.isCut) return 'must';
	return missing.some((name) => returned.includes(name.toLowerCase())) ? 'must' : 'no';
}

/** @returns what is wrong with a poll that was refused. */
export function judgeFailure(
	error: Error,
	poll: Poll,
	failing: 'must' | 'may' | 'no',
): Fault | undefined {
	const { activation, answer } = poll;
	const { name, message } = error;
	const text = `${activation ? `at ${activation}, ` : ''}answer ${answer}: ${name}: ${message}`;
	if (!/^Node(Api|Operation)Error$/.test(name) || /undefined|not a function/.test(message)) {
		return { kind: 'thrown', text };
	}
	if (failing === 'no') return { kind: 'refused wrongly', text };
	if (activation === 'init' || activation === 'leadershipChange') {
		return { kind: 'left off by a restart', text };
	}
	if (activation && PASSING.includes(answer) && !poll.answered)
		return { kind: 'publishing refused', text };
	return undefined;
}

export const hasToBeMended = (answer: Answer) => MENDED.includes(answer);
