/** A link that may be followed, and what is shown beside it: the host, where the text does not show it already. */
export interface SafeLink {
  href: string
  host?: string
}

const protocols = new Set(['http:', 'https:', 'mailto:'])

/** What a link of a model may lead to: pages of the web and addresses of mail. Undefined for everything else, such as `javascript:` and relative paths. */
export function safeLink(address: string, text: string): SafeLink | undefined {
  if (address.length > 4_000) return undefined
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return undefined
  }
  if (!protocols.has(url.protocol)) return undefined
  const { href } = url
  if (url.protocol === 'mailto:') {
    const mailbox = url.pathname
    return text.trim() === mailbox && url.search === '' ? { href } : { href, host: mailbox.slice(0, 100) }
  }
  if (url.host === '') return undefined
  return shows(text, url) ? { href } : { href, host: url.host }
}

/** Whether a text begins as the address itself does, so that its reader sees where it leads. */
function shows(text: string, { host, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false
  const written = text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
  if (!written.startsWith(host)) return false
  return /^(?:$|[/?#])/.test(written.slice(host.length))
}
