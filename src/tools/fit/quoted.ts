import type { Json } from '../../protocol/json.ts'

/** A name in quotation marks, shortened for an error message. */
export function quoted(name: string): string {
  return JSON.stringify(shortened(name))
}

/** A value as JSON, shortened for an error message. */
export function shortJson(value: Json): string {
  return shortened(JSON.stringify(value))
}

/** A text of at most `maxLength` UTF-16 units; a longer one ends with an ellipsis. */
export function shortened(text: string, maxLength = 60): string {
  return text.length > maxLength ? `${text.slice(0, maxLength).toWellFormed()}…` : text
}
