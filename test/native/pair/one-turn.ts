import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTurn } from '../../support/clients/native/check-turn.ts'
import {
  beginTurn,
  beginUnfollowed,
  cancelTurn,
  getTurn,
  messagesOf,
  postResults,
} from '../../support/clients/native/client.ts'
import type { ServerPair } from '../../support/processes/server-pair.ts'
import { calls, deviceTool, done, hangs, pauses, says, text } from '../../support/stand-ins/ollama-replies.ts'
import { untilWaiting } from '../stored.ts'

/** One turn of a conversation at a time, whichever process gets the request. */
export function oneTurn(pair: () => ServerPair): void {
  test('a turn is cancelled through the other process: the connection to its engine is closed, and its text is kept [any-process]', async (t) => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    model.replies(hangs([text('only '), text('this much')]))
    const stream = beginTurn(one, name, { input: 'go on for ever', model: model.name })
    await stream.until((event) => event.name === 'text-delta')
    const turn = String(stream.record.turn)
    const { closed } = await model.prompt(0)

    const began = performance.now()
    const closedAfter = closed.then(() => performance.now() - began)
    const cancelled = await cancelTurn(two, turn)
    t.diagnostic(
      `the connection to the engine was closed ${(await closedAfter).toFixed(1)} ms after the request`,
    )
    assert.deepEqual([cancelled.status, cancelled.json.status], [200, 'cancelled'])
    assert.equal(await stream.over, 'ended')
    stream.record.endedAs('cancelled')
    checkTurn(stream.record.events)
    const [, reply] = await messagesOf(two, name)
    assert.deepEqual([reply?.content, reply?.complete], ['only this much', false])

    for (const url of [one, two]) {
      const again = await cancelTurn(url, turn)
      assert.deepEqual([again.status, again.json], [200, cancelled.json])
    }
  })

  test('a turn that waits for its device is cancelled through either process', async () => {
    const { one, two, talk } = pair()
    for (const url of [one, two]) {
      const { name, model } = talk()
      model.replies(says(calls([{ name: 'get_location', arguments: {}, id: 'where' }])))
      const tools = [deviceTool('get_location')]
      const stream = beginTurn(one, name, { input: 'where am I?', model: model.name, tools })
      await stream.until((event) => event.name === 'turn-waiting')
      const turn = String(stream.record.turn)
      assert.equal((await cancelTurn(url, turn)).json.status, 'cancelled')
      assert.equal(await stream.over, 'ended')
      stream.record.endedAs('cancelled')
      checkTurn(stream.record.events)
      assert.equal((await postResults(url, turn, { where: 'too late' })).status, 410)
    }
  })

  test('prompts that come to both processes while a turn runs are run in order of arrival [one-turn]', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    const gate = Promise.withResolvers<void>()
    const prompts = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']
    model.replies(
      pauses([text('well')], gate.promise, [done()]),
      ...prompts.slice(1).map((word) => says(word)),
    )
    const streams = []
    for (const [index, input] of prompts.entries()) {
      const url = index % 3 === 1 ? two : one
      const stream = beginTurn(url, name, { input, model: model.name })
      streams.push(stream)
      if (index === 0) await stream.until((event) => event.name === 'text-delta')
      else await untilWaiting(pair(), index)
    }
    gate.resolve()
    for (const stream of streams) {
      assert.equal(await stream.over, 'ended')
      stream.record.endedAs('completed')
    }
    assert.deepEqual(
      model.prompts.map(({ body }) => body.messages.at(-1)?.content),
      prompts,
    )
    assert.equal((await pair().sql('select from chatterd.queue')).length, 0)
  })

  test('a prompt that does not wait is refused by both processes, and leaves no trace', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('well')], gate.promise, [done()]))
    const stream = beginTurn(one, name, { input: 'first', model: model.name })
    await stream.until((event) => event.name === 'text-delta')
    for (const url of [one, two]) {
      const refused = await beginUnfollowed(url, name, {
        input: 'now',
        model: model.name,
        whenBusy: 'refuse',
      })
      assert.deepEqual([refused.status, refused.json.code], [409, 'conversation-busy'])
    }
    gate.resolve()
    assert.equal(await stream.over, 'ended')
    assert.deepEqual(
      (await messagesOf(two, name)).map(({ content }) => content),
      ['first', 'well'],
    )
  })

  test('a prompt replaces the turn that runs in the other process', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    model.replies(hangs([text('this much')]), says('instead'))
    const first = beginTurn(one, name, { input: 'first', model: model.name })
    await first.until((event) => event.name === 'text-delta')
    const second = beginTurn(two, name, { input: 'second', model: model.name, whenBusy: 'replace' })
    assert.equal(await second.over, 'ended')
    assert.equal(await first.over, 'ended')
    first.record.endedAs('cancelled')
    second.record.endedAs('completed')
    assert.deepEqual(
      (await messagesOf(one, name)).map(({ content, complete }) => [content, complete]),
      [
        ['first', true],
        ['this much', false],
        ['second', true],
        ['instead', true],
      ],
    )
  })

  test('a new prompt at the other process supersedes a turn that waits for its device', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    model.replies(says(calls([{ name: 'get_location', arguments: {}, id: 'where' }])), says('never mind'))
    const tools = [deviceTool('get_location')]
    const first = beginTurn(one, name, { input: 'where am I?', model: model.name, tools })
    await first.until((event) => event.name === 'turn-waiting')
    const second = beginTurn(two, name, { input: 'forget it', model: model.name })
    assert.equal(await second.over, 'ended')
    assert.equal(await first.over, 'ended')
    first.record.endedAs('cancelled')
    checkTurn(first.record.events)
    const turn = String(first.record.turn)
    for (const url of [one, two]) {
      const late = await postResults(url, turn, { where: 'the sea' })
      assert.deepEqual([late.status, late.json.code], [410, 'call-closed'])
      const [call] = (await getTurn(url, turn)).json.calls as { status: string }[]
      assert.equal(call?.status, 'superseded')
    }
    assert.equal(model.prompts.length, 2)
  })
}
