import { isJsonObject, type Json, type JsonObject } from '../../../protocol/json.ts'
import { reservedHeaders } from '../../../protocol/reserved-headers.ts'
import { type Document, UnusableOperation } from './document.ts'
import type { Parameter, ParameterPlace } from './operation.ts'

const places: readonly ParameterPlace[] = ['path', 'query', 'header', 'cookie']

/** Headers that a document may declare and a model does not choose, beside those of the connection. */
const fixedHeaders = [
  'accept',
  'accept-encoding',
  'authorization',
  'content-type',
  'content-encoding',
  'cookie',
  'user-agent',
]

const styles: Record<ParameterPlace, readonly string[]> = {
  path: ['simple'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
  cookie: ['form'],
}

/**
 * The parameters of an operation, those of its path first. Left out are headers that belong to the connection, say who sends the request, or
 * that the operator sets.
 *
 * @throws UnusableOperation
 */
export function readParameters(
  document: Document,
  lists: readonly (Json | undefined)[],
  { path, headers }: { path: string; headers: readonly string[] },
): Parameter[] {
  const byKey = new Map<string, JsonObject>()
  for (const list of lists) {
    for (const each of Array.isArray(list) ? list : []) {
      const written = document.resolve(each)
      if (typeof written?.name === 'string') byKey.set(`${written.in} ${written.name}`, written)
    }
  }
  const all = [...byKey.values()].filter((written) => !isFixed(written, headers))
  const taken = new Set<string>()
  const parameters = places.flatMap((place) =>
    all.filter((written) => written.in === place).map((written) => readParameter(written, place, taken)),
  )
  const placeholders = [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name)
  const unknown = placeholders.find(
    (name) => !parameters.some((each) => each.place === 'path' && each.name === name),
  )
  if (unknown !== undefined) throw new UnusableOperation(`its path has {${unknown}}, which is no parameter`)
  return parameters.filter(({ place, name }) => place !== 'path' || placeholders.includes(name))
}

function isFixed({ in: place, name }: JsonObject, headers: readonly string[]): boolean {
  if (place === 'cookie') return headers.includes('cookie')
  if (place !== 'header' || typeof name !== 'string') return false
  const lower = name.toLowerCase()
  return reservedHeaders.has(lower) || fixedHeaders.includes(lower) || headers.includes(lower)
}

function readParameter(written: JsonObject, place: ParameterPlace, taken: Set<string>): Parameter {
  const name = String(written.name)
  const { content, description } = written
  const media = isJsonObject(content) ? Object.values(content)[0] : undefined
  const argument = freeArgument(name, taken, place)
  taken.add(argument)
  const style = media ? 'json' : styleOf(written, place)
  return {
    ...{ argument, name, place, style },
    explode: typeof written.explode === 'boolean' ? written.explode : style === 'form',
    isRequired: place === 'path' || written.required === true,
    schema: (isJsonObject(media) ? media.schema : written.schema) ?? {},
    ...(typeof description === 'string' && { description }),
  }
}

function styleOf({ style, name }: JsonObject, place: ParameterPlace): Exclude<Parameter['style'], 'json'> {
  const [standard] = styles[place]
  const chosen = style ?? standard
  if (
    chosen === 'simple' ||
    chosen === 'form' ||
    chosen === 'spaceDelimited' ||
    chosen === 'pipeDelimited' ||
    chosen === 'deepObject'
  )
    if (styles[place].includes(chosen)) return chosen
  throw new UnusableOperation(`the parameter ${name} has the style ${JSON.stringify(chosen)}`)
}

/** A name of letters, digits and `_.-`, as engines take it, which no other argument has: of `id` and `id`, the second is `id_query`. */
export function freeArgument(name: string, taken: ReadonlySet<string>, place: string): string {
  const fitting = name
    .replace(/[^\w.-]+/g, '_')
    .replace(/^_+(?=.)|(?<=.)_+$/g, '')
    .slice(0, 64)
  if (!taken.has(fitting)) return fitting
  let free = `${fitting}_${place}`
  for (let number = 2; taken.has(free); number++) free = `${fitting}_${place}_${number}`
  return free
}
