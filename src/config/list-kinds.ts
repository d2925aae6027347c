import type { Kind } from './kinds.ts'

/** A list in one text, its items separated by commas or spaces; in a file also a list of texts. */
function list(
  kind: Omit<Kind<string>, 'parse'> & { parse(item: string): string | undefined },
): Kind<readonly string[]> {
  return {
    ...kind,
    isList: true,
    parse(text) {
      const items = text.split(/[\s,]+/).filter((item) => item !== '')
      const values = items.map((item) => kind.parse(item)).filter((value) => value !== undefined)
      return items.length > 0 && values.length === items.length ? values : undefined
    },
  }
}

/** Host names without ports, in lower case; `*.example.org` stands for all names below `example.org`. */
export const hostNames = list({
  placeholder: 'names',
  expected: 'host names without ports, separated by commas, such as chat.example.org or *.example.org',
  parse: (item) => (/^(\*\.)?[\w-]+(\.[\w-]+)*$/.test(item) ? item.toLowerCase() : undefined),
})

/** Host names and IP addresses that a certificate can contain. */
export const certificateNames = list({
  placeholder: 'names',
  expected: 'host names and IP addresses, separated by commas, such as chat.example.org or 192.168.1.5',
  parse(item) {
    const isName = /^(\*\.)?[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i.test(item)
    const isAddress = item.includes(':') && URL.canParse(`http://[${item}]`)
    return isName || isAddress ? item.toLowerCase() : undefined
  },
})

/** Web origins, in the form in which browsers send them, or `*`. */
export const webOrigins = list({
  placeholder: 'origins',
  expected: 'origins separated by commas, such as https://chat.example.org or http://localhost:5173, or *',
  parse(item) {
    if (item === '*') return item
    const [, origin] = /^([a-z][a-z\d+.-]*:\/\/[^/?#@*]+)\/?$/i.exec(item) ?? []
    if (origin === undefined || !URL.canParse(origin)) return undefined
    // Only the origins of the web's own schemes have a form there; for others, such as an app's, it says "null".
    const standard = new URL(origin).origin
    return standard === 'null' ? origin.toLowerCase() : standard
  },
})
