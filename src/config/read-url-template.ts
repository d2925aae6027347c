import type { UrlTemplate } from '../protocol/tool-settings/http-tool.ts'
import type { TextPart } from '../protocol/tool-settings/text-part.ts'
import { insertVariables } from './insert-variables.ts'
import { isArgument, partsOf } from './text-template.ts'

/** Its scheme, its host, and what follows that. */
const start = /^https?:\/\/([^/?#\\]*)([/?#\\]?)/i

/**
 * Reads a URL with arguments `{name}` and variables `${NAME}`. Arguments are looked for before variables are replaced: what the
 * environment has is no template.
 *
 * @returns what is wrong, as a text, or the template and the values of variables that may be secrets: those after the host
 */
export function readUrlTemplate(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): { url: UrlTemplate; secrets: string[] } | string {
  if (text.includes('#')) return 'it has "#", which is not sent'
  const [written = '', ...more] = text.split('?')
  const secrets: string[] = []
  const path = insert(written, (value) => value)
  const [first] = path
  if (typeof first !== 'string') return expected
  const [origin, host = '', end] = start.exec(first) ?? []
  if (origin === undefined) return expected
  const [, inHost] = path
  if (end === '' && inHost !== undefined && isArgument(inHost))
    return `{${inHost.argument}} is in the host, which no argument can choose`
  if (host.includes('@')) return 'it has a user name or a password; put them into headers'
  if (host === '' || !URL.canParse(`http://${host}`)) return 'its host cannot be read'
  const query = more.join('?')
  const members = query === '' ? [] : query.split('&').map((member) => insert(member, encodeURIComponent))
  const isHost = (value: string) => origin.includes(value) || value.includes(host)
  return { url: { host, path, query: members }, secrets: secrets.filter((value) => !isHost(value)) }

  function insert(template: string, encode: (value: string) => string): TextPart[] {
    return partsOf(template).map((part) => {
      if (isArgument(part)) return part
      const { inserted } = insertVariables({ part }, env)
      secrets.push(...inserted)
      const encoded = Object.entries(env).map(([name, value]) => [name, value && encode(value)])
      return String(insertVariables({ part }, Object.fromEntries(encoded)).value.part)
    })
  }
}

const expected = 'expected a URL that begins with http:// or https://, and a host'
