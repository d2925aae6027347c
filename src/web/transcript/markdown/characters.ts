/** Characters that change the order of others, or are there without being seen: what somebody reads is not what is written. */
const hidden = /[\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\ufeff\u00ad\p{Cc}\u{e0000}-\u{e007f}]/u
const hiddenParts = new RegExp(`(${hidden.source})`, 'u')
const allowed = new Set(['\n', '\t', '\r'])

/** A text in parts: as it is, and the code points of what would be hidden, such as `U+202E`. */
export function visibleParts(text: string): (string | { code: string })[] {
  if (!hidden.test(text)) return [text]
  const parts: (string | { code: string })[] = []
  let plain = ''
  for (const part of text.split(hiddenParts)) {
    if (!hidden.test(part) || allowed.has(part)) {
      plain += part
      continue
    }
    if (plain !== '') parts.push(plain)
    plain = ''
    const code = (part.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    parts.push({ code: `U+${code}` })
  }
  if (plain !== '') parts.push(plain)
  return parts
}

const named: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  bull: '•',
  middot: '·',
  times: '×',
  divide: '÷',
  plusmn: '±',
  deg: '°',
  euro: '€',
  pound: '£',
  yen: '¥',
  cent: '¢',
  sect: '§',
  para: '¶',
  micro: 'µ',
  larr: '←',
  rarr: '→',
  uarr: '↑',
  darr: '↓',
  le: '≤',
  ge: '≥',
  ne: '≠',
  infin: '∞',
  check: '✓',
  frac12: '½',
  sup2: '²',
  sup3: '³',
  ensp: '\u2002',
  emsp: '\u2003',
  thinsp: '\u2009',
}

/** Character references, such as `&amp;` and `&#8364;`, as the characters that they stand for; those that nobody writes stay as they are. */
export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{1,8}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return Object.hasOwn(named, name) ? (named[name] ?? whole) : whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    const valid = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
    return valid ? String.fromCodePoint(code) : '\ufffd'
  })
}
