import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import { failPoint } from './fail-point.ts'
import { plantedFault } from './planted-faults.ts'

// Given to a process with `--import`: its statements pass the fail points, and a planted fault where one is named. At the
// driver, below the product, so that the product holds nothing of it; and nothing of it is in the package.

/** A statement as chatterd gives it to pg: its name is that of a function of the schema. */
export interface NamedStatement {
  name: string
  text: string
  values: [json: string, bodies?: string[]]
  /** Where the driver is to call it with the rows, in place of returning them. */
  callback?: (error: unknown, result?: { rows: unknown[] }) => void
}

type Query = (this: unknown, ...given: unknown[]) => unknown

// As src/store imports it, but past the types: the method is replaced.
const { Client } = createRequire(import.meta.url)('pg') as { Client: { prototype: { query: Query } } }

if (isMainThread) {
  const { query } = Client.prototype
  Client.prototype.query = function (...given) {
    const [statement] = given
    if (!isNamed(statement)) return query.apply(this, given)
    const { name, text, values, callback } = statement
    const run = async (next: unknown, given?: unknown[]) =>
      (await query.call(this, next, ...(given ? [given] : []))) as { rows: { result?: unknown }[] }
    const passed = pass({ name, text, values }, run)
    if (!callback) return passed
    passed.then((result) => callback(null, result), callback)
    return statement
  }
}

async function pass(statement: NamedStatement, run: Parameters<typeof plantedFault>[1]) {
  failPoint(`before ${statement.name}`)
  const result = await plantedFault(statement, run)
  failPoint(`after ${statement.name}`)
  return result
}

function isNamed(statement: unknown): statement is NamedStatement {
  if (typeof statement !== 'object' || statement === null) return false
  return 'name' in statement && 'values' in statement && /^[a-z]+(_[a-z]+)*$/.test(String(statement.name))
}
