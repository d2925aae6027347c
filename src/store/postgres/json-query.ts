import type { ClientBase, Connection, Submittable } from 'pg'
import { serialize } from 'pg-protocol'
import type { Statement } from '../statement.ts'

// What pg's types leave out: https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/connection.js
declare module 'pg' {
  interface Connection {
    /** The texts of the statements that this connection has prepared, by name. */
    parsedStatements: Record<string, string | undefined>
  }
}

/** The id of the type `json` in pg_type: https://www.postgresql.org/docs/current/catalog-pg-type.html */
const json = 114

const sync = serialize.sync()
const execute = serialize.execute()

/** Runs a statement, which stays prepared on the connection. */
export async function runPrepared<Row>(client: ClientBase, statement: Statement): Promise<Row[]> {
  if (!statement.returnsJson) return (await client.query(statement)).rows
  const { promise, resolve, reject } = Promise.withResolvers<Row[]>()
  client.query(new JsonQuery(statement, (error, result) => (result ? resolve(result.rows) : reject(error))))
  return await promise
}

/** As pg calls it. */
type Callback = (error: Error | null, result?: { rows: never[] }) => void

/**
 * A statement that returns one row with one column of JSON. What pg does for each statement is left out: to ask for the types of its
 * columns, and to write each message by itself (half of the time that a statement takes here). In place of `Query`:
 * https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/query.js
 */
class JsonQuery implements Submittable {
  readonly name: string
  readonly text: string
  readonly values: readonly unknown[]
  readonly callback: Callback
  #json: string | null | undefined

  /** `callback` gets a row with the value of the column as `result`, or an error of the server, also where there is no row. */
  constructor({ name, text, values = [] }: Statement, callback: Callback) {
    this.name = name
    this.text = text
    this.values = values
    this.callback = callback
  }

  submit(connection: Connection): void {
    const { name, text } = this
    const values = this.values.map((value) => (Array.isArray(value) ? encodeJsonArray(value) : value))
    const bind = serialize.bind({ statement: name, values })
    const isPrepared = connection.parsedStatements[name] !== undefined
    const messages = isPrepared
      ? [bind, execute, sync]
      : [serialize.parse({ name, text }), bind, execute, sync]
    connection.stream.write(Buffer.concat(messages))
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.#json = fields[0]
  }

  handleReadyForQuery(): void {
    try {
      if (this.#json === undefined) throw new Error(`${this.name} returned no row`)
      // A function that returns nothing returns an empty text.
      const result = this.#json ? JSON.parse(this.#json) : null
      this.callback(null, { rows: [{ result } as never] })
    } catch (error) {
      this.callback(error instanceof Error ? error : new Error(String(error)))
    }
  }

  handleError(error: Error): void {
    this.callback(error)
  }

  handleRowDescription(): void {}
  handleCommandComplete(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}

/**
 * A `json[]` in binary form, as `array_recv` reads it:
 * https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/arrayfuncs.c
 */
function encodeJsonArray(texts: readonly string[]): Buffer {
  const sizes = texts.map((text) => Buffer.byteLength(text))
  const head = texts.length === 0 ? [0, 0, json] : [1, 0, json, texts.length, 1]
  const all = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + size, 4 * head.length))
  let offset = 0
  for (const number of head) offset = all.writeInt32BE(number, offset)
  for (const [index, text] of texts.entries()) {
    offset = all.writeInt32BE(sizes[index] ?? 0, offset)
    offset += all.write(text, offset)
  }
  return all
}
