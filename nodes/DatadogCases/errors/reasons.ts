/** Members with error messages in responses from Datadog, gateways and frameworks. */
const REASON_MEMBERS =
	/^(cause|descriptions?|details?|err|errors?|exceptions?|faults?|messages?|msg|reasons?|summary|text|title|(error|fault)_?(descriptions?|messages?|string))$/i;

const MAX_DEPTH = 8;
const MAX_PARTS = 500;
const MAX_NESTED_ERRORS = 3;
const MAX_ERRORS = 10;

/**
 * @param body of any type
 * @returns the error messages in a response body. In JSON, such as Datadog's `{errors: string[]}` and JSON:API errors, the
 * members named like an error message at any depth, or all texts if there are none. Other text is returned as it is.
 */
export function reasonInBody(body: unknown): string {
	let partsLeft = MAX_PARTS;

	const joined = (parts: unknown[], depth: number, separator: string) => {
		const texts = new Set<string>();
		for (const part of parts) {
			if (partsLeft-- <= 0) break;
			const text = textOf(part, depth + 1);
			if (text !== '') texts.add(text);
		}
		return [...texts].join(separator);
	};
	const named = (members: Array<[string, unknown]>, depth: number) => {
		const texts = members.map(([name, member]) => {
			const text = partsLeft-- > 0 ? textOf(member, depth + 1) : '';
			return text && `${name}: ${text}`;
		});
		return texts.filter(Boolean).join(', ');
	};
	const textOf = (value: unknown, depth: number): string => {
		if (typeof value === 'string') {
			const json = parseJson(value);
			return json === undefined || depth > MAX_DEPTH ? value : textOf(json, depth + 1);
		}
		if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return '';
		if (Array.isArray(value)) return joined(value, depth, '; ');

		const members = Object.entries(value);
		const told = members.filter(([name]) => REASON_MEMBERS.test(name)).map(([, member]) => member);
		return joined(told, depth, ': ') || named(members, depth);
	};
	return textOf(body, 0);
}

/** @returns the object or list in a JSON text, undefined for any other text. */
export function parseJson(text: string): object | undefined {
	if (!/^\s*[[{]/.test(text)) return undefined;
	try {
		return JSON.parse(text) as object;
	} catch {
		return undefined;
	}
}

/**
 * @param thrown anything, as libraries also throw strings and undefined
 * @returns its message. For an AggregateError, the messages of all its errors.
 */
export function reasonInError(thrown: unknown, depth = 0): string {
	if (typeof thrown === 'string') return thrown.trim();
	if (thrown === null || thrown === undefined || depth > MAX_NESTED_ERRORS) return '';
	if (typeof thrown !== 'object') return String(thrown);
	try {
		const { message, errors, cause, error, description, code } = thrown as Record<string, unknown>;
		const inner = (Array.isArray(errors) ? errors : [])
			.slice(0, MAX_ERRORS)
			.map((one) => reasonInError(one, depth + 1));
		const reasons = [...new Set([reasonInError(message, depth + 1), ...inner])].filter(Boolean);
		if (reasons.length > 0) return reasons.join('; ');
		const others = [cause, error, description, code];
		return others.map((one) => reasonInError(one, depth + 1)).find(Boolean) ?? '';
	} catch {
		return '';
	}
}
