import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Dialect } from './dialects.ts'

/** Where prompts go. */
export interface Target {
  /** Of the server. */
  url: string
  /** Name of the conversation; `{n}` becomes the prompt's number, so that each has one of its own. */
  conversation: string
  /** Default: classic. */
  dialect?: Dialect
}

/** What the client process is to do. */
export interface LoadPlan {
  /** Each prompt goes to all of these, in turn. */
  targets: Target[]
  model: string
  /** At once. */
  streams: number
  /** How often, one after the other. */
  repeat: number
  /** Keeps the responses open after their first token. */
  hold: boolean
}

/** The result of a load. All responses were whole, or it has failed. */
export interface LoadResult {
  tokens: number
  /** From each request to its first token, by target. */
  firstTokenMs: number[][]
}

/** A load that goes on until it is closed. */
export interface Load {
  result: LoadResult
  close(): void
}

/** Runs a plan in a process of its own, and keeps that process running, with the responses that it keeps open. */
export async function startLoad(plan: LoadPlan): Promise<Load> {
  const client = fork(join(import.meta.dirname, 'load.ts'))
  client.send(plan)
  const [message] = await Promise.race([
    once(client, 'message'),
    once(client, 'exit').then(() => [{ error: 'died' }]),
  ])
  if (message.error !== undefined) {
    client.kill()
    throw new Error(`load on ${plan.targets.map(({ url }) => url).join(', ')}: ${message.error}`)
  }
  return { result: message.result, close: () => client.kill() }
}

/** Runs a plan to its end. */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const { result, close } = await startLoad(plan)
  close()
  return result
}
