import { Worker } from 'node:worker_threads'
import { siblingModule } from './sibling-module.ts'
import type { FromDatabase, ToDatabase } from './thread-messages.ts'

/** A running database thread. */
export interface DatabaseThread {
  send(message: ToDatabase): void
  /** Ends it at once, whatever it does. Resolves when it is gone. */
  terminate(): Promise<void>
}

/** What a thread tells besides what it was asked for. */
export interface ThreadCallbacks {
  onResponse(connection: number, bytes: Uint8Array, last: boolean): void
  /** It has ended after it was ready: by itself, or terminated. It writes no more. */
  onEnd(error: Error | undefined): void
}

/** Starts the thread that serves the database in `directory`. Resolves when it is ready; rejects after `timeoutMs`. */
export function startDatabaseThread(directory: string, timeoutMs: number, events: ThreadCallbacks) {
  return new Promise<DatabaseThread>((resolve, reject) => {
    const worker = new Worker(siblingModule(import.meta.url, 'worker'), {
      workerData: directory,
      name: 'chatterd-database',
      execArgv: [],
    })
    let ready = false
    let failure: Error | undefined
    const timer = setTimeout(() => {
      failure = new Error(`The embedded database in ${directory} did not start within ${timeoutMs} ms`)
      void worker.terminate()
    }, timeoutMs)

    worker.on('message', (message: FromDatabase) => {
      if (message.type === 'answer') return events.onResponse(message.connection, message.bytes, message.last)
      ready = true
      clearTimeout(timer)
      resolve({
        send: (out) => worker.postMessage(out, out.type === 'close' ? [] : [out.bytes.buffer]),
        terminate: async () => void (await worker.terminate()),
      })
    })
    worker.on('error', (error) => {
      failure = error
    })
    worker.on('exit', (code) => {
      clearTimeout(timer)
      if (ready) return events.onEnd(failure)
      reject(
        failure ?? new Error(`The embedded database in ${directory} ended while it started, with ${code}`),
      )
    })
  })
}
