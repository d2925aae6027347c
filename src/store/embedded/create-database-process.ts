import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import { disableWasmTierUp } from './disable-wasm-tier-up.ts'

// Started by create-database.ts, with the empty folder to use. Ends with its parent.
process.once('disconnect', () => process.exit(1))
// A parent that is gone by now is noticed here: its folder may be removed already, and PGlite would make it anew.
await turnOfTheLoop()

disableWasmTierUp()
const database = await PGlite.create({
  dataDir: process.argv[2] ?? '',
  // Files of the write-ahead log have 1 MB, not 16: checkpoints are frequent here, and an empty database is 9 MB smaller.
  initDbStartParams: ['--wal-segsize=1', '--no-sync'],
})
await database.close()
process.exit(0)
