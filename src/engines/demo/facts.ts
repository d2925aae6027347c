import { isJsonObject, type Json } from '../../protocol/json.ts'

/** What a text tells that may serve as an argument. */
export interface Facts {
  /** Values that stand with a name: `latitude: 42.3`, `sides=20`, `20 sides`, members of a JSON object. */
  named: { name: string; value: Json }[]
  /** Numbers as written, in order. */
  numbers: string[]
  /** What stands in quotes, then names after "in", "at", "for", … (`Paris`), in order. */
  phrases: string[]
}

const number = String.raw`(?<![\w.])-?\d+(?:\.\d+)?(?!\w)`
const numberPattern = new RegExp(number, 'g')
const pairPattern = new RegExp(
  String.raw`([A-Za-z_][\w-]*)["']?\s*[:=]\s*("[^"]*"|'[^']*'|${number}|[A-Za-z][\w/-]*)`,
  'g',
)
const countPattern = new RegExp(String.raw`(${number})[\s-]+([A-Za-z_]+)`, 'g')
const quotePattern = /"([^"]+)"|“([^”]+)”|(?<!\w)'([^']+)'(?!\w)/g
const placePattern = /\b(?:in|at|for|of|to|from|near|about)\s+(\p{Lu}[\p{L}'-]*(?:\s+\p{Lu}[\p{L}'-]*)*)/gu

/** Finds the facts of a tool's result or of what a user wrote. */
export function readFacts(text: string): Facts {
  const pairs = [...text.matchAll(pairPattern)].map(([, name = '', value = '']) => ({
    name,
    value: unquoted(value),
  }))
  const counts = [...text.matchAll(countPattern)].map(([, value = '', name = '']) => ({ name, value }))
  const quotes = [...text.matchAll(quotePattern)].map(
    ([, double, curly, single]) => double ?? curly ?? single ?? '',
  )
  const places = [...text.matchAll(placePattern)].map(([, place = '']) => place)
  return {
    named: [...jsonMembers(text), ...pairs, ...counts],
    numbers: [...text.matchAll(numberPattern)].map(([digits]) => digits),
    phrases: [...quotes, ...places],
  }
}

function unquoted(text: string): string {
  return text.replace(/^["']|["']$/g, '')
}

function jsonMembers(text: string): Facts['named'] {
  try {
    return membersOf(JSON.parse(text))
  } catch {
    return []
  }
}

function membersOf(value: Json): Facts['named'] {
  if (Array.isArray(value)) return value.flatMap(membersOf)
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) => [{ name, value: member }, ...membersOf(member)])
}
