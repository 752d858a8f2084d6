/** Elements whose text nobody reads on a page. */
const INVISIBLE_ELEMENTS = ['iframe', 'noscript', 'object', 'script', 'style', 'svg', 'template'];

/** Comments, the marks around plain characters, and tags: with quoted attributes where the quotes are even. */
const MARKUP = /<!--|<!\[CDATA\[|\]\]>|<[a-z/!?](?:[^<>"']|"[^"<]*"|'[^'<]*')*>|<[a-z/!?][^<>]*>/gi;

/**
 * @returns the text that a person would read on a page of HTML or XML, in one line. The time grows with the length
 * only, whatever is left unclosed.
 */
export function toPlainText(page: string): string {
	const bodyAt = page.search(/<body[\s>]/i);
	const markup = new RegExp(MARKUP);
	const parts: string[] = [];

	/** What is never closed ends where the page's body or the next markup begins. */
	const endOfUnclosed = (from: number) => {
		if (bodyAt > from) return bodyAt;
		markup.lastIndex = from;
		return markup.exec(page)?.index ?? page.length;
	};
	const endOfElement = (name: string, from: number) => {
		const ends = new RegExp(`<(/?)${name}(?=[\\s/>])[^<>]*>?`, 'gi');
		ends.lastIndex = from;
		const end = ends.exec(page);
		// A script may write a body; nothing else holds one.
		const holdsBody = name !== 'script' && bodyAt > from && bodyAt < ends.lastIndex;
		return end?.[1] === '/' && !holdsBody ? ends.lastIndex : endOfUnclosed(from);
	};
	let isUnclosed = false;
	const endOfComment = (from: number) => {
		const end = isUnclosed ? -1 : page.indexOf('-->', from);
		isUnclosed = end < 0;
		return end < 0 ? from : end + '-->'.length;
	};

	for (let at = 0; ;) {
		markup.lastIndex = at;
		const found = markup.exec(page);
		parts.push(page.slice(at, found?.index));
		if (!found) break;

		const [mark] = found;
		const name = /^<([a-z]+)(?=[\s/>])/i.exec(mark)?.[1].toLowerCase();
		at = found.index + mark.length;
		if (mark === '<!--') at = endOfComment(at);
		else if (name && INVISIBLE_ELEMENTS.includes(name) && !mark.endsWith('/>'))
			at = endOfElement(name, at);
	}
	return decodeEntities(parts.join(' '))
		.replace(/\p{Cf}/gu, '')
		.replace(/[\s\p{Cc}]+/gu, ' ')
		.trim();
}

const ENTITIES: Record<string, string> = {
	amp: '&',
	apos: "'",
	bull: '•',
	copy: '©',
	gt: '>',
	hellip: '…',
	laquo: '«',
	ldquo: '“',
	lsquo: '‘',
	lt: '<',
	mdash: '—',
	middot: '·',
	nbsp: ' ',
	ndash: '–',
	quot: '"',
	raquo: '»',
	rdquo: '”',
	reg: '®',
	rsquo: '’',
	trade: '™',
};

/** Of names only the frequent ones; what is unknown stays as it is. */
const decodeEntities = (text: string) =>
	text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi, (entity, ten, sixteen, name) => {
		if (name) return ENTITIES[(name as string).toLowerCase()] ?? entity;
		const code = ten ? Number(ten) : parseInt(sixteen as string, 16);
		const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
		return isCharacter ? String.fromCodePoint(code) : entity;
	});
