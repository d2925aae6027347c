import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'

// A number with one possible meaning: not a part of a word, a date, a time, `48,85`, or a coordinate such as 83.71 W.
const number = String.raw`(?<![\w./-]|\d:|\d,(?=\d))-?\d+(?:\.\d+)?(?![\w°:/]|[.,-]\d|\s+[NSEW]\b)`
const quote = '["“]([^"“”]*)["”]'

const numberPattern = new RegExp(number, 'g')
// `latitude: 42.3`, `"lat": 42.3`, `sides=20`, `zone Asia/Tokyo`; but in "time is", `is` is not the value of `time`.
const namedPattern = new RegExp(
  String.raw`\b([A-Za-z_]\w*)["']?(?=(?:\s*[:=]\s*|\s+(?=["“\dA-Z-]))(?:${quote}|(${number}|[A-Za-z][\w/+-]*)))`,
  'g',
)
// Quoted texts, and names such as `in New York` and `for Asia/Tokyo`.
const properName = String.raw`\p{Lu}[\p{L}'/_-]+`
const phrasePattern = new RegExp(
  String.raw`${quote}|\b(?:in|at|for)\s+(${properName}(?:\s+${properName})*)`,
  'gu',
)

/**
 * Finds a tool's arguments: each by its name, first in the question, then in the results. Required arguments that are not
 * found so get the question's other numbers and phrases, in order; `missing` are those that still have no value.
 */
export function findArguments(
  { function: { parameters = {} } }: ToolSchema,
  question: string,
  results: string[],
): { arguments: JsonObject; missing: string[] } {
  const properties = isJsonObject(parameters.properties) ? parameters.properties : {}
  const required = Array.isArray(parameters.required) ? parameters.required.map(String) : []
  const found: JsonObject = {}

  const named = [question, ...results].flatMap((text) => [...text.matchAll(namedPattern)])
  for (const [name, schema] of Object.entries(properties)) {
    const [value] = named
      .filter(([, label = '']) => isSameName(label, name))
      .flatMap(([, , quoted, bare = '']) => toValue(quoted ?? bare, name, schema))
    if (value !== undefined) found[name] = value
  }

  const used = Object.values(found).map(String)
  const numbers = (question.match(numberPattern) ?? []).filter((text) => !used.includes(text))
  const phrases = [...question.matchAll(phrasePattern)]
    .map(([, quoted, phrase = '']) => quoted ?? phrase)
    .filter((text) => !used.includes(text))
  for (const name of required.filter((name) => !Object.hasOwn(found, name))) {
    const text = (isNumeric(name, properties[name]) ? numbers : phrases).shift() ?? ''
    const [value] = toValue(text, name, properties[name])
    if (value !== undefined) found[name] = value
  }
  return { arguments: found, missing: required.filter((name) => !Object.hasOwn(found, name)) }
}

/** Also true where one name is the beginning of the other, such as `lat` and `latitude`. */
function isSameName(one: string, other: string): boolean {
  const [short = '', long = ''] = [one.toLowerCase(), other.toLowerCase()].sort((a, b) => a.length - b.length)
  return short === long || (short.length >= 3 && long.startsWith(short))
}

// Coordinates are numbers even where a tool declares them as strings.
function isNumeric(name: string, schema: Json | undefined): boolean {
  const { type } = isJsonObject(schema) ? schema : {}
  return type === 'number' || type === 'integer' || /^(?:lat|latitude|lng|lon|long|longitude)$/i.test(name)
}

/** The text as a value of the schema's type, in an array; an empty array where the text is not such a value. */
function toValue(text: string, name: string, schema: Json | undefined): Json[] {
  const { type } = isJsonObject(schema) ? schema : {}
  if (text === '' || type === 'array' || type === 'object') return []
  if (type === 'boolean') return text === 'true' ? [true] : text === 'false' ? [false] : []
  if (!isNumeric(name, schema)) return [text]
  const number = Number(text)
  const fits = type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number)
  if (!fits) return []
  return [type === 'string' ? text : number]
}
