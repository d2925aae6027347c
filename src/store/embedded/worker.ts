import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { disableWasmTierUp } from './disable-wasm-tier-up.ts'
import { startHousekeeping } from './housekeeping.ts'
import { gatherAnswer } from './response-buffer.ts'
import type { FromDatabase, ToDatabase } from './thread-messages.ts'

// The database's thread: PGlite computes on the thread that calls it, for seconds where a query is heavy.

/** An answer is sent on in parts of about this size, in bytes, while the database is still at work on the rest. */
const partBytes = 256 * 1024

if (!parentPort) throw new Error('This module is the start of a worker thread')
const port = parentPort
const send = (message: FromDatabase) =>
  port.postMessage(message, message.type === 'answer' ? [message.bytes.buffer] : [])

disableWasmTierUp()
const database = await PGlite.create({
  dataDir: String(workerData),
  // The default of 128 MB becomes resident for good; the system's page cache does the same work.
  startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB'],
})

/** One job at a time, in order of arrival. A job that throws ends the thread: the database is in an unknown state. */
let jobs = Promise.resolve()
const enqueue = (job: () => Promise<void>) => {
  jobs = jobs.then(job)
}
const housekeeping = startHousekeeping(database, enqueue)

async function answer(connection: number, bytes: Uint8Array): Promise<void> {
  const parts = gatherAnswer()
  // Not execProtocolRaw, which keeps every message that it ever answered.
  await database.execProtocolRawStream(bytes, {
    syncToFs: false,
    onRawData(piece) {
      parts.add(piece)
      if (parts.size() >= partBytes) send({ type: 'answer', connection, bytes: parts.take(), last: false })
    },
  })
  // PGlite swallows what kills the database within (memory, the stack): it answers in part, and then never again.
  if (!parts.endsReady()) throw new Error('The embedded database broke down over a statement')
  send({ type: 'answer', connection, bytes: parts.take(), last: true })
}

/** Makes the one session as new: out of its transaction, without prepared statements. */
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
    await answer(message.connection, message.bytes)
    housekeeping.used()
  })
})
send({ type: 'ready' })
