import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { type ProvenTurn, prove } from '../support/clients/native/check-turn.ts'
import { beginTurn, followToEnd, getTurn } from '../support/clients/native/client.ts'
import type { Addresses, ContinuousClient } from '../support/clients/native/continuous-client.ts'
import { Refused } from '../support/clients/native/following.ts'
import { hold } from '../support/clients/native/turn-record.ts'
import type { LoadModel } from '../support/stand-ins/load-model.ts'

const pauseMs = 500

/** A client that stops reading until its turn has ended; then it reads on and reconnects for the rest. */
export function stalledReader(
  name: string,
  model: LoadModel,
  at: Addresses,
  over: AbortSignal,
): ContinuousClient {
  const turns: ProvenTurn[] = []
  let ending = false

  async function run(): Promise<void> {
    for (let turn = 0; !ending; turn++) {
      const input = `${name} ${turn}`
      const stream = beginTurn(turn % 2 ? at.one : at.two, `${name}-${turn}`, { input, model: model.name })
      try {
        await stream.until((event) => event.name === 'text-delta')
      } catch (error) {
        // It was refused, or its connection broke, before its first event.
        if (error instanceof Error && error.name === 'Violation') throw error
        if (error instanceof Refused) hold([409, 429, 502, 503, 504].includes(error.status), error.message)
        if (!stream.record.turn) {
          await delay(pauseMs)
          continue
        }
      }
      stream.stopReading()
      await untilEnded(String(stream.record.turn))
      stream.readOn()
      await stream.over
      await followToEnd(() => at.two, stream.record, over)
      if (stream.record.end?.data.status === 'completed')
        assert.equal(stream.record.text, model.replyTo(input))
      turns.push(prove(stream.record))
    }
  }

  async function untilEnded(turn: string): Promise<void> {
    for (;;) {
      over.throwIfAborted()
      await delay(pauseMs)
      const response = await getTurn(at.two, turn).catch(() => undefined)
      if (response?.status === 200 && response.json.status !== 'running') return
    }
  }

  const running = run()
  running.catch(() => {})
  return {
    failed: running,
    untilMore: async () => {},
    async end() {
      ending = true
      await running
      return turns
    },
  }
}
