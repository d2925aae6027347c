import { Worker } from 'node:worker_threads'
import { siblingModule } from './sibling-module.ts'

/** What the thread is started with. Times in milliseconds. */
export interface LeaseThreadData {
  databaseUrl: string
  /** This process. */
  runner: string
  leaseMs: number
  /** How long the thread renews the lease while the event loop of the main thread does not run. */
  hangTimeoutMs: number
  /** One number that changes whenever the event loop of the main thread has run. */
  loops: Int32Array<SharedArrayBuffer>
}

/** A thread that renews the lease of this process while its main thread is too busy to send heartbeats. */
export interface LeaseThread {
  /** To be called at least three times in a lease: the event loop of the main thread runs. */
  markAlive(): void
  /** Ends the thread. It renews nothing any more. */
  stop(): Promise<void>
}

/** Starts the thread, with a connection to PostgreSQL of its own. `onFault` is called when it has broken down. */
export function startLeaseThread(
  options: Omit<LeaseThreadData, 'loops'>,
  onFault: (fault: unknown) => void,
): LeaseThread {
  const loops = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const data: LeaseThreadData = { ...options, loops }
  const worker = new Worker(siblingModule(import.meta.url, 'lease-worker'), {
    workerData: data,
    name: 'chatterd-lease',
    execArgv: [],
  })
  worker.unref()
  worker.on('error', onFault)
  return {
    markAlive: () => void Atomics.add(loops, 0, 1),
    stop: async () => void (await worker.terminate()),
  }
}
