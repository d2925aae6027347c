import type { Json } from '../../protocol/json.ts'

/** A name in quotation marks, of a length that a sentence bears. */
export function quoted(name: string): string {
  return JSON.stringify(shortened(name))
}

/** A value as JSON, of a length that a sentence bears. */
export function told(value: Json): string {
  return shortened(JSON.stringify(value))
}

/** The beginning of a text that is too long, with a sign that there was more. */
export function shortened(text: string, maxLength = 60): string {
  return text.length > maxLength ? `${text.slice(0, maxLength).toWellFormed()}…` : text
}
