/**
 * Reads the address of an Ollama as people and `OLLAMA_HOST` write it: with or without scheme, port, path and `/api`.
 *
 *     0.0.0.0:11434 → http://127.0.0.1:11434      myhost → http://myhost:11434      :8000 → http://127.0.0.1:8000
 *     https://ai.example.org/ollama/api/ → https://ai.example.org/ollama
 *
 * Like Ollama's own reader (`envconfig.Host`), it takes the scheme's port where a scheme is written and no port is, else
 * 11434. An address that listens everywhere is asked at loopback.
 *
 * @throws Error with words where the text is no such address.
 */
export function ollamaUrl(text: string): URL {
  const trimmed = text.trim().replace(/^["']|["']$/g, '')
  const [, scheme, authority = '', path = ''] =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)(.*)$/is.exec(trimmed) ?? []
  if (authority === '') throw misread(text, 'it names no host')

  const url = parse(text, scheme, authority, path)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw misread(text, 'only http and https are spoken')
  if (url.username !== '' || url.password !== '')
    throw misread(text, 'it cannot hold a user name or password')
  if (url.search !== '' || url.hash !== '') throw misread(text, 'it cannot have a query or a fragment')

  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (url.hostname === '[::]') url.hostname = '[::1]'
  url.pathname = url.pathname
    .replace(/\/+$/, '')
    .replace(/\/api$/, '')
    .replace(/\/+$/, '')
  return url
}

function parse(text: string, scheme: string | undefined, authority: string, path: string): URL {
  const isBareIpv6 = /^[0-9a-f.]*(:[0-9a-f.]*){2,}$/i.test(authority)
  let host = isBareIpv6 ? `[${authority}]` : authority.replace(/:$/, '')
  if (host.startsWith(':')) host = `127.0.0.1${host}`
  if (scheme === undefined && !/:\d+$/.test(host)) host = `${host}:11434`
  try {
    return new URL(`${scheme ?? 'http'}://${host}${path}`)
  } catch (cause) {
    throw misread(text, 'its host or port cannot be read', cause)
  }
}

function misread(text: string, why: string, cause?: unknown): Error {
  return new Error(`"${text}" is no address of an Ollama: ${why}. Expected one like http://127.0.0.1:11434`, {
    cause,
  })
}
