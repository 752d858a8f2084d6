/** The longest address of a credential, in characters. */
export const MAX_ADDRESS_LENGTH = 2_000;

/**
 * Names that no public DNS knows: RFC 6761 (test, invalid, localhost), RFC 6762 (local and its appendix G), RFC 8375
 * (home.arpa), ICANN's internal, Kubernetes' svc, and names of a single word.
 */
const LOCAL_NAME =
	'[a-z][a-z\\d_-]*|(?:[a-z\\d_-]+\\.)+(?:localhost|local|internal|intranet|private|corp|home|lan|home\\.arpa|svc|test|invalid)';

/** Loopback, private, shared (RFC 6598) and link-local addresses, as they are usually written. */
const LOCAL_IPV4 = `(?:10|127)${octets(3)}|192\\.168${octets(2)}|169\\.254${octets(2)}|172\\.(?:1[6-9]|2\\d|3[01])${octets(2)}|100\\.(?:6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])${octets(2)}`;

const LOCAL_IPV6 = '\\[(?:::1|f[cd][\\da-f]{2}:[\\da-f:]*|fe[89ab][\\da-f]:[\\da-f:]*)\\]';

function octets(count: number): string {
	return `(?:\\.\\d+){${count}}`;
}

/**
 * An address, not too long, that nobody on the Internet can read along with: https, or a host in one's own network. It
 * works on the text alone, so that n8n's expressions can use it too, and in time that grows no faster than the text.
 */
export const SAFE_ADDRESS = new RegExp(
	`^(?!.{${MAX_ADDRESS_LENGTH + 1}})(?:https:\\/\\/[^\\s/?#@\\\\]+|http:\\/\\/(?:${LOCAL_NAME}|${LOCAL_IPV4}|${LOCAL_IPV6})(?::\\d+)?)(?:[/?][^\\s#]*)?$`,
	'i',
);
