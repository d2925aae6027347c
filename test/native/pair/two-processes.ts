import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAgainst, checkTurn } from '../../support/clients/native/check-turn.ts'
import {
  beginTurn,
  getTurn,
  join,
  postResults,
  resume,
  wholeTurn,
} from '../../support/clients/native/client.ts'
import type { ServerPair } from '../../support/processes/server-pair.ts'
import { calls, deviceTool, done, pauses, says, text } from '../../support/stand-ins/ollama-replies.ts'

/** Turns whose clients change between two processes. */
export function anyProcess(pair: () => ServerPair): void {
  const tools = [deviceTool('get_location'), deviceTool('take_photo')]
  const callsLocation = calls([{ name: 'get_location', arguments: {}, id: 'where' }])

  test('results that are posted to one process continue the stream of another one [any-process]', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    model.replies(says(callsLocation), says('You are at ', 'the sea 🌊.'))
    const stream = beginTurn(one, name, { input: 'where am I?', model: model.name, tools })
    const waiting = await stream.until((event) => event.name === 'turn-waiting')
    assert.deepEqual(waiting.data.calls, ['where'])
    const turn = String(stream.record.turn)

    const posted = await postResults(two, turn, { where: 'the sea' })
    assert.equal(posted.status, 200, posted.text)
    assert.equal(await stream.over, 'ended')
    stream.record.endedAs('completed')
    checkTurn(stream.record.events)
    assert.equal(stream.record.text, 'You are at the sea 🌊.')
    for (const url of [one, two]) {
      assert.equal((await wholeTurn(url, turn)).bytes(), stream.record.bytes())
      checkAgainst((await getTurn(url, turn)).json, stream.record.events)
    }
  })

  test('the resident tools that a turn has chosen are those of all its steps, also in the process that gets its results', async () => {
    const { one, two, talk } = pair()
    const cases: [choice: { residentTools?: string[] }, chosen: string[]][] = [
      [{}, ['get_weather']],
      [{ residentTools: ['get_*'] }, ['get_weather']],
      [{ residentTools: [] }, []],
    ]
    for (const [choice, chosen] of cases) {
      const { name, model } = talk()
      model.replies(says(callsLocation), says('At the sea.'))
      const stream = beginTurn(one, name, { input: 'where am I?', model: model.name, tools, ...choice })
      await stream.until((event) => event.name === 'turn-waiting')
      await postResults(two, String(stream.record.turn), { where: 'the sea' })
      assert.equal(await stream.over, 'ended')
      stream.record.endedAs('completed')
      assert.equal(model.prompts.length, 2)
      for (const { body } of model.prompts)
        assert.deepEqual(
          body.tools?.map((tool) => tool.function.name),
          [...chosen, 'get_location', 'take_photo'],
        )
    }
  })

  test('clients that join a running turn, at any number and on either process, see the same bytes [events] [any-process]', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    const gate = Promise.withResolvers<void>()
    const half = Array.from({ length: 30 }, (_, index) => text(`piece ${index} `))
    model.replies(pauses(half, gate.promise, [...half, done()]))
    const stream = beginTurn(one, name, { input: 'tell me a story', model: model.name })
    const seen = await stream.until((event) => event.name === 'text-delta')
    const turn = String(stream.record.turn)

    const joined = [one, two].flatMap((url) => [0, 1, 2, seen.n].map((number) => join(url, turn, number)))
    await Promise.all(joined.map((each) => each.opened))
    gate.resolve()
    await Promise.all([stream, ...joined].map(async (each) => assert.equal(await each.over, 'ended')))
    checkTurn(stream.record.events)
    for (const { record } of joined) {
      const known = stream.record.last - record.events.length
      assert.equal(
        record.bytes(),
        stream.record.events
          .slice(known)
          .map(({ raw }) => raw)
          .join('\n\n'),
      )
    }

    for (let number = 0; number < stream.record.last; number++) {
      const late = join(number % 2 ? one : two, turn, number)
      assert.equal(await late.over, 'ended')
      assert.equal(
        late.record.bytes(),
        stream.record.events
          .slice(number)
          .map(({ raw }) => raw)
          .join('\n\n'),
      )
    }
  })

  test('a stream whose connection breaks goes on at the other process, and back, without a lost event [events] [any-process]', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
    model.replies(async (response, prompt) => {
      for (const [index, gate] of gates.entries()) {
        response.write(`${text(`part ${index} `)(prompt)}\n`)
        await gate.promise
      }
      response.end(`${done()(prompt)}\n`)
    })
    let stream = beginTurn(one, name, { input: 'go on', model: model.name })
    for (const [index, gate] of gates.entries()) {
      await stream.until(({ data }) => String(data.text).includes(`part ${index}`))
      stream.disconnect()
      await stream.over
      stream = resume(index % 2 ? one : two, stream.record)
      await stream.opened
      gate.resolve()
    }
    assert.equal(await stream.over, 'ended')
    checkTurn(stream.record.events)
    assert.equal(stream.record.text, 'part 0 part 1 part 2 part 3 ')
  })

  test('two results that are posted at once to both processes let the turn go on once, whichever comes first', async () => {
    const { one, two, talk } = pair()
    for (let round = 0; round < 12; round++) {
      const { name, model } = talk()
      const both = calls([
        { name: 'get_location', arguments: {}, id: 'where' },
        { name: 'take_photo', arguments: {}, id: 'photo' },
      ])
      model.replies(says(both), says('Nice.'))
      const stream = beginTurn(round % 2 ? one : two, name, { input: 'look', model: model.name, tools })
      await stream.until((event) => event.name === 'turn-waiting')
      const turn = String(stream.record.turn)
      const posted = await Promise.all([
        postResults(one, turn, { where: 'here' }),
        postResults(two, turn, { photo: 'a tree' }),
        // The same once more, as a client does whose connection broke.
        postResults(round % 3 ? one : two, turn, { photo: 'a tree' }),
      ])
      for (const { status, text } of posted) assert.equal(status, 200, text)
      assert.equal(await stream.over, 'ended')
      stream.record.endedAs('completed')
      checkTurn(stream.record.events)
      assert.equal(model.prompts.length, 2, 'the model is asked once more, and not twice')
      checkAgainst((await getTurn(two, turn)).json, stream.record.events)
    }
  })

  test('of two different results for one call, posted at once to both processes, one is taken and one refused', async () => {
    const { one, two, talk } = pair()
    for (let round = 0; round < 8; round++) {
      const { name, model } = talk()
      model.replies(says(callsLocation), says('Nice.'))
      const stream = beginTurn(one, name, { input: 'look', model: model.name, tools })
      await stream.until((event) => event.name === 'turn-waiting')
      const turn = String(stream.record.turn)
      const posted = await Promise.all([
        postResults(one, turn, { where: 'the sea' }),
        postResults(two, turn, { where: 'the hills' }),
      ])
      const statuses = posted.map(({ status }) => status)
      assert.deepEqual(statuses.toSorted(), [200, 409])
      assert.equal(await stream.over, 'ended')
      checkTurn(stream.record.events)
      const taken = statuses[0] === 200 ? 'the sea' : 'the hills'
      assert.equal(model.lastMessages().at(-1)?.content, taken)
      assert.equal(model.prompts.length, 2)
    }
  })

  test('a conversation that was truncated for a small context has its messages again in a larger one, on either process [any-process]', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    const say = async (url: string, input: string, num_ctx: number) => {
      model.replies(says('Yes.'))
      const stream = beginTurn(url, name, { input, model: model.name, options: { num_ctx } })
      assert.equal(await stream.over, 'ended')
      const notices = stream.record.events.filter((event) => event.name === 'notice').length
      return { notices, remembers: model.lastMessages().some(({ content }) => content === 'I am Ada.') }
    }
    await say(one, 'I am Ada.', 8_192)
    for (const url of [two, one, two]) await say(url, 'x'.repeat(5_000), 8_192)
    assert.deepEqual(await say(one, 'Who am I?', 1_024), { notices: 1, remembers: false })
    assert.deepEqual(await say(two, 'Who am I?', 1_024), { notices: 0, remembers: false })
    assert.deepEqual(await say(one, 'Who am I?', 8_192), { notices: 0, remembers: true })
    for (const url of [two, one])
      assert.deepEqual(await say(url, 'Who am I?', 8_192), { notices: 0, remembers: true })
  })
}
