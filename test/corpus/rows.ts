import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseExact } from '../../src/protocol/exact-json.ts'
import type { JsonObject } from '../../src/protocol/json.ts'

/** What becomes of a reply: its calls are run, the model reads an error, or the reply is text. */
export type Outcome = 'run' | 'error' | 'text'

/** One reply with a call that went wrong; README.md describes the members. */
export interface Row {
  id: string
  kind: string
  raw: string | { name: string; arguments: unknown }
  tools: { name: string; parameters: JsonObject }[]
  expected: { outcome: Outcome; calls: { name: string; arguments: JsonObject }[] }
  accept?: Outcome[]
}

/** Reads a file of rows, one a line. */
export function readRows(name: 'malformed-calls.jsonl' | 'further-calls.jsonl'): Row[] {
  const lines = readFileSync(join(import.meta.dirname, name), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => parseExact(line) as unknown as Row)
}
