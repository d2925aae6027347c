import { isJsonObject } from '../protocol/json.ts'
import { reservedHeaders } from '../protocol/reserved-headers.ts'
import { insertVariables } from './insert-variables.ts'
import type { TableProblem } from './named-tables.ts'

/** https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
const headerName = /^[\w!#$%&'*+.^`|~-]+$/
/** Of bytes that a header can have: https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

/** The headers of a table, with their variables replaced, and the values of these. */
export function readHeaders(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
): { headers: Record<string, string>; secrets: string[]; problems: TableProblem[] } {
  const none = { headers: {}, secrets: [] }
  if (value === undefined) return { ...none, problems: [] }
  if (!isJsonObject(value) || !isTexts(value))
    return { ...none, problems: [{ member: 'headers', text: 'expected texts by the names of headers' }] }
  const { value: headers, inserted: secrets } = insertVariables(value, env)
  if (!isTexts(headers)) return { ...none, problems: [] }
  const problems = Object.entries(headers).flatMap(([name, text]) => {
    const member = `headers.${name}`
    if (!headerName.test(name)) return { member, text: 'a header cannot have this name' }
    if (reservedHeaders.has(name.toLowerCase()))
      return { member, text: 'this header cannot be set: it belongs to the connection' }
    return headerValue.test(text) ? [] : { member, text: 'it has a character that headers cannot have' }
  })
  return { headers, secrets, problems }
}

function isTexts(value: Record<string, unknown>): value is Record<string, string> {
  return Object.values(value).every((each) => typeof each === 'string')
}
