import { isJsonObject, type Json } from '../../protocol/json.ts'
import { readNumbers, sureNumber } from './read-numbers.ts'

/** What a text tells that may serve as an argument. */
export interface Facts {
  /** Values that stand with a name: `latitude: 42.3`, `sides=20`, `20 sides`, `zone Asia/Tokyo`, members of JSON. */
  named: { name: string; value: Json }[]
  /** Signed decimals, in order; none where one of the text cannot be read surely. */
  numbers: string[]
  /** What stands in quotes, then names after "in", "at", "for", … (`Paris`), then words with a slash. */
  phrases: string[]
}

const pairPattern = new RegExp(
  String.raw`([A-Za-z_][\w-]*)["']?\s*[:=]\s*("[^"]*"|'[^']*'|${sureNumber}|[A-Za-z][\w/+-]*)`,
  'g',
)
const countPattern = new RegExp(String.raw`(${sureNumber})[\s-]+([A-Za-z_]+)`, 'g')
// Overlapping, as any word may be a name; only values that stand out, as `time is` is no pair.
const adjacentPattern = new RegExp(
  String.raw`(?<![\w/-])(?=([A-Za-z_][\w-]*)\s+("[^"]*"|${sureNumber}|[A-Za-z][\w+-]*/[\w/+-]+|[A-Z][\w-]*))`,
  'g',
)
const quotePattern = /(?:"([^"]+)"|“([^”]+)”|(?<!\w)'([^']+)'(?!\w))(?!\s*:)/g
const placePattern =
  /\b(?:in|at|for|of|to|from|near|about)\s+(\p{Lu}[\p{L}'-]*(?:\s+\p{Lu}[\p{L}'-]*)*)(?![\p{L}/_])/gu
const slashPattern = /(?<![\w/:.])\p{L}[\w+-]*(?:\/[\w+-]+)+/gu

/** Characters that are read for facts beside JSON: the patterns take time by the square of what does not fit them. */
const maxRead = 2_000

/** Finds the facts of a tool's result or of what a user wrote: in its JSON, and in the first 2,000 characters around that. */
export function readFacts(written: string): Facts {
  const taken = takeJson(written)
  const { members } = taken
  const rest = taken.rest.slice(0, maxRead)
  const slashed = rest.match(slashPattern) ?? []
  const { numbers, compass } = readNumbers(rest.replaceAll(slashPattern, ' '))
  const { text } = readNumbers(rest)
  const pairs = [...text.matchAll(pairPattern)].map(([, name = '', value = '']) => ({
    name,
    value: unquoted(value),
  }))
  const counts = [...text.matchAll(countPattern)].map(([, value = '', name = '']) => ({ name, value }))
  const adjacent = [...text.matchAll(adjacentPattern)].map(([, name = '', value = '']) => ({
    name,
    value: unquoted(value),
  }))
  const quotes = [...text.matchAll(quotePattern)].map(
    ([, double, curly, single]) => double ?? curly ?? single ?? '',
  )
  const places = [...text.matchAll(placePattern)].map(([, place = '']) => place)
  return {
    named: [...members, ...pairs, ...compass, ...counts, ...adjacent],
    numbers,
    phrases: [...new Set([...quotes, ...places, ...slashed])],
  }
}

function unquoted(text: string): string {
  return text.replace(/^["']|["']$/g, '')
}

/** The members of the JSON in a text, and the text around it. */
function takeJson(text: string): { members: Facts['named']; rest: string } {
  const json = text.slice(text.search(/[{[]/), Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1)
  try {
    return { members: membersOf(JSON.parse(json)), rest: text.replace(json, () => ' ') }
  } catch {
    return { members: [], rest: text }
  }
}

function membersOf(value: Json): Facts['named'] {
  if (Array.isArray(value)) return value.flatMap(membersOf)
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) => [{ name, value: member }, ...membersOf(member)])
}
