/** The ways in which a gateway, a framework or a proxy may repeat a secret. */
import type { Account } from './accounts';

type Spell = (secret: string) => string;

const hex = (secret: string) => Buffer.from(secret).toString('hex');
const each =
	(spell: (code: string, character: string) => string): Spell =>
	(secret) =>
		Array.from(secret, (one) => spell(one.charCodeAt(0).toString(16), one)).join('');
const percent = each((code) => `%${code.padStart(2, '0')}`);
const inPieces =
	(length: number, between: string): Spell =>
	(secret) =>
		secret.match(new RegExp(`.{1,${length}}`, 'gs'))!.join(between);

export const spellings: Record<string, Spell> = {
	plain: (secret) => secret,
	'upper case': (secret) => secret.toUpperCase(),
	'URL-encoded': encodeURIComponent,
	'form-encoded': (secret) => new URLSearchParams([['', secret]]).toString().slice(1),
	'each character in percent': percent,
	'percent twice': (secret) => encodeURIComponent(percent(secret)),
	'percent three times': (secret) => percent(encodeURIComponent(encodeURIComponent(secret))),
	base64: (secret) => Buffer.from(secret).toString('base64'),
	base64url: (secret) => Buffer.from(secret).toString('base64url'),
	'base64 behind one byte': (secret) => Buffer.from(`:${secret}`).toString('base64'),
	'base64 of user and password': (secret) => Buffer.from(`me:${secret}:x`).toString('base64'),
	'base64 in lines': (secret) =>
		inPieces(16, '\r\n')(Buffer.from(`DD-API-KEY: ${secret}`).toString('base64')),
	hex,
	'HEX with colons': (secret) => inPieces(2, ':')(hex(secret).toUpperCase()),
	'hex with 0x': each((code) => `0x${code}, `),
	'hex dump': (secret) => inPieces(4, ' ')(hex(secret)),
	'a list of bytes': (secret) => [...Buffer.from(secret)].join(','),
	reversed: (secret) => [...secret].reverse().join(''),
	'escaped as in JSON': each((code) => `\\u${code.padStart(4, '0')}`),
	'escaped twice': each((code) => `\\\\u${code.padStart(4, '0')}`),
	'escaped as in C': each((code) => `\\x${code}`),
	entities: each((code) => `&#${parseInt(code, 16)};`),
	'entities in hex': each((code) => `&#x${code};`),
	'entities twice': each((code) => `&amp;#x${code.toUpperCase()};`),
	'in pieces of 8': inPieces(8, ' '),
	'in pieces of 4': inPieces(4, '-'),
	'in lines': inPieces(11, '\n'),
	'in escaped lines': inPieces(11, '\\n'),
	'between tags': inPieces(7, '<wbr>'),
	'in elements': (secret) => `<b>${inPieces(5, '</b><b class="x">')(secret)}</b>`,
	'between escaped tags': inPieces(7, '&lt;wbr&gt;'),
	'with characters of no width': inPieces(3, '\u200b'),
	'with soft hyphens': inPieces(6, '\u00ad'),
	'with soft hyphens by name': inPieces(6, '&shy;'),
	'in quotes': inPieces(8, `", "`),
	'in a list with names': inPieces(10, ' and then '),
	'in full width': each((code, one) =>
		/[!-~]/.test(one) ? String.fromCharCode(parseInt(code, 16) + 0xfee0) : one,
	),
	'first half': (secret) => secret.slice(0, Math.ceil(secret.length / 2)),
	'second half': (secret) => secret.slice(Math.ceil(secret.length / 2)),
};

/** @returns each secret of an account in each spelling. */
export const spelledOf = ({ secrets }: Account) =>
	secrets.flatMap((secret) => Object.values(spellings).map((spell) => spell(secret)));
