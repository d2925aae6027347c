import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { JsonObject } from '../../src/protocol/json.ts'
import { ask } from '../support/clients/native/ask.ts'
import { openEvents } from '../support/clients/native/server-events.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { servedOf } from '../support/processes/served.ts'
import { done, pauses, says, text } from '../support/stand-ins/ollama-replies.ts'

for (const database of databaseKinds)
  suite(`requests that wait for their conversation, on ${database.name}`, () => {
    const served = servedOf(database)

    /** A conversation whose first turn goes on until `release`. */
    async function busyTalk() {
      const { one, two, talk } = served()
      const { path, model } = talk()
      const gate = Promise.withResolvers<void>()
      model.replies(pauses([text('one')], gate.promise, [done()]), says('two'), says('three'), says('four'))
      const send = (base: string, input: string, more = {}) =>
        openEvents(`${base}${path}/turns`, {
          body: { input, model: model.name, queueEvents: true, ...more },
        })
      const first = await send(one, 'first')
      assert.equal((await first.next()).name, 'turn-start')
      return { one, two, path, model, send, release: gate.resolve }
    }

    test('a client that waits gets its position, each time it changes, and then the events of its turn from 1', async () => {
      const { one, two, send, release } = await busyTalk()
      const second = await send(two, 'second')
      assert.deepEqual(await second.next(), { name: 'queued', data: { position: 1 } })
      const third = await send(one, 'third')
      assert.deepEqual(await third.next(), { name: 'queued', data: { position: 2 } })
      const fourth = await send(two, 'fourth')
      assert.deepEqual(await fourth.next(), { name: 'queued', data: { position: 3 } })
      third.disconnect()
      assert.deepEqual(await fourth.next(), { name: 'queued', data: { position: 2 } })
      release()
      const start = await second.next()
      assert.deepEqual([start.name, start.id?.endsWith(':1')], ['turn-start', true])
      await fourth.over
      const positions = fourth.events.flatMap(({ name, data }) => (name === 'queued' ? [data.position] : []))
      // Its turn may begin before its client is sent that it is the first.
      assert.deepEqual(positions, [3, 2, 1].slice(0, positions.length))
      assert.equal(fourth.events.at(-1)?.name, 'turn-end')
    })

    test('without `queueEvents`, and where nobody is in front, there is no such event', async () => {
      const { one, send, release, path } = await busyTalk()
      const waiting = send(one, 'second', { queueEvents: false })
      release()
      const second = await waiting
      await second.over
      assert.equal(second.events[0]?.name, 'turn-start')
      const free = await send(one, 'third')
      await free.over
      assert.equal(free.events[0]?.name, 'turn-start')
      const { json } = await ask(`${one}${path}/messages`)
      assert.equal((json.messages as unknown[]).length, 6)
    })

    test('requests of one key have one position', async () => {
      const { one, two, path, model, release } = await busyTalk()
      const send = (base: string) =>
        openEvents(`${base}${path}/turns`, {
          body: { input: 'second', model: model.name, queueEvents: true },
          headers: { 'idempotency-key': path },
        })
      const streams = [await send(one), await send(two)]
      for (const stream of streams)
        assert.deepEqual(await stream.next(), { name: 'queued', data: { position: 1 } })
      release()
      const starts = await Promise.all(streams.map((stream) => stream.next()))
      assert.equal(new Set(starts.map(({ data }) => data.turn)).size, 1)
      await Promise.all(streams.map((stream) => stream.over))
    })
  })

for (const database of databaseKinds)
  suite(`requests that wait too long, on ${database.name}`, () => {
    const served = servedOf(database, { CHATTERD_BUSY_WAIT: '50ms' })

    test('a request that cannot begin after it has waited ends with `turn-end` without an id, and may be sent again with its key', async () => {
      const { one, talk } = served()
      const { path, model } = talk()
      const gate = Promise.withResolvers<void>()
      model.replies(pauses([text('one')], gate.promise, [done()]), says('two'))
      const send = (input: string, headers = {}) =>
        openEvents(`${one}${path}/turns`, { body: { input, model: model.name, queueEvents: true }, headers })
      const first = await send('first')
      await first.next()
      const key = { 'idempotency-key': 'again' }
      const second = await send('second', key)
      await second.over
      assert.deepEqual(
        second.events.map(({ id, name }) => [id, name]),
        [
          [undefined, 'queued'],
          [undefined, 'turn-end'],
        ],
      )
      const { status, error } = second.events[1]?.data ?? {}
      assert.deepEqual([status, (error as JsonObject).code], ['failed', 'conversation-busy'])
      gate.resolve()
      await first.over
      const again = await send('second', key)
      await again.over
      assert.equal(again.events.at(-1)?.data.status, 'completed')
      const { json } = await ask(`${one}${path}/messages`)
      assert.equal((json.messages as unknown[]).length, 4)
    })
  })

suite('requests that wait while their server stops', () => {
  const served = servedOf(databaseKinds[1] ?? assert.fail(), { CHATTERD_DRAIN_TIMEOUT: '10s' })

  test('end with `turn-end`, because the server is shutting down', async () => {
    const { two, talk, closeTwo } = served()
    const { path, model } = talk()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('one')], gate.promise, [done()]))
    const send = (input: string) =>
      openEvents(`${two}${path}/turns`, { body: { input, model: model.name, queueEvents: true } })
    const first = await send('first')
    await first.next()
    const second = await send('second')
    await second.next()
    const closing = closeTwo()
    const end = await second.next()
    assert.deepEqual(
      [end.name, end.data.status, (end.data.error as JsonObject).code],
      ['turn-end', 'failed', 'shutting-down'],
    )
    gate.resolve()
    await closing
  })
})
