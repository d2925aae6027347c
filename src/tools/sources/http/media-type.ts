import type { HttpResponse } from '../../guard/exchange.ts'

/** Types of texts that do not begin with `text/`. */
const texts =
  /^(?:text\/.*|application\/(?:json|xml|javascript|ecmascript|x-javascript|yaml|x-yaml|toml|graphql|sql|x-sh|x-ndjson|ndjson|jsonl|json-seq|x-www-form-urlencoded)|image\/svg|.*\+(?:json|xml|yaml|json-seq))$/

/** Such as `image/png`; `unknown type` where there is none. */
export function mediaType({ headers }: Pick<HttpResponse, 'headers'>): string {
  const { 'content-type': type, 'content-encoding': encoding } = headers
  const essence = String(type ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase()
  // What a server writes is not a sentence for the model.
  const shown =
    essence !== undefined && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(essence) ? essence : 'unknown type'
  return isEncoded(encoding) ? `${shown}, compressed` : shown
}

/** The body as a text, as its charset says; undefined where it is none. */
export function decodeText({ headers, body, isTruncated }: HttpResponse): string | undefined {
  if (isEncoded(headers['content-encoding'])) return undefined
  const type = mediaType({ headers })
  if (type === 'unknown type') return decodedWith('utf-8', body, { isTruncated, fatal: true })
  if (!texts.test(type)) return undefined
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([\w:.-]+)/i.exec(String(headers['content-type'])) ?? []
  const limits = { isTruncated, fatal: false }
  return decodedWith(charset, body, limits) ?? decodedWith('utf-8', body, limits)
}

function isEncoded(encoding: string | string[] | undefined): boolean {
  return encoding !== undefined && String(encoding).toLowerCase() !== 'identity'
}

/** Undefined where there is no such charset, or, with `fatal`, where the bytes are no text. */
function decodedWith(
  charset: string,
  body: Buffer,
  { isTruncated, fatal }: { isTruncated: boolean; fatal: boolean },
): string | undefined {
  try {
    // Half of a character at the end is left out.
    const text = new TextDecoder(charset, { fatal }).decode(body, { stream: isTruncated })
    return fatal && text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}
