import { isIP } from 'node:net'
import { ChatterdError } from '../../protocol/errors.ts'

/** Whom a request is sent to. */
export interface Target {
  url: URL
  /** A name in ASCII without a dot at its end, or an address without brackets. */
  host: string
  isAddress: boolean
  port: number
  /** True where the operator has named the host: its addresses are not judged. */
  isAllowed: boolean
}

const longestUrl = 8192

/** https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4, in text. */
const longestHost = 253

/**
 * Origins of the hosts that the operator has named, as `host` or `host:port`. Without a port it is 80 for http and 443 for https.
 *
 * @throws Error for an entry that is more than that
 */
export function readAllowedHosts(hosts: readonly string[]): ReadonlySet<string> {
  const origins = hosts.flatMap((host) =>
    ['http', 'https'].map((scheme) => {
      const url = parseUrl(`${scheme}://${host}`)
      if (!url || /[\s/?#@\\]/.test(host))
        throw new Error(`${JSON.stringify(host)} is not a host or host:port.`)
      return url.origin
    }),
  )
  return new Set(origins)
}

/**
 * Reads a URL that a model or a redirect has given. The parser is that of browsers: it writes an IPv4 address in decimal, hexadecimal
 * or octal form, or in other scripts, as four decimal numbers, and refuses IPv6 zones.
 *
 * @param allowedOrigins From `readAllowedHosts`.
 * @throws ChatterdError `invalid-request`
 */
export function readTarget(text: string, allowedOrigins: ReadonlySet<string>): Target {
  const url = text.length > longestUrl ? undefined : parseUrl(text)
  if (!url) throw refused('The URL cannot be read.')
  const isSecure = url.protocol === 'https:'
  if (!isSecure && url.protocol !== 'http:') throw refused('The URL has to begin with http:// or https://.')
  if (url.username !== '' || url.password !== '') throw refused('The URL has a user name or a password.')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (host.length > longestHost) throw refused('The URL has a host name that is too long.')
  return {
    url,
    host,
    isAddress: isIP(host) !== 0,
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    isAllowed: allowedOrigins.has(url.origin),
  }
}

/** A name is the same with and without a dot at its end, but certificates are for the one without. */
function parseUrl(text: string): URL | undefined {
  const url = URL.parse(text) ?? undefined
  if (url?.hostname.endsWith('.')) url.hostname = url.hostname.replace(/\.+$/, '')
  return url
}

function refused(message: string): ChatterdError {
  return new ChatterdError('invalid-request', message)
}
