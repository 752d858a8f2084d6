/** Elements whose content isn't visible on a page. */
const INVISIBLE_ELEMENTS = ['iframe', 'noscript', 'object', 'script', 'style', 'svg', 'template'];

/** Comments, CDATA marks, and tags. A tag can have a `>` in a quoted attribute if its quotes are balanced. */
const MARKUP = /<!--|<!\[CDATA\[|\]\]>|<[a-z/!?](?:[^<>"']|"[^"<]*"|'[^'<]*')*>|<[a-z/!?][^<>]*>/gi;

/**
 * @param page HTML, XML or plain text
 * @returns the visible text in one line. Takes linear time, even if elements or comments aren't closed.
 */
export function toPlainText(page: string): string {
	const bodyAt = page.search(/<body[\s>]/i);
	const markup = new RegExp(MARKUP);
	const parts: string[] = [];

	/** An unclosed element ends at the page's body or at the next markup. */
	const endOfUnclosed = (from: number) => {
		if (bodyAt > from) return bodyAt;
		markup.lastIndex = from;
		return markup.exec(page)?.index ?? page.length;
	};
	const endOfElement = (name: string, from: number) => {
		const ends = new RegExp(`<(/?)${name}(?=[\\s/>])[^<>]*>?`, 'gi');
		ends.lastIndex = from;
		const end = ends.exec(page);
		// Only a script can contain a `<body>`, as a string.
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

/** Only knows the most frequent names, and leaves unknown entities as they are. */
const decodeEntities = (text: string) =>
	text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi, (entity, ten, sixteen, name) => {
		if (name) return ENTITIES[(name as string).toLowerCase()] ?? entity;
		const code = ten ? Number(ten) : parseInt(sixteen as string, 16);
		const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
		return isCharacter ? String.fromCodePoint(code) : entity;
	});
