import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** What the client process is to do. */
export interface LoadPlan {
  /** Of the server. */
  url: string
  model: string
  /** At once. */
  streams: number
  /** How often, one after the other. */
  repeat: number
  /** Name of the conversations; `{n}` becomes a number that counts up from `from`, another for each prompt. */
  conversation: string
  from: number
  /** Leave the answers open after their first token. */
  hold: boolean
}

/** What came of it. All answers were whole, or it has failed. */
export interface LoadResult {
  tokens: number
  firstTokenMs: number[]
  wallMs: number
}

/** A load that goes on until it is closed. */
export interface Load {
  result: LoadResult
  close(): void
}

/** Runs a plan in a process of its own, and leaves that process there, with the answers that it holds open. */
export async function startLoad(plan: LoadPlan): Promise<Load> {
  const client = fork(join(import.meta.dirname, 'load.ts'))
  client.send(plan)
  const [message] = await Promise.race([
    once(client, 'message'),
    once(client, 'exit').then(() => [{ error: 'died' }]),
  ])
  if (message.error !== undefined) {
    client.kill()
    throw new Error(`load on ${plan.url}: ${message.error}`)
  }
  return { result: message.result, close: () => client.kill() }
}

/** Runs a plan to its end. */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const { result, close } = await startLoad(plan)
  close()
  return result
}
