import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { LoadModel } from '../../stand-ins/load-model.ts'
import { type ProvenTurn, prove } from './check-turn.ts'
import { beginTurn, followToEnd } from './client.ts'
import { Refused } from './following.ts'
import { type TurnRecord, Violation } from './turn-record.ts'

/** A client that prompts without a pause, also while processes come and go. */
export interface ContinuousClient {
  /** Resolves when so many more turns have ended. */
  untilMore(turns: number): Promise<void>
  /** Rejects with what should not have been; resolves when all is done. */
  failed: Promise<void>
  /** No more prompts; resolves with all turns when the last has ended. Rejects with what should not have been. */
  end(): Promise<ProvenTurn[]>
}

/** The addresses of two processes. */
export interface Addresses {
  one: string
  two: string
}

/** Turns of one conversation, for whole logs are sent to the model. */
const longest = 5
/** Statuses that ask for a retry. */
const passing = new Set([409, 429, 502, 503, 504])

/** Begins at once. Each prompt has a key of its own, under which it is sent until it is taken. */
export function openContinuousClient(
  name: string,
  model: LoadModel,
  at: Addresses,
  over: AbortSignal,
): ContinuousClient {
  const turns: ProvenTurn[] = []
  const waiting = new Set<() => void>()
  let requests = 0
  let ending = false
  const next = () => (requests++ % 2 ? at.one : at.two)

  async function run(): Promise<void> {
    for (let turn = 0; !ending; turn++) {
      const input = `${name} ${turn}`
      const record = await prompted(input, `${name}-${Math.floor(turn / longest)}`)
      await followToEnd(next, record, over)
      if (record.end?.data.status === 'completed') assert.equal(record.text, model.replyTo(input))
      turns.push(prove(record))
      for (const look of waiting) look()
    }
  }

  /** Sends the prompt until its turn has begun. */
  async function prompted(input: string, conversation: string): Promise<TurnRecord> {
    const key = randomUUID()
    for (;;) {
      over.throwIfAborted()
      const stream = beginTurn(next(), conversation, { input, model: model.name }, key)
      try {
        await stream.over
      } catch (error) {
        const passes = error instanceof Refused && passing.has(error.status)
        if (error instanceof Violation || (error instanceof Refused && !passes)) throw error
      }
      if (stream.record.turn) return stream.record
      await delay(20)
    }
  }

  const running = run()
  running.catch(() => {
    for (const look of waiting) look()
  })
  return {
    failed: running,
    untilMore: (more) => {
      const wanted = turns.length + more
      const enough = new Promise<void>((resolve) => {
        waiting.add(() => {
          if (turns.length >= wanted) resolve()
        })
      })
      // It comes to its end only where it fails.
      return Promise.race([enough, running])
    },
    async end() {
      ending = true
      await running
      return turns
    },
  }
}
