import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { checkTurn } from '../support/clients/native/check-turn.ts'
import { beginTurn, join } from '../support/clients/native/client.ts'
import { preload } from '../support/processes/preloads/preload.ts'
import { openServerPair, type ServerPair } from '../support/processes/server-pair.ts'
import { done, hangs, pauses, text } from '../support/stand-ins/ollama-replies.ts'

const hourMs = 3_600_000

/** Resolves when both processes have renewed their leases twice, and have looked for turns of processes that are gone. */
async function untilRenewed({ sql }: ServerPair): Promise<void> {
  const [start] = await sql<{ at: string }>(`select (now() + interval '5 s')::text as at`)
  for (;;) {
    const [row] = await sql<{ count: number }>(
      'select count(*)::int from chatterd.runners where expires_at > $1',
      [start?.at],
    )
    if (row?.count === 2) return
    await delay(10)
  }
}

// They wait for leases most of the time.
describe('processes whose clocks differ', { concurrency: true }, () => {
  for (const [what, shiftMs] of [
    ['ahead', hourMs],
    ['behind', -hourMs],
  ] as const) {
    test(`two processes run turns, and one is found gone when it is killed, though its clock is an hour ${what} [clocks]`, async (t) => {
      await using pair = await openServerPair(t.signal, { CHATTERD_LEASE: '3s' })
      pair.processes.two.kill('SIGKILL')
      await pair.processes.two.exit
      const shifted = await pair.start('two', { ...preload('shifted-clock'), CLOCK_SHIFT_MS: `${shiftMs}` })
      const began = [pair.one, shifted].map((url) => {
        const { name, model } = pair.talk()
        const gate = Promise.withResolvers<void>()
        model.replies(pauses([text('half and ')], gate.promise, [text('half'), done()]))
        return { stream: beginTurn(url, name, { input: 'go on', model: model.name }), gate }
      })
      for (const { stream } of began) await stream.until(({ name }) => name === 'text-delta')
      await untilRenewed(pair)
      for (const { stream, gate } of began) {
        gate.resolve()
        assert.equal(await stream.over, 'ended')
        stream.record.endedAs('completed')
        checkTurn(stream.record.events)
      }

      const { name, model } = pair.talk()
      model.replies(hangs([text('this much')]))
      const last = beginTurn(shifted, name, { input: 'go on', model: model.name })
      await last.until((event) => event.name === 'text-delta')
      const followed = join(pair.one, String(last.record.turn))
      pair.processes.two.kill('SIGKILL')
      assert.equal(await followed.over, 'ended')
      followed.record.endedAs('interrupted')
    })
  }
})
