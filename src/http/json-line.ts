/** Where other readers than JSON's and those of event streams end a line: Python's `splitlines` and Swift's, for example. */
const lineEnds = /[\u0085\u2028\u2029]/

/** The same JSON, as one line for every reader: NEL, LINE SEPARATOR and PARAGRAPH SEPARATOR, which it can have in strings, are escaped. */
export function asOneLine(json: string): string {
  if (!lineEnds.test(json)) return json
  return json.replaceAll('\u0085', '\\u0085').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
