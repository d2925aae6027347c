import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { checkTurn } from '../support/clients/native/check-turn.ts'
import { beginTurn, followToEnd, join, resume } from '../support/clients/native/client.ts'
import { watchMemory } from '../support/processes/memory-watch.ts'
import { openServerPair } from '../support/processes/server-pair.ts'
import { loadModel } from '../support/stand-ins/load-model.ts'
import type { ChatScript } from '../support/stand-ins/ollama.ts'
import { done, text } from '../support/stand-ins/ollama-replies.ts'
import { testSize } from '../support/test-size.ts'

const settings = {
  CHATTERD_CLIENT_BUFFER: '64KiB',
  // Much at once on few cores: no process may count as gone.
  CHATTERD_LEASE: '30s',
  CHATTERD_STALL_TIMEOUT: '1s',
  CHATTERD_MAX_ANSWER: '64MiB',
  CHATTERD_MAX_TURNS: '500',
}
/** More than the sockets of both sides and the bound take in: 8 MB. */
const flood = 1_024
const piece = 'All work and no play. '.repeat(375)
/** Of each process, once the flood is over; without a bound, its five slow readers would cost it five floods. */
const mostGrowth = 4 * flood * piece.length

/** How soon it is clear, on a busy machine, in milliseconds. */
const patienceMs = 15_000

/** One word, and past the gate the flood, not all at once. */
function floods(gate: Promise<void>): ChatScript {
  return async (response, prompt) => {
    response.write(`${text('begun')(prompt)}\n`)
    await gate
    const line = `${text(piece)(prompt)}\n`
    for (let sent = 0; sent < flood; sent++) {
      if (!response.write(line)) await once(response, 'drain')
      await delay(1)
    }
    response.end(`${done()(prompt)}\n`)
  }
}

test(`ten clients that do not read, among ${10 + testSize.streams}: they are disconnected, cost little, and resume [slow-readers] [bounded-memory]`, async (t) => {
  await using memory = await watchMemory()
  await using pair = await openServerPair(t.signal, { ...settings, ...memory.env })
  const model = loadModel(pair.ollama, 'load:test', 40, 20)
  const flooding = pair.ollama.model('flood:test')
  const gate = Promise.withResolvers<void>()
  flooding.replies(floods(gate.promise))
  const first = beginTurn(pair.one, 'flood', { input: 'flood me', model: flooding.name })
  await first.until(({ name }) => name === 'text-delta')
  const turn = String(first.record.turn)
  // Half of them follow where the turn runs, the others from the journal.
  const slow = Array.from({ length: 10 }, (_, index) => join(index % 2 ? pair.one : pair.two, turn))
  await Promise.all(slow.map((each) => each.until(({ name }) => name === 'text-delta')))
  for (const each of slow) each.stopReading()
  const processes = [pair.processes.one, pair.processes.two]
  const before = await Promise.all(processes.map(memory.of))

  const names = Array.from({ length: testSize.streams }, (_, index) => `good-${index}`)
  const good = names.map((name, index) =>
    beginTurn(index % 2 ? pair.one : pair.two, name, { input: name, model: model.name }),
  )
  gate.resolve()
  // It comes faster than any client reads, so that even this one may be disconnected.
  await first.over
  await followToEnd(() => pair.one, first.record, t.signal)
  for (const [index, stream] of good.entries()) {
    assert.equal(await stream.over, 'ended')
    stream.record.endedAs('completed')
    checkTurn(stream.record.events)
    assert.equal(stream.record.text, model.replyTo(names[index] ?? ''))
  }
  // What is buffered for them is dropped as soon as it is clear that they do not read.
  for (const [index, process] of processes.entries()) {
    const growth = async () => (await memory.of(process)) - (before[index] ?? 0)
    const until = performance.now() + patienceMs
    let bytes = await growth()
    while (bytes > mostGrowth && performance.now() < until) bytes = await growth()
    t.diagnostic(`memory grew by ${(bytes / 1e6).toFixed(1)} MB`)
    assert.ok(bytes <= mostGrowth, `${bytes} bytes`)
  }

  // One of each process resumes; the others are like them.
  const some = slow.slice(0, 2)
  for (const each of slow.slice(some.length)) each.disconnect()
  for (const each of some) each.readOn()
  for (const each of some) {
    assert.equal(await each.over, 'cut')
    assert.equal(await resume(pair.two, each.record).over, 'ended')
    each.record.endedAs('completed')
    assert.ok(each.record.bytes() === first.record.bytes(), 'all get the same bytes')
  }
})
