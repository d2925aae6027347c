import { type NamedHost, parseHost } from './parse-host.ts'

/** `own`: a page of this server. `allowed`: a page of another origin that may use it. */
export type OriginVerdict = 'own' | 'allowed' | 'refused'

/** Which pages may use the server. */
export interface OriginSettings {
  /** The address or the name that the server listens on. */
  listenHost: string
  /** Origins such as `https://chat.example.org`, or `*` for all. Undefined: pages on loopback where the server listens on loopback. */
  origins: readonly string[] | undefined
}

const defaultPorts: Record<string, string> = { http: '80', https: '443' }

/** Judges the `Origin` of a request (RFC 6454) to a host. */
export function createOriginCheck({
  listenHost,
  origins,
}: OriginSettings): (origin: string, host: NamedHost | undefined) => OriginVerdict {
  const named = new Set(origins)
  const allowsLoopback = origins === undefined && isLoopback(listenHost)
  return (origin, host) => {
    const [, scheme = '', rest = ''] = /^(https?):\/\/(.+)$/.exec(origin) ?? []
    const page = parseHost(rest)
    if (page && host && page.name === host.name && hasSamePort(scheme, page.port, host.port)) return 'own'
    if (named.has(origin) || named.has('*')) return 'allowed'
    return page && allowsLoopback && isLoopback(page.name) ? 'allowed' : 'refused'
  }
}

/** The scheme of the page counts: behind a proxy that ends TLS, this server does not know that of the request. */
function hasSamePort(scheme: string, ofPage: string, ofHost: string): boolean {
  const standard = defaultPorts[scheme] ?? ''
  return (ofPage || standard) === (ofHost || standard)
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}
