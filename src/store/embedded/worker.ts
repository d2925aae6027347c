import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { disableWasmTierUp } from './disable-wasm-tier-up.ts'
import { startHousekeeping } from './housekeeping.ts'
import { ResponseBuffer } from './response-buffer.ts'
import type { FromDatabase, ToDatabase } from './thread-messages.ts'

// The database's thread. PGlite computes on the thread that calls it, and a heavy query takes seconds.

/** A response is sent in parts of about this size, in bytes, while the database still works on the rest. */
const partBytes = 256 * 1024

if (!parentPort) throw new Error('This module must be started as a worker thread')
const port = parentPort
const send = (message: FromDatabase) =>
  port.postMessage(message, message.type === 'response' ? [message.bytes.buffer] : [])

disableWasmTierUp()
const database = await PGlite.create({
  dataDir: String(workerData),
  // The default of 128 MB would stay in memory for good; the page cache of the system does the same work.
  startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB'],
})

/** Jobs run one at a time, in order. A job that throws ends the thread: the state of the database is unknown then. */
let jobs = Promise.resolve()
const enqueue = (job: () => Promise<void>) => {
  jobs = jobs.then(job)
}
const housekeeping = startHousekeeping(database, enqueue)

async function respond(connection: number, bytes: Uint8Array): Promise<void> {
  const buffer = new ResponseBuffer()
  // Not execProtocolRaw: it keeps every message of every response in memory.
  await database.execProtocolRawStream(bytes, {
    syncToFs: false,
    onRawData(piece) {
      buffer.add(piece)
      if (buffer.size >= partBytes) send({ type: 'response', connection, bytes: buffer.take(), last: false })
    },
  })
  // PGlite hides its fatal errors (out of memory, stack overflow): its response is incomplete then, and it never responds again.
  if (!buffer.endsWithReady()) throw new Error('The embedded database broke down over a statement')
  send({ type: 'response', connection, bytes: buffer.take(), last: true })
}

/** Makes the only session like a new one: outside of a transaction, and without prepared statements. */
async function resetSession(): Promise<void> {
  await database.exec('rollback')
  await database.exec('discard all')
}

async function close(): Promise<void> {
  housekeeping.stop()
  await database.close()
  process.exit(0)
}

port.on('message', (message: ToDatabase) => {
  enqueue(async () => {
    if (message.type === 'close') return close()
    if (message.type === 'open') await resetSession()
    await respond(message.connection, message.bytes)
    housekeeping.markUsed()
  })
})
send({ type: 'ready' })
