import type { INodeProperties } from 'n8n-workflow';

import { parameterError } from '../actions/parameters';
import { countChanged } from './countChanged.event';
import type { TriggerEvent } from './state';
import { thresholdCrossed } from './thresholdCrossed.event';

/** In the order of the Event list. */
export const events: TriggerEvent[] = [countChanged, thresholdCrossed];

/** @returns the fields of all events that stand there, each shown where its event is chosen. */
export const eventFields = (place: 'first' | 'last'): INodeProperties[] =>
	events.flatMap(({ option, fields }) =>
		fields[place].map((field) => ({
			...field,
			displayOptions: { show: { event: [option.value] } },
		})),
	);

/** @throws UserFacingError for a value that is not in the Event list. */
export function eventNamed(value: unknown): TriggerEvent {
	const event = events.find(({ option }) => option.value === value);
	if (event) return event;
	throw parameterError('Event', 'must be one of the listed options', value);
}
