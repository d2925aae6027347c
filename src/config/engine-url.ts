/** What people copy along: the end of a path of Ollama's own API, or of the one that other clients speak. */
const endpoint =
  /\/(?:api(?:\/(?:chat|generate|tags|show|ps|version|pull|embed))?|v1(?:\/(?:chat\/completions|completions|responses|models|embeddings))?)$/

/**
 * Reads the address of an Ollama server as people and `OLLAMA_HOST` write it: with or without scheme, port, path and endpoint.
 * Undefined where the text is not such an address: it has no host, a scheme other than http and https, or a query.
 *
 *     0.0.0.0:11434 → http://127.0.0.1:11434      myhost → http://myhost:11434      :8000 → http://127.0.0.1:8000
 *     https://ai.example.org/ollama/v1/ → https://ai.example.org/ollama      me:secret@myhost → http://me:secret@myhost:11434
 *
 * As in Ollama's own `envconfig.Host`, the default port is the scheme's where a scheme is written, else 11434. 0.0.0.0 and
 * [::] are addresses to listen on, so loopback takes their place.
 */
export function engineUrl(text: string): string | undefined {
  const trimmed = text.trim().replace(/^["']|["']$/g, '')
  const [, scheme, credentials = '', authority = '', path = ''] =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*@)?([^/?#]*)(.*)$/is.exec(trimmed) ?? []
  const url = authority === '' ? null : URL.parse(withDefaults(scheme, credentials, authority, path))
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined
  if (url.search || url.hash || !isDecodable(credentials)) return undefined

  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (url.hostname === '[::]') url.hostname = '[::1]'
  const prefix = withoutSlashes(withoutSlashes(url.pathname).replace(endpoint, ''))
  const user = url.password ? `${url.username}:${url.password}` : url.username
  return `${url.protocol}//${user && `${user}@`}${url.host}${prefix}`
}

function withDefaults(
  scheme: string | undefined,
  credentials: string,
  authority: string,
  path: string,
): string {
  const isBareIpv6 = /^[0-9a-f.]*(:[0-9a-f.]*){2,}$/i.test(authority)
  let host = isBareIpv6 ? `[${authority}]` : authority.replace(/:$/, '')
  if (host.startsWith(':')) host = `127.0.0.1${host}`
  if (scheme === undefined && !/:\d+$/.test(host)) host = `${host}:11434`
  return `${scheme ?? 'http'}://${credentials}${host}${path}`
}

function withoutSlashes(path: string): string {
  return path.replace(/\/+$/, '')
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
