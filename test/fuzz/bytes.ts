/** How the bytes of an answer may differ from its text. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc, { type Arbitrary } from 'fast-check';

import { weighted } from './texts';

/** How the bytes may differ from the text in UTF-8. */
type Change =
	| { does: 'nothing' | 'utf16' }
	| { does: 'cut' | 'flip'; share: number }
	| { does: 'insert'; share: number; bytes: string }
	| { does: 'before' | 'after'; bytes: string }
	| { does: 'nest'; depth: number; open: string }
	| { does: 'pad'; megabytes: number; by: string };

const bytes = (...hex: string[]) => fc.constantFrom(...hex);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const rarely = <T>(one: T, other: T) => weighted([24, fc.constant(one)], [1, fc.constant(other)]);
export const change: Arbitrary<Change> = weighted<Change>(
	[240, fc.constant({ does: 'nothing' })],
	[10, fc.record({ does: fc.constantFrom('cut', 'flip'), share })],
	// Bytes that are no UTF-8, zero, a surrogate, an overlong slash.
	[
		10,
		fc.record({
			does: fc.constant('insert'),
			share,
			bytes: bytes('ff', '00', 'eda080', 'c0af', 'c3'),
		}),
	],
	[
		10,
		fc.record({
			does: fc.constant('before'),
			bytes: bytes('efbbbf', 'efbbbfefbbbf', '0a20', '5d7d', 'fffe'),
		}),
	],
	[10, fc.record({ does: fc.constant('after'), bytes: bytes('0a', '00', '7d', '7b7d', 'efbbbf') })],
	[1, fc.constant({ does: 'utf16' })],
	[
		5,
		fc.record({
			does: fc.constant('nest'),
			depth: fc.constantFrom(10, 98, 99, 100, 1_000, 10_000, 200_000),
			open: fc.constantFrom('[', '{"a":', '{"__proto__":'),
		}),
	],
	[
		1,
		fc.record({
			does: fc.constant('pad'),
			megabytes: rarely(1, 50),
			by: fc.constantFrom(' ', 'x', '{"value":"a","count":1},', '{"group":"a","value":[1]},'),
		}),
	],
);

export function changed(json: string, how: Change): Buffer {
	const whole = () => Buffer.from(json);
	const at = 'share' in how ? Math.floor(how.share * Buffer.byteLength(json)) : 0;
	switch (how.does) {
		case 'nothing':
			return whole();
		case 'utf16':
			return Buffer.from(`\ufeff${json}`, 'utf16le');
		case 'cut':
			return whole().subarray(0, at);
		case 'flip': {
			const flipped = whole();
			if (at < flipped.length) flipped[at] ^= 0x01;
			return flipped;
		}
		case 'insert':
			return Buffer.concat([
				whole().subarray(0, at),
				Buffer.from(how.bytes, 'hex'),
				whole().subarray(at),
			]);
		case 'before':
			return Buffer.concat([Buffer.from(how.bytes, 'hex'), whole()]);
		case 'after':
			return Buffer.concat([whole(), Buffer.from(how.bytes, 'hex')]);
		case 'nest': {
			const close = how.open === '[' ? ']' : '}';
			const nested = `${how.open.repeat(how.depth)}0${close.repeat(how.depth)}`;
			return Buffer.from(json.replace(/^\{"data":\{/, (start) => `${start}"extra":${nested},`));
		}
		case 'pad': {
			const filling = how.by.repeat(Math.ceil((how.megabytes * 2 ** 20) / how.by.length));
			if (how.by === ' ') return Buffer.from(filling + json);
			if (how.by === 'x') return Buffer.from(json.replace('{', () => `{"extra":"${filling}",`));
			const list = how.by.includes('count') ? '"group_values":[' : '"groups":[';
			const entry = filling.length > PADDED_BYTES ? filling.slice(0, PADDED_BYTES) : filling;
			const entries = entry.slice(0, entry.lastIndexOf('}') + 1);
			const start = json.indexOf(list) + list.length;
			if (start < list.length || json[start] === ']') return whole();
			return Buffer.from(`${json.slice(0, start)}${entries},${json.slice(start)}`);
		}
	}
}

/** 40,000 items: more of them only take longer. */
const PADDED_BYTES = 1_000_000;

/** Content-Encoding, and what is done to the bytes: also what does not fit it. */
type Packing = [encoding: string, pack: (body: Buffer) => Buffer];

export const packing: Arbitrary<Packing | undefined> = weighted<Packing | undefined>(
	[30, fc.constant(undefined)],
	[
		4,
		fc.constantFrom<Packing>(
			['gzip', gzipSync],
			['X-GZIP', gzipSync],
			['deflate', deflateSync],
			['br', brotliCompressSync],
			['identity', (body) => body],
		),
	],
	[
		2,
		fc.constantFrom<Packing>(
			['gzip', (body) => body],
			['gzip', (body) => gzipSync(body).subarray(0, -9)],
			['gzip', (body) => gzipSync(body).subarray(0, -8)],
			['gzip', (body) => Buffer.concat([gzipSync(body).subarray(0, -8), Buffer.alloc(8)])],
			['gzip', brotliCompressSync],
			['br', gzipSync],
			['br', (body) => brotliCompressSync(body).subarray(0, -1)],
			['deflate', (body) => deflateSync(body).fill(0xff, 4)],
			['unheard-of', gzipSync],
			['gzip, gzip', (body) => gzipSync(gzipSync(body))],
			['gzip', () => Buffer.alloc(0)],
		),
	],
);
