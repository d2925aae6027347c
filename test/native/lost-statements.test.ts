import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { checkAgainst, checkTurn } from '../support/clients/native/check-turn.ts'
import {
  beginTurn,
  beginUnfollowed,
  followToEnd,
  getTurn,
  join,
  messagesOf,
  postResults,
  wholeTurn,
} from '../support/clients/native/client.ts'
import type { Following } from '../support/clients/native/following.ts'
import { openStatementProxy, type StatementProxy } from '../support/databases/statement-proxy.ts'
import { serverEnv, startServer } from '../support/processes/child-server.ts'
import { untilReadiness } from '../support/processes/readiness.ts'
import { openServerPair, type ServerPair } from '../support/processes/server-pair.ts'
import { shared } from '../support/shared.ts'
import { calls, deviceTool, done, pauses, says, text } from '../support/stand-ins/ollama-replies.ts'

// Connections to the database that break in the middle of a statement: before it has arrived, or when it is committed and its
// response is on its way.

const tools = [deviceTool('get_location')]
let pair: ServerPair
let proxy: StatementProxy
let url: string
shared(async (rooms) => {
  const over = new AbortController()
  rooms.defer(() => over.abort())
  pair = await openServerPair(over.signal)
  rooms.use(pair)
  proxy = await openStatementProxy(pair.database)
  rooms.defer(() => proxy.close())
  const source = { kind: 'postgresql', url: proxy.url } as const
  // By itself, it does not give up while a busy machine finds the database again.
  const server = startServer({ ...serverEnv(source, pair.ollama.url), CHATTERD_LEASE: '5s' }, over.signal)
  url = await server.url
})

async function endsWhole({ over, record }: Following, name: string): Promise<void> {
  assert.equal(await over, 'ended')
  record.endedAs('completed')
  checkTurn(record.events)
  const turn = String(record.turn)
  assert.equal((await wholeTurn(pair.two, turn)).bytes(), record.bytes())
  checkAgainst((await getTurn(pair.two, turn)).json, record.events)
  const log = await messagesOf(pair.two, name)
  const texts = record.events.filter((event) => event.name === 'step-end').length
  assert.equal(log.length, 1 + texts, 'each message is stored once')
}

for (const loss of ['statement', 'response'] as const) {
  const what = loss === 'response' ? 'its response is lost' : 'it is lost itself'

  for (const name of ['end_step', 'write_events', 'heartbeat']) {
    test(`${name}: where ${what}, a turn goes on and is stored once`, async () => {
      const talk = pair.talk()
      const go = Promise.withResolvers<void>()
      talk.model.replies(pauses([text('half and ')], go.promise, [text('half'), done()]))
      const before = proxy.lost
      proxy.loses(name, loss)
      const stream = beginTurn(url, talk.name, { input: 'go on', model: talk.model.name })
      await stream.until((event) => event.name === 'text-delta')
      const untilLost = async () => {
        while (proxy.lost === before) await delay(10)
      }
      // The journal is written, and a heartbeat sent, while the turn runs.
      if (name !== 'end_step') await untilLost()
      go.resolve()
      await endsWhole(stream, talk.name)
      await untilLost()
    })
  }

  test(`read_events: where ${what}, a client that follows a turn of another process is asked to reconnect`, async (t) => {
    const { name, model } = pair.talk()
    const go = Promise.withResolvers<void>()
    model.replies(pauses([text('half and ')], go.promise, [text('half'), done()]))
    const stream = beginTurn(pair.two, name, { input: 'go on', model: model.name })
    await stream.until((event) => event.name === 'text-delta')
    await untilReadiness(url, 200)
    const followed = join(url, String(stream.record.turn))
    await followed.until((event) => event.name === 'text-delta')
    const before = proxy.lost
    proxy.loses('read_events', loss)
    go.resolve()
    assert.notEqual(await followed.over, 'cut')
    assert.equal(proxy.lost, before + 1)
    await followToEnd(() => url, followed.record, t.signal)
    await endsWhole(stream, name)
    assert.equal(followed.record.bytes(), stream.record.bytes())
  })

  test(`begin_turn: where ${what}, the prompt is accepted once, or refused without a trace [no-trace] [once]`, async () => {
    for (const times of [1, 2]) {
      const { name, model } = pair.talk()
      model.replies(says('well'))
      await untilReadiness(url, 200)
      proxy.loses('begin_turn', loss, times)
      const { status, json } = await beginUnfollowed(url, name, { input: 'once', model: model.name })
      if (status === 202) {
        const stream = await wholeTurn(pair.two, String(json.id))
        stream.endedAs('completed')
        checkTurn(stream.events)
        assert.equal((await messagesOf(pair.two, name)).length, 2)
      } else {
        assert.deepEqual([status, json.code], [503, 'database-unavailable'])
        // A turn that no client got is withdrawn; until then the conversation may be busy.
        await untilReadiness(url, 200)
        const next = beginTurn(url, name, { input: 'twice', model: model.name })
        assert.equal(await next.over, 'ended')
        next.record.endedAs('completed')
        assert.deepEqual(
          (await messagesOf(pair.two, name)).map(({ content }) => content),
          ['twice', 'well'],
        )
      }
      assert.equal(model.prompts.length, 1)
    }
  })

  test(`begin_turn of a branch: where ${what}, there is one branch more, or none [no-trace] [once]`, async () => {
    for (const times of [1, 2]) {
      const { name, model } = pair.talk()
      model.replies(says('well'), says('or so'))
      await beginTurn(url, name, { input: 'once', model: model.name }).over
      await untilReadiness(url, 200)
      proxy.loses('begin_turn', loss, times)
      const { status, json } = await beginUnfollowed(url, name, { input: 'again', after: 0 })
      if (status === 202) (await wholeTurn(pair.two, String(json.id))).endedAs('completed')
      else {
        assert.deepEqual([status, json.code], [503, 'database-unavailable'])
        await untilReadiness(url, 200)
        // Until the branch that no client knows of is withdrawn, the conversation may be busy.
        const next = beginTurn(url, name, { input: 'again', after: 0 })
        assert.equal(await next.over, 'ended')
      }
      const messages = await messagesOf(pair.two, name)
      assert.deepEqual(
        messages.map(({ content, branch, siblings }) => [content, branch, siblings]),
        [
          ['again', 2, [1, 2]],
          ['or so', 2, undefined],
        ],
      )
      assert.equal(model.prompts.length, 2)
    }
  })

  test(`store_results: where ${what}, the turn goes on once, also for a client that posts its results again [once]`, async () => {
    for (const times of [1, 2]) {
      const { name, model } = pair.talk()
      model.replies(says(calls([{ name: 'get_location', arguments: {}, id: 'where' }])), says('Nice.'))
      await untilReadiness(url, 200)
      const stream = beginTurn(url, name, { input: 'where am I?', model: model.name, tools })
      await stream.until((event) => event.name === 'turn-waiting')
      proxy.loses('store_results', loss, times)
      let posted = await postResults(url, String(stream.record.turn), { where: 'the sea' })
      while (posted.status === 503) {
        await untilReadiness(url, 200)
        posted = await postResults(url, String(stream.record.turn), { where: 'the sea' })
      }
      assert.equal(posted.status, 200, posted.text)
      await endsWhole(stream, name)
      assert.equal(model.prompts.length, 2)
    }
  })
}
