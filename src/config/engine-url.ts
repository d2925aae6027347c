/**
 * Reads the address of an Ollama server as people and `OLLAMA_HOST` write it: with or without scheme, port, path and `/api`.
 * Undefined where the text is not such an address: it has no host, a scheme other than http and https, a user name or a query.
 *
 *     0.0.0.0:11434 → http://127.0.0.1:11434      myhost → http://myhost:11434      :8000 → http://127.0.0.1:8000
 *     https://ai.example.org/ollama/api/ → https://ai.example.org/ollama
 *
 * As in Ollama's own `envconfig.Host`, the default port is the scheme's where a scheme is written, else 11434. 0.0.0.0 and
 * [::] are addresses to listen on, so loopback takes their place.
 */
export function engineUrl(text: string): string | undefined {
  const trimmed = text.trim().replace(/^["']|["']$/g, '')
  const [, scheme, authority = '', path = ''] =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)(.*)$/is.exec(trimmed) ?? []
  const url = authority === '' ? null : URL.parse(withDefaults(scheme, authority, path))
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined
  if (url.username || url.password || url.search || url.hash) return undefined

  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (url.hostname === '[::]') url.hostname = '[::1]'
  const prefix = url.pathname
    .replace(/\/+$/, '')
    .replace(/\/api$/, '')
    .replace(/\/+$/, '')
  return `${url.origin}${prefix}`
}

function withDefaults(scheme: string | undefined, authority: string, path: string): string {
  const isBareIpv6 = /^[0-9a-f.]*(:[0-9a-f.]*){2,}$/i.test(authority)
  let host = isBareIpv6 ? `[${authority}]` : authority.replace(/:$/, '')
  if (host.startsWith(':')) host = `127.0.0.1${host}`
  if (scheme === undefined && !/:\d+$/.test(host)) host = `${host}:11434`
  return `${scheme ?? 'http'}://${host}${path}`
}
