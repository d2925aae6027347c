import { isJsonObject, type JsonObject } from '../../protocol/json.ts'

/** Longest quotation of an engine, in UTF-16 code units. */
const maxWords = 500
/** How deep words may be wrapped in JSON, or in strings of JSON. */
const maxDepth = 6
/** Where servers put the words of an error: Ollama, llama.cpp and OpenAI; vLLM; FastAPI and problem documents. */
const wordKeys = ['error', 'message', 'detail', 'msg', 'title', 'errors']

/** What an engine says of an error, whatever JSON that was wrapped in. */
export interface EngineError {
  /** Words for people, without JSON; undefined where there are none. */
  words: string | undefined
  /** A word for programs, such as `exceed_context_size_error`. */
  code: string | undefined
  /** An HTTP status that is named in it. */
  status: number | undefined
}

/**
 * Reads an error of any form: a text, JSON, JSON in a string, JSON after some words, and Ollama's
 * `{"error parsing tool call": "…"}` (its issue 11781), whose key is a part of the words.
 */
export function readEngineError(value: unknown): EngineError {
  const error: EngineError = { words: undefined, code: undefined, status: undefined }
  const words = wordsOf(value, error, 0)
  return { ...error, words: words && excerpt(words, maxWords) }
}

function wordsOf(value: unknown, error: EngineError, depth: number): string | undefined {
  if (depth > maxDepth) return undefined
  if (typeof value === 'string') return wordsOfText(value, error, depth)
  if (Array.isArray(value)) return firstOf(value, (item) => wordsOf(item, error, depth + 1))
  if (!isJsonObject(value)) return undefined
  readCodes(value, error)
  const words = firstOf(wordKeys, (key) => wordsOf(value[key], error, depth + 1))
  if (words) return words
  const key = errorKey(value)
  if (key === undefined) return undefined
  const rest = wordsOf(value[key], error, depth + 1)
  return rest ? `${key}: ${rest}` : key
}

/** A key that is the beginning of the words. */
function errorKey(value: JsonObject): string | undefined {
  return Object.keys(value).find((key) => /^error\b./i.test(key))
}

/** Without what stands between the first `raw='` and the last `', err=`. */
function withoutQuote(text: string): string {
  const [start, end] = [text.indexOf(quoteStart), text.lastIndexOf(quoteEnd)]
  return start >= 0 && end > start ? text.slice(0, start) + text.slice(end + quoteEnd.length) : text
}

const quoteStart = "raw='"
const quoteEnd = "', err="

/** A text, with the words of the JSON in it in place of that. */
function wordsOfText(whole: string, error: EngineError, depth: number): string | undefined {
  // Ollama quotes what the model wrote: "error parsing tool call: raw='{"city":', err=unexpected end of JSON input".
  const text = withoutQuote(whole)
  const start = text.search(/[[{]/)
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1
  const json = start === -1 || end <= start ? undefined : parsed(text.slice(start, end))
  if (json === undefined) return /^\s*([[{]|$)/.test(text) ? undefined : text.trim()
  const words = wordsOf(json, error, depth + 1)
  const [before, after] = [text.slice(0, start).trim(), text.slice(end).trim()]
  if (!before && !after) return words
  return [before, words ?? '…', after].filter((part) => part !== '').join(' ')
}

function readCodes(value: JsonObject, error: EngineError): void {
  for (const name of [value.code, value.type])
    if (typeof name === 'string' && /^\w[\w.-]{0,60}$/.test(name)) error.code ??= name
  for (const number of [value.status, value.status_code, value.code])
    if (typeof number === 'number' && number >= 400 && number <= 599) error.status ??= number
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function firstOf<T>(items: readonly T[], read: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const words = read(item)
    if (words) return words
  }
  return undefined
}

/** True for a line of a reply that is an error, under any of its forms. Lines that have a message are none. */
export function isErrorLine(line: JsonObject): boolean {
  if (line.error) return true
  if (isJsonObject(line.message) || line.done === true) return false
  return typeof line.message === 'string' || line.detail !== undefined || errorKey(line) !== undefined
}

/** The beginning of a stranger's text, to quote in a message: one line, and whole characters. */
export function excerpt(text: string, length = 200): string {
  const line = text
    .slice(0, 4 * length)
    .replace(/[\0-\x20\x7f-\x9f]+/g, ' ')
    .trim()
  const cut = line.length > length ? `${line.slice(0, length)}…` : line
  return cut.replace(/[\ud800-\udbff]…$/, '…').toWellFormed()
}
