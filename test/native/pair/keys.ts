import assert from 'node:assert/strict'
import { test } from 'node:test'
import { send } from '../../support/clients/classic/post.ts'
import { checkTurn } from '../../support/clients/native/check-turn.ts'
import { beginTurn, beginUnfollowed, join } from '../../support/clients/native/client.ts'
import { Refused } from '../../support/clients/native/following.ts'
import type { ServerPair } from '../../support/processes/server-pair.ts'
import { calls, deviceTool, done, pauses, says, text } from '../../support/stand-ins/ollama-replies.ts'

/** Requests with an Idempotency-Key, sent fifty times at once to two processes. */
export function keys(pair: () => ServerPair): void {
  const times = 50

  /** Addresses of the processes in turn. */
  const eachOf = <T>(make: (url: string, index: number) => T): T[] => {
    const { one, two } = pair()
    return Array.from({ length: times }, (_, index) => make(index % 2 ? one : two, index))
  }

  test('fifty equal streams of one key are one turn, sent fifty times in the same bytes [once]', async () => {
    const { sql, talk } = pair()
    const { name, model } = talk()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('once ')], gate.promise, [text('and for all'), done()]))
    const body = { input: 'once', model: model.name }
    const streams = eachOf((url) => beginTurn(url, name, body, 'the key'))
    await Promise.all(streams.map((stream) => stream.until((event) => event.name === 'text-delta')))
    gate.resolve()
    for (const stream of streams) assert.equal(await stream.over, 'ended')
    // And once more, when all is over.
    streams.push(...eachOf((url) => beginTurn(url, name, body, 'the key')).slice(0, 2))
    const streamsSeen = new Set<string>()
    for (const stream of streams) {
      assert.equal(await stream.over, 'ended')
      checkTurn(stream.record.events)
      assert.equal(stream.record.text, 'once and for all')
      streamsSeen.add(stream.record.bytes())
    }
    assert.equal(streamsSeen.size, 1, 'all get the same bytes')
    assert.equal(model.prompts.length, 1)
    assert.equal((await sql('select from chatterd.turns where id = $1', [streams[0]?.record.turn])).length, 1)
  })

  test('fifty equal requests of one key that are not followed return one turn', async () => {
    const { one, talk } = pair()
    const { name, model } = talk()
    model.replies(says('done'))
    const responses = await Promise.all(
      eachOf((url) => beginUnfollowed(url, name, { input: 'once', model: model.name }, 'the key')),
    )
    for (const { status, text } of responses) assert.equal(status, 202, text)
    const turns = new Set(responses.map(({ headers, json }) => `${headers.location} ${json.id}`))
    assert.equal(turns.size, 1)
    const [turn] = responses.map(({ json }) => String(json.id))
    assert.ok(turn)
    const stream = join(one, turn)
    await stream.over
    stream.record.endedAs('completed')
    assert.equal(model.prompts.length, 1)
  })

  for (const offersTools of [false, true]) {
    const does = offersTools ? 'calls the device' : 'replies'
    test(`fifty equal requests of the classic dialect with one key get the same response where the model ${does}`, async () => {
      const { talk } = pair()
      const { name, model } = talk()
      const call = calls([{ name: 'get_location', arguments: {}, id: 'where' }])
      const gate = Promise.withResolvers<void>()
      model.replies(pauses([text('well, ')], gate.promise, [offersTools ? call : text('yes'), done()]))
      const body = {
        ...{ appID: name, model: model.name, stream: true, messages: [{ role: 'user', content: 'once' }] },
        ...(offersTools && { tools: [deviceTool('get_location')] }),
      }
      const options = { headers: { 'idempotency-key': 'the key' } }
      const posting = () => eachOf((url) => send(`${url}/llmtools`, body, options))
      const postings = posting()
      await Promise.all(postings.map((each) => each.event(0)))
      gate.resolve()
      await Promise.all(postings.map((each) => each.response))
      const responses = await Promise.all(
        [...postings, ...posting().slice(0, 2)].map((each) => each.response),
      )
      for (const { status, error } of responses) assert.deepEqual([status, error], [200, undefined])
      assert.equal(new Set(responses.map(({ raw }) => raw.toString())).size, 1, 'all get the same bytes')
      assert.equal(model.prompts.length, 1)
      assert.equal(responses[0]?.calls.length, offersTools ? 1 : 0)
    })
  }

  test('a key that comes with another body is refused, and the first turn goes on', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('begun')], gate.promise, [done()]))
    const stream = beginTurn(one, name, { input: 'once', model: model.name }, 'the key')
    await stream.until((event) => event.name === 'text-delta')
    for (const url of [one, two]) {
      const other = await beginUnfollowed(url, name, { input: 'twice', model: model.name }, 'the key')
      assert.deepEqual([other.status, other.json.code], [422, 'key-reused'])
      const events = await beginTurn(url, name, { input: 'twice', model: model.name }, 'the key').over.catch(
        (error: unknown) => error,
      )
      assert.ok(events instanceof Refused && events.status === 422)
      const elsewhere = send(
        `${url}/llmchat`,
        { appID: name, model: model.name, messages: [{ role: 'user', content: 'twice' }] },
        { headers: { 'idempotency-key': 'the key' } },
      )
      assert.equal((await elsewhere.response).status, 422)
    }
    gate.resolve()
    assert.equal(await stream.over, 'ended')
    assert.equal(model.prompts.length, 1)
  })

  test('a request that is sent again gets its response while the engine is away, and only that one', async () => {
    const { one, two, talk, ollama, sql } = pair()
    const { name, model } = talk()
    model.replies(says('first'), says('second'))
    const body = { input: 'once', model: model.name }
    const first = beginTurn(one, name, body, 'native')
    await first.over
    const classic = { appID: name, model: model.name, messages: [{ role: 'user', content: 'more' }] }
    const post = (url: string, key: string) =>
      send(`${url}/llmchat`, classic, { headers: { 'idempotency-key': key } }).response
    const response = await post(one, 'classic')
    assert.equal(response.status, 200)
    // The other process does not know this model yet.
    await ollama.isAwayDuring(async () => {
      const again = beginTurn(two, name, body, 'native')
      await again.over
      assert.equal(again.record.bytes(), first.record.bytes())
      assert.deepEqual((await post(two, 'classic')).raw, response.raw)
      const reused = await beginUnfollowed(two, name, { ...body, input: 'twice' }, 'native')
      assert.deepEqual([reused.status, reused.json.code], [422, 'key-reused'])
      const fresh = await beginUnfollowed(two, name, body, 'another')
      assert.deepEqual([fresh.status, fresh.json.code], [502, 'engine-unreachable'])
      assert.equal((await post(two, 'one more')).status, 502)
    })
    assert.equal(model.prompts.length, 2)
    const turns =
      'select from chatterd.turns t join chatterd.conversations c on c.id = conversation_id where name = $1'
    assert.equal((await sql(turns, [name])).length, 2)
  })

  test('the same key in another conversation is another request', async () => {
    const { one, two, talk } = pair()
    const turns = new Set<unknown>()
    for (const url of [one, two]) {
      const { name, model } = talk()
      model.replies(says('done'))
      const { status, json } = await beginUnfollowed(
        url,
        name,
        { input: 'once', model: model.name },
        'the key',
      )
      assert.equal(status, 202)
      turns.add(json.id)
    }
    assert.equal(turns.size, 2)
  })
}
