import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkTurn } from '../support/clients/native/check-turn.ts'
import { beginTurn, join } from '../support/clients/native/client.ts'
import { compareSeen } from '../support/clients/native/compare-seen.ts'
import { preload } from '../support/processes/preloads/preload.ts'
import { openServerPair } from '../support/processes/server-pair.ts'
import { done, pauses, text } from '../support/stand-ins/ollama-replies.ts'

// Processes whose event loop does not run for longer than their lease, while another process is beside them.

const leaseMs = 2_000

/** Servers whose first one is busy for so long when it gets SIGURG. */
const openPair = (over: AbortSignal, busyMs: number, settings: Record<string, string> = {}) =>
  openServerPair(over, {
    ...preload('busy-on-signal'),
    CHATTERD_LEASE: `${leaseMs}ms`,
    BUSY_MS: `${busyMs}`,
    ...settings,
  })

// They wait most of the time.
describe('busy processes', { concurrency: true }, () => {
  test('a process that is busy for three leases keeps its turns [busy]', async (t) => {
    await using pair = await openPair(t.signal, 3 * leaseMs)
    const { name, model } = pair.talk()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('begun')], gate.promise, [text(' and done'), done()]))
    const first = beginTurn(pair.one, name, { input: 'go on', model: model.name })
    await first.until((event) => event.name === 'text-delta')
    const second = join(pair.two, String(first.record.turn))
    await second.until((event) => event.name === 'text-delta')

    pair.processes.one.kill('SIGURG')
    const busy = performance.now()
    await fetch(`${pair.one}/healthz`)
    assert.ok(performance.now() - busy > 2 * leaseMs, 'the process was busy')
    gate.resolve()
    for (const client of [first, second]) {
      assert.equal(await client.over, 'ended')
      client.record.endedAs('completed')
      checkTurn(client.record.events)
    }
    assert.equal(second.record.text, 'begun and done')
    compareSeen(first.record.events, second.record.events)
  })

  test('a process that hangs for longer than CHATTERD_HANG_TIMEOUT loses its turns to another one [busy] [ends-once]', async (t) => {
    await using pair = await openPair(t.signal, 3_600_000, { CHATTERD_HANG_TIMEOUT: '1s' })
    const { name, model } = pair.talk()
    model.replies(pauses([text('begun')], new Promise(() => {}), []))
    const first = beginTurn(pair.one, name, { input: 'go on', model: model.name })
    await first.until((event) => event.name === 'text-delta')
    const second = join(pair.two, String(first.record.turn))
    await second.until((event) => event.name === 'text-delta')
    pair.processes.one.kill('SIGURG')
    assert.equal(await second.over, 'ended')
    second.record.endedAs('interrupted')
  })
})
