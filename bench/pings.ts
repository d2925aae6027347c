import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Asks an address again and again, on a thread of its own: what the caller's loop does meanwhile delays no answer. */
export interface Pings {
  /** Resolves when the first answer has come. */
  begin(): Promise<void>
  /** How long each answer since `begin` took, in milliseconds. */
  end(): Promise<number[]>
  close(): void
}

/** The pings are 2 ms apart, and one at a time: the server is silent for as long as the longest of them takes. */
export function startPings(url: string): Pings {
  const worker = new Worker(new URL('./pings-thread.ts', import.meta.url), { workerData: url })
  const call = async (word: 'begin' | 'end') => {
    worker.postMessage(word)
    const [answer] = await once(worker, 'message')
    return answer
  }
  return {
    begin: () => call('begin'),
    end: () => call('end'),
    close: () => void worker.terminate(),
  }
}
