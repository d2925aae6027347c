import type { DatabaseState } from '../../../src/store/database.ts'
import type { Schema } from '../../../src/store/schema/read-schema.ts'
import type { DatabaseKind } from './database-kinds.ts'

// For tests of opening a database itself: its parts, with nothing opened or ended for them.

/** A schema that these texts make, in order, without functions. */
export function schemaOf(...sqls: string[]): Schema {
  return {
    migrations: sqls.map((sql, index) => ({ number: index + 1, name: 'part', checksum: sql, sql })),
    functions: { version: 1, checksum: '', sql: '' },
  }
}

/** A database that the test itself removes, after it has closed it. */
export async function createFor(kind: DatabaseKind) {
  const ends: (() => Promise<void>)[] = []
  const source = await kind.create({ after: (end) => void ends.push(end) })
  return { source, end: async () => void (await Promise.all(ends.map((end) => end()))) }
}

/** Waits for states of a database: to be spread into its options. */
export function stateWatch() {
  let changed = Promise.withResolvers<void>()
  let now: DatabaseState | undefined
  return {
    onStateChange(state: DatabaseState) {
      now = state
      changed.resolve()
      changed = Promise.withResolvers()
    },
    async until(is: (state: DatabaseState) => boolean): Promise<void> {
      while (!now || !is(now)) await changed.promise
    },
  }
}
