import type { ClientBase } from 'pg'

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

const rows = Object.entries(settings).map(([name, value]) => `('${name}', '${value}')`)
// A setting that this version of PostgreSQL does not have is null.
const begin = `
  select set_config(name, value, false) from (values ${rows.join(', ')}) as given(name, value)
  where current_setting(name, true) is not null`

/** How long the server may take for it, in milliseconds. */
const timeoutMs = 10_000

/** Makes a new connection independent of the defaults of its database and role. */
export async function beginSession(client: ClientBase): Promise<void> {
  // pg's types do not have its time-out for one statement.
  const statement = { text: begin, query_timeout: timeoutMs }
  await client.query(statement)
}
