/** The only place that knows where the product is. With its extension: tsx would take the codex file beside it. */
export { clock } from '../../../nodes/DatadogCases/transport/clock';
export type { Clock } from '../../../nodes/DatadogCases/transport/clock';
export { DatadogCases } from '../../../nodes/DatadogCases/DatadogCases.node.ts';
