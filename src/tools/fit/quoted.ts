import type { Json } from '../../protocol/json.ts'

/** A name in quotation marks, shortened for an error message. */
export function quoted(name: string): string {
  return JSON.stringify(shortened(name))
}

/** A value as JSON, shortened for an error message. */
export function shortJson(value: Json): string {
  // The beginning of a long text is enough.
  return shortened(JSON.stringify(typeof value === 'string' ? value.slice(0, 100) : value))
}

/** A text of at most `maxLength` UTF-16 units; a longer one ends with an ellipsis. */
export function shortened(text: string, maxLength = 60): string {
  return text.length > maxLength ? `${text.slice(0, maxLength).toWellFormed()}…` : text
}

const maxListed = 20

/** `a, b and c`; without a conjunction `a, b, c`. Of more than 20 items, the first. */
export function listed(all: readonly string[], conjunction?: string): string {
  const items = all.length > maxListed ? [...all.slice(0, maxListed), `${all.length - maxListed} more`] : all
  const last = conjunction ? items.slice(-1) : []
  const first = items.slice(0, items.length - last.length).join(', ')
  return first && conjunction ? `${first} ${conjunction} ${last}` : `${first}${last}`
}
