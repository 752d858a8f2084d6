/** Finds keys by taking off whatever may hide them, where the node puts on what it knows. */

/** @returns the secret that a text tells in any spelling, or a half of one; none for an innocent text. */
export function leakIn(text: string, secrets: string[]): string | undefined {
	const told = tellingsOf(text);
	return secrets.find((secret) =>
		[secret, ...halvesOf(secret)].some((part) => told.some((one) => tells(one, part))),
	);
}

/** A half that is no word: those of a key that is made of words are words too. */
function halvesOf(secret: string): string[] {
	const middle = Math.ceil(secret.length / 2);
	const halves = [secret.slice(0, middle), secret.slice(middle)];
	return halves.filter((half) => half.length >= 12 && /\d.*\d.*\d/.test(half));
}

function tells(told: string, part: string): boolean {
	const bare = bareOf(part);
	return bare.length < 8
		? told.toLowerCase().includes(part.toLowerCase())
		: bareOf(told).includes(bare);
}

const bareOf = (text: string) => text.replace(/[^A-Za-z0-9]/g, '').toLowerCase();

/** What a text may tell: itself, without its escapes, without its tags, backwards, and from hex, numbers and base64. */
function tellingsOf(text: string): string[] {
	const plain = new Set([text]);
	for (let layer = 0, one = text; layer < 10; layer++) plain.add((one = withoutEscapes(one)));
	for (const one of [...plain]) plain.add(one.replace(/<[^>]*>/g, ''));
	return [...plain].flatMap((one) => [
		one.normalize('NFKC'),
		[...one].reverse().join(''),
		...fromHex(one),
		fromNumbers(one),
		...fromBase64(one),
	]);
}

const withoutEscapes = (text: string) =>
	text
		.replace(/&amp;/gi, '&')
		.replace(/&#x([\da-f]{1,5});?/gi, (_, code: string) => characterOf(parseInt(code, 16)))
		.replace(/&#(\d{1,6});?/g, (_, code: string) => characterOf(Number(code)))
		.replace(/&[a-z]+;/gi, ' ')
		.replace(/%([\da-f]{2})/gi, (_, code: string) => characterOf(parseInt(code, 16)))
		.replace(/\\u([\da-f]{4})|\\x([\da-f]{2})/gi, (_, four?: string, two?: string) =>
			characterOf(parseInt(four ?? two!, 16)),
		)
		.replace(/\\[nrt]/g, ' ');

const characterOf = (code: number) => String.fromCodePoint(Math.min(code, 0x10ffff));

/** In twos from the first digit and from the second. */
const fromHex = (text: string) =>
	(bareOf(text.replace(/\b0x/gi, '')).match(/[\da-f]{16,}/g) ?? []).flatMap((digits) =>
		[0, 1].map((from) => Buffer.from(digits.slice(from), 'hex').toString('latin1')),
	);

const fromNumbers = (text: string) =>
	(text.match(/\d{2,3}/g) ?? []).map((code) => characterOf(Number(code))).join('');

/** What stands before may have any length. */
function fromBase64(text: string): string[] {
	const characters = text
		.replace(/-/g, '+')
		.replace(/_/g, '/')
		.replace(/[^A-Za-z0-9+/]/g, '');
	return [0, 1, 2, 3].map((from) =>
		Buffer.from(characters.slice(from), 'base64').toString('latin1'),
	);
}
