import { setImmediate as nextTurnOfEventLoop } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import { disableWasmTierUp } from './disable-wasm-tier-up.ts'

// Started by init-database.ts, with the empty folder to use. Ends with its parent.
process.once('disconnect', () => process.exit(1))
// A parent that has ended already is noticed here. Its folder may be removed, and PGlite would make it again.
await nextTurnOfEventLoop()

disableWasmTierUp()
const database = await PGlite.create({
  dataDir: process.argv[2] ?? '',
  // Files of the write-ahead log have 1 MB, not 16: checkpoints are frequent here, and an empty database is 9 MB smaller.
  initDbStartParams: ['--wal-segsize=1', '--no-sync'],
})
await database.close()
process.exit(0)
