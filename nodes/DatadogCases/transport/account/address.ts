/** In characters. */
export const MAX_ADDRESS_LENGTH = 2_000;

/**
 * Names that don't exist in public DNS: single words, RFC 6761 (test, invalid, localhost), RFC 6762 (local, and its
 * appendix G), RFC 8375 (home.arpa), ICANN's internal, and Kubernetes' svc.
 */
const LOCAL_NAME =
	'[a-z][a-z\\d_-]*|(?:[a-z\\d_-]+\\.)+(?:localhost|local|internal|intranet|private|corp|home|lan|home\\.arpa|svc|test|invalid)';

/** Loopback, private, shared (RFC 6598) and link-local addresses in their usual notation. */
const LOCAL_IPV4 = `(?:10|127)${octets(3)}|192\\.168${octets(2)}|169\\.254${octets(2)}|172\\.(?:1[6-9]|2\\d|3[01])${octets(2)}|100\\.(?:6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])${octets(2)}`;

const LOCAL_IPV6 = '\\[(?:::1|f[cd][\\da-f]{2}:[\\da-f:]*|fe[89ab][\\da-f]:[\\da-f:]*)\\]';

function octets(count: number): string {
	return `(?:\\.\\d+){${count}}`;
}

/**
 * A base URL that doesn't expose keys on the Internet: https, or http to a local host, with at most 2,000 characters. It's
 * a regular expression because n8n's expressions use it too. It takes linear time.
 */
export const SAFE_ADDRESS = new RegExp(
	`^(?!.{${MAX_ADDRESS_LENGTH + 1}})(?:https:\\/\\/[^\\s/?#@\\\\]+|http:\\/\\/(?:${LOCAL_NAME}|${LOCAL_IPV4}|${LOCAL_IPV6})(?::\\d+)?)(?:[/?][^\\s#]*)?$`,
	'i',
);
