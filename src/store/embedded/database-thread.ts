import { Worker } from 'node:worker_threads'
import { siblingModule } from '../sibling-module.ts'
import type { FromDatabase, ToDatabase } from './thread-messages.ts'

/** The running thread of the database. */
export interface DatabaseThread {
  send(message: ToDatabase): void
  /** Ends the thread at once, whatever it does. Resolves when it has ended. */
  terminate(): Promise<void>
}

export interface ThreadCallbacks {
  onResponse(connection: number, bytes: Uint8Array, last: boolean): void
  /** The thread, which was ready, has ended: by itself, or because it was terminated. It writes nothing any more. */
  onEnd(error: Error | undefined): void
}

/** Starts the thread that runs the database in `directory`. Resolves when it is ready, and rejects after `timeoutMs`. */
export function startDatabaseThread(directory: string, timeoutMs: number, callbacks: ThreadCallbacks) {
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
      if (message.type === 'response')
        return callbacks.onResponse(message.connection, message.bytes, message.last)
      ready = true
      clearTimeout(timer)
      resolve({
        send: (request) =>
          worker.postMessage(request, request.type === 'close' ? [] : [request.bytes.buffer]),
        terminate: async () => void (await worker.terminate()),
      })
    })
    worker.on('error', (error) => {
      failure = error
    })
    worker.on('exit', (code) => {
      clearTimeout(timer)
      if (ready) return callbacks.onEnd(failure)
      reject(
        failure ??
          new Error(`The embedded database in ${directory} ended during its start, with exit code ${code}`),
      )
    })
  })
}
