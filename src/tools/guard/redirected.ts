/** A request to one URL, with a body that can be sent again. */
export interface Hop {
  url: string
  method: Method
  /** By names in lower case. */
  headers: Record<string, string>
  body: string | Uint8Array | undefined
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'

const redirectStatuses = new Set([301, 302, 303, 307, 308])

/** What another origin may have. Any other header may be a credential, whatever its name is. */
const harmlessHeaders = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-language',
  'content-type',
  'user-agent',
])

/**
 * Where a response redirects to, as a URL that is still to be judged. Undefined where it does not.
 *
 * @param location The header `Location`, its bytes as Latin-1.
 */
export function redirectOf(
  status: number,
  location: string | string[] | undefined,
  from: URL,
): string | undefined {
  if (!redirectStatuses.has(status) || typeof location !== 'string') return undefined
  const text = Buffer.from(location, 'latin1').toString('utf8')
  return URL.parse(text, from.href)?.href ?? text
}

/** The request that follows a redirect, as in step 12 and 13 of https://fetch.spec.whatwg.org/#http-redirect-fetch */
export function redirected(hop: Hop, status: number, from: URL, url: string): Hop {
  const becomesGet =
    hop.method === 'POST' ? status <= 303 : status === 303 && !['GET', 'HEAD'].includes(hop.method)
  const isSameOrigin = URL.parse(url)?.origin === from.origin
  const headers = Object.entries(hop.headers).filter(
    ([name]) => (isSameOrigin || harmlessHeaders.has(name)) && !(becomesGet && name.startsWith('content-')),
  )
  return {
    url,
    method: becomesGet ? 'GET' : hop.method,
    headers: Object.fromEntries(headers),
    body: becomesGet ? undefined : hop.body,
  }
}
