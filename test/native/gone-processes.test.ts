import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { send } from '../support/clients/classic/post.ts'
import { checkAgainst, checkTurn } from '../support/clients/native/check-turn.ts'
import {
  beginTurn,
  followToEnd,
  getTurn,
  join,
  messagesOf,
  wholeTurn,
} from '../support/clients/native/client.ts'
import { compareSeen } from '../support/clients/native/compare-seen.ts'
import { shortLease } from '../support/processes/child-server.ts'
import { preload } from '../support/processes/preloads/preload.ts'
import { openServerPair, type ServerPair } from '../support/processes/server-pair.ts'
import { shared } from '../support/shared.ts'
import { calls, done, hangs, pauses, says, text } from '../support/stand-ins/ollama-replies.ts'
import { openSideEffectCounter, type SideEffectCounter } from '../support/stand-ins/side-effect-counter.ts'
import { storedOf, untilJournaled } from './stored.ts'

// Processes that are killed, or stopped for longer than their lease, while clients follow their turns elsewhere.

const leaseMs = 1_000

let sideEffects: SideEffectCounter
let pair: ServerPair
shared(async (rooms) => {
  sideEffects = await openSideEffectCounter()
  rooms.defer(() => sideEffects.close())
  const over = new AbortController()
  rooms.defer(() => over.abort())
  pair = await openServerPair(over.signal, {
    ...preload('with-side-effect-tool'),
    ...shortLease,
    SIDE_EFFECT_URL: sideEffects.url,
  })
  rooms.use(pair)
})

test('when the process of a turn is killed, followers at another process get its end, and its text is kept [text-kept] [ends-once] [killed]', async (t) => {
  const { name, model } = pair.talk()
  model.replies(hangs(Array.from({ length: 20 }, (_, index) => text(`word ${index} 🌊 `))), says('yes'))
  const first = beginTurn(pair.one, name, { input: 'go on', model: model.name })
  await first.until(({ data }) => String(data.text).includes('word 19'))
  const turn = String(first.record.turn)
  const second = join(pair.two, turn)
  await second.until(({ data }) => String(data.text).includes('word 19'))

  const killed = performance.now()
  pair.processes.one.kill('SIGKILL')
  assert.equal(await first.over, 'cut')
  assert.equal(await second.over, 'ended')
  const took = performance.now() - killed
  t.diagnostic(`ended ${Math.round(took)} ms after the kill; the lease is ${leaseMs} ms`)
  assert.ok(took < 30 * leaseMs, `it took ${took} ms`)
  assert.equal(second.record.endedAs('interrupted').data.error !== undefined, true)
  checkTurn(second.record.events)
  await followToEnd(() => pair.two, first.record, t.signal)
  compareSeen(first.record.events, second.record.events)
  const log = await messagesOf(pair.two, name)
  assert.deepEqual([log[1]?.content, log[1]?.complete], [second.record.text, false])
  checkAgainst((await getTurn(pair.two, turn)).json, second.record.events)

  const next = beginTurn(pair.two, name, { input: 'are you there?', model: model.name })
  assert.equal(await next.over, 'ended')
  next.record.endedAs('completed')
  await pair.start('one')
})

test('a process that was stopped for longer than its lease writes nothing, and sends the stored events [once]', async (t) => {
  for (const journaled of [true, false]) {
    const { name, model } = pair.talk()
    const gate = Promise.withResolvers<void>()
    const many = Array.from({ length: 200 }, (_, index) => text(`late ${index} `))
    model.replies(pauses([text('this much')], gate.promise, [...many, done()]), says('yes'))
    const first = beginTurn(pair.one, name, { input: 'go on', model: model.name })
    await first.until((event) => event.name === 'text-delta')
    const turn = String(first.record.turn)
    if (journaled) await untilJournaled(pair, turn, first.record.last)
    pair.processes.one.kill('SIGSTOP')
    const second = join(pair.two, turn)
    assert.equal(await second.over, 'ended')
    second.record.endedAs('interrupted')
    checkTurn(second.record.events)
    const before = await storedOf(pair, turn)

    pair.processes.one.kill('SIGCONT')
    gate.resolve()
    await first.over
    await followToEnd(() => pair.one, first.record, t.signal)
    first.record.endedAs('interrupted')
    compareSeen(first.record.events, second.record.events)
    const next = beginTurn(pair.one, name, { input: 'are you there?', model: model.name })
    assert.equal(await next.over, 'ended')
    next.record.endedAs('completed')
    assert.deepEqual(await storedOf(pair, turn), before)
    for (const url of [pair.one, pair.two])
      assert.equal((await wholeTurn(url, turn)).bytes(), second.record.bytes())
  }
})

test('a classic client whose process was stopped for longer than its lease gets the rest of its turn, as it is stored [any-process]', async () => {
  const { name, model } = pair.talk()
  const gate = Promise.withResolvers<void>()
  model.replies(pauses([text('this much')], gate.promise, [text(' and more'), done()]))
  const messages = [{ role: 'user', content: 'go on' }]
  const posting = send(`${pair.one}/llmchat`, { appID: name, model: model.name, messages, stream: true })
  await posting.event(0)
  const [row] = await pair.sql<{ id: string }>(
    'select t.id from chatterd.turns t join chatterd.conversations c on c.id = conversation_id where name = $1',
    [name],
  )
  pair.processes.one.kill('SIGSTOP')
  const second = join(pair.two, row?.id ?? '')
  assert.equal(await second.over, 'ended')
  second.record.endedAs('interrupted')
  pair.processes.one.kill('SIGCONT')
  gate.resolve()
  const { text: seen, error } = await posting.response
  assert.match(seen, /^this much( and more)?$/)
  assert.equal(error, 'The process that ran this turn is gone.')
})

test('an idempotent call is started again, by another process, when its own is killed [tool-once]', async () => {
  const { name, model } = pair.talk()
  const { openMeteo } = pair
  openMeteo.troubles('11.1', 'hangs')
  const coordinates = { latitude: '11.1', longitude: '22.2' }
  const lookups = () => openMeteo.requests.filter((url) => url.searchParams.get('latitude') === '11.1').length
  model.replies(says(calls([{ name: 'get_weather', arguments: coordinates, id: 'sky' }])), says('Warm.'))
  const first = beginTurn(pair.one, name, { input: 'how is the weather?', model: model.name })
  await first.until((event) => event.name === 'step-end')
  while (lookups() === 0) await delay(10)
  const second = join(pair.two, String(first.record.turn))
  openMeteo.recovers('11.1')
  pair.processes.one.kill('SIGKILL')
  assert.equal(await second.over, 'ended')
  second.record.endedAs('completed')
  checkTurn(second.record.events)
  assert.equal(lookups(), 2)
  const end = second.record.events.find((event) => event.name === 'call-end')
  assert.equal(end?.data.status, 'succeeded')
  compareSeen(first.record.events, second.record.events)
  await pair.start('one')
})

test('a call with side effects is not started again: its outcome is unknown, and the turn is interrupted [tool-once]', async () => {
  const { name, model } = pair.talk()
  sideEffects.holds('evening')
  model.replies(
    says(calls([{ name: 'side_effect', arguments: { name: 'evening' }, id: 'once' }])),
    says('yes'),
  )
  const first = beginTurn(pair.one, name, { input: 'have an effect', model: model.name })
  await sideEffects.happened('evening')
  await first.until((event) => event.name === 'step-end')
  const turn = String(first.record.turn)
  const second = join(pair.two, turn)
  pair.processes.one.kill('SIGKILL')
  assert.equal(await second.over, 'ended')
  second.record.endedAs('interrupted')
  checkTurn(second.record.events)
  const end = second.record.events.find((event) => event.name === 'call-end')
  assert.equal(end?.data.status, 'interrupted')
  await pair.start('one')
  const next = beginTurn(pair.one, name, { input: 'are you there?', model: model.name })
  assert.equal(await next.over, 'ended')
  assert.equal(sideEffects.counts.get('evening'), 1)
  checkAgainst((await getTurn(pair.one, turn)).json, second.record.events)
})
