import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Get } from '../parameters';

/** Everything about one entry of the trigger's Event list, in one file each. */
export interface TriggerEvent {
	option: INodePropertyOptions;
	fields: INodeProperties[];
	/** @throws Refusal naming the first field that cannot be used. */
	ruleFrom(get: Get): Rule;
}

/** When a count fires. */
export interface Rule {
	/** When one of these has changed, what is remembered says nothing any more. */
	watched: unknown[];
	/** The threshold, which may change without that. */
	threshold?: number;
	/** Whether a value that Datadog no longer returns has count 0; otherwise it is remembered as it was. */
	countsGone: boolean;
	/** What there is to remember of a value that Datadog does not return. */
	absent: Remembered;
	/** What follows from a count, with what was remembered of it. `now` is an ISO time. */
	step(count: number, now: string, past: Past): Step;
	/** Whether a value that is forgotten would fire twice or never, so that others are forgotten first. */
	isVital(one: Remembered): boolean;
}

/** What is remembered of a value between two polls. */
export interface Remembered {
	count: number;
	isCrossed?: boolean;
	/** ISO time of the crossing, when it fired. */
	since?: string;
}

export interface Past {
	/** Undefined in the first poll, and where a cut answer may have left the value out. */
	previous?: Remembered;
	isFirst: boolean;
	isThresholdChanged: boolean;
}

export interface Step {
	remembered: Remembered;
	/** What fires, if anything does: the part of its item that belongs to the event. */
	fired?: Fired;
	/** Whether a restart of n8n must not forget it, though nothing fires. */
	mustLast?: boolean;
}

export interface Fired {
	event: 'thresholdCrossed' | 'recovered' | 'countChanged';
	previousCount?: number;
	threshold?: number;
	since?: string;
}
