import pg, { type ClientBase } from 'pg'
import type { Statement } from '../statement.ts'
import { runPrepared } from './json-query.ts'

declare module 'pg' {
  interface ClientBase {
    /** The process of the server that serves this connection, as it says when the connection begins. */
    processID: number | null
  }
}

/**
 * Which part of a connection to PostgreSQL stays with one session of the server. `session`: all of it. `transaction`: one transaction,
 * as behind PgBouncer with `pool_mode = transaction`; what a session has, such as prepared statements, may be another's in the next
 * transaction. `auto`: to be found out.
 */
export type Pooling = 'auto' | 'session' | 'transaction'

/**
 * What the statements of chatterd depend on. Administrators give databases and roles other defaults, for the sake of other programs.
 * Not `default_transaction_read_only`: with that one they mean all programs.
 */
const settings: Record<string, string> = {
  default_transaction_isolation: 'read committed',
  // The time of a statement is limited here, and a turn's connection may be idle.
  statement_timeout: '0',
  lock_timeout: '0',
  transaction_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  search_path: 'pg_catalog',
  timezone: 'UTC',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
}

// A setting that this version of PostgreSQL does not have is null.
const rows = Object.entries(settings).map(([name, value]) => `('${name}', '${value}')`)
const set = (isLocal: boolean) => `
  select set_config(name, value, ${isLocal}) from (values ${rows.join(', ')}) as given(name, value)
  where current_setting(name, true) is not null`

/** Makes a transaction that has just begun independent of the defaults of its database and role. */
export const beginTransaction = `set transaction isolation level read committed; ${set(true)}`

/** How long the server may take to begin a session, in milliseconds. */
const timeoutMs = 10_000

/** SQLSTATEs over prepared statements that another client of the session has made, or not: nothing was carried out. */
const mixedUp = ['26000', '42P05', '08P01']

/** What is known of the sessions that serve the connections to one database. */
export class Sessions {
  /** True where a session of the server serves several connections, transaction by transaction. */
  areShared: boolean
  readonly #pooling: Pooling

  constructor(pooling: Pooling) {
    this.#pooling = pooling
    this.areShared = pooling === 'transaction'
  }

  /** Makes a new connection independent of the defaults of its database and role, if it has a session of its own. */
  async begin(client: ClientBase): Promise<void> {
    if (this.areShared) return
    // A pooler gives its clients numbers of its own, because the processes of the server change.
    const isOwn = this.#pooling === 'session' ? '' : ` and pg_backend_pid() = ${Number(client.processID)}`
    // pg's types do not have its time-out for one statement.
    const statement = { text: set(false) + isOwn, query_timeout: timeoutMs }
    const { rowCount } = await client.query(statement)
    if (rowCount === 0) this.areShared = true
  }

  /** Runs a statement in a transaction of its own. */
  async query<Row>(client: ClientBase, statement: Statement): Promise<Row[]> {
    try {
      if (!this.areShared) return await runPrepared<Row>(client, statement)
    } catch (error) {
      const isMixedUp = error instanceof pg.DatabaseError && mixedUp.includes(error.code ?? '')
      if (!isMixedUp || this.#pooling === 'session') throw error
      this.areShared = true
    }
    return await queryShared(client, statement)
  }
}

/** Runs a statement without preparing it, in one message to the server: that is one transaction, and so in one session. */
async function queryShared<Row>(client: ClientBase, { text, values = [] }: Statement): Promise<Row[]> {
  const inlined = text.replaceAll(/\$(\d+)/g, (_, number) => literalOf(values[Number(number) - 1]))
  // The results of all statements in the message.
  const results: unknown = await client.query(`${beginTransaction}; ${inlined}`)
  return Array.isArray(results) ? results.at(-1).rows : []
}

function literalOf(value: unknown): string {
  if (Array.isArray(value)) return `array[${value.map(literalOf).join()}]::json[]`
  return value === null || value === undefined ? 'null' : pg.escapeLiteral(String(value))
}
