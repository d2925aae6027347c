import { isJsonObject, type Json, type JsonObject } from '../../../protocol/json.ts'
import type { OpenApiSource } from '../../../protocol/tool-settings/open-api-source.ts'
import { UnusableSource } from '../tool-source.ts'

/** Where requests go: a URL without a slash at its end, and the hosts that the operator has written. */
export interface Server {
  url: string
  allowedHosts: string[]
}

/**
 * The server of an API: the one of the settings, else the first one of its document.
 *
 * @throws UnusableSource where there is none, and where headers would go to a host that neither the operator nor a file of his names
 */
export function findServer({ server, document, isUrl, headers }: OpenApiSource, root: JsonObject): Server {
  const written = server ?? serverOf(root)
  const url = URL.parse(written, isUrl ? document : undefined)
  if (!url || !/^https?:$/.test(url.protocol) || /[{}]/.test(written))
    throw new UnusableSource('the document names no server with a host: name it with server')
  if (url.username !== '' || url.password !== '')
    throw new UnusableSource('the URL of its server has a user name or a password')
  const named = [...(server === undefined ? [] : [server]), ...(isUrl ? [document] : [])].map(
    (text) => new URL(text),
  )
  const isNamed = named.some(({ origin }) => origin === url.origin)
  if (isUrl && !isNamed && Object.keys(headers).length > 0)
    throw new UnusableSource(
      `the document sends the headers to ${url.host}: name this server with server if it may have them`,
    )
  return {
    url: (url.origin + url.pathname).replace(/\/+$/, ''),
    allowedHosts: named.map(({ host, protocol }) =>
      /:\d+$/.test(host) ? host : `${host}:${protocol === 'https:' ? 443 : 80}`,
    ),
  }
}

function serverOf({ servers }: JsonObject): string {
  const [first]: (Json | undefined)[] = Array.isArray(servers) ? servers : []
  if (!isJsonObject(first) || typeof first.url !== 'string') return '/'
  const variables = isJsonObject(first.variables) ? first.variables : {}
  return first.url.replace(/\{([^{}]+)\}/g, (whole, name: string) => {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined
    return isJsonObject(variable) && typeof variable.default === 'string' ? variable.default : whole
  })
}
