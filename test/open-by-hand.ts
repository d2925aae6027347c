import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { DatabaseState } from '../src/store/database.ts'
import type { DatabaseKind } from './databases.ts'

// For tests of opening a database itself: its parts, with nothing opened or ended for them.

/** A folder with these migrations, in order; removed with the test. */
export async function migrationsOf(t: TestContext, ...sqls: string[]): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const [index, sql] of sqls.entries()) await writeFile(join(folder, `000${index + 1}-part.sql`), sql)
  return pathToFileURL(`${folder}/`)
}

/** A database that the test itself removes, after it has closed it. */
export async function createFor(kind: DatabaseKind) {
  const ends: (() => Promise<void>)[] = []
  const source = await kind.create({ after: (end) => void ends.push(end) })
  return { source, end: async () => void (await Promise.all(ends.map((end) => end()))) }
}

/** Waits for states of a database, as it tells them: spread into its options. */
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
