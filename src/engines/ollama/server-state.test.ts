import assert from 'node:assert/strict'
import type { RequestListener, ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { startEngine } from '../../../test/support/ollama/ollama-engine.ts'
import { serve } from '../../../test/support/stand-ins/local-server.ts'
import type { Engine } from '../../turn/ports/engine.ts'

/** An Ollama that loads models for as long as the test says. `served`: the paths that were asked for. */
async function openOllama(t: TestContext) {
  const served: string[] = []
  const waiting: ServerResponse[] = []
  const loaded: string[] = []
  const arrived = Promise.withResolvers<void>()
  let version = '0.33.1'
  let isAway = false
  const listener: RequestListener = ({ url = '', socket }, response) => {
    if (isAway) return void socket.destroy()
    served.push(url)
    if (url === '/api/ps')
      return void response.end(JSON.stringify({ models: loaded.map((name) => ({ name })) }))
    if (url === '/api/version') return void response.end(JSON.stringify({ version }))
    waiting.push(response)
    arrived.resolve()
  }
  const server = await serve(listener)
  const engine = await startEngine(t, Promise.resolve(server))
  return {
    ...{ engine, served, loaded, arrived: arrived.promise },
    goAway() {
      isAway = true
    },
    comeBack(newVersion: string) {
      isAway = false
      version = newVersion
    },
    answer() {
      for (const response of waiting.splice(0))
        response.end('{"message":{"role":"assistant","content":"Hi"},"done":true,"done_reason":"stop"}\n')
    },
  }
}

function prompt(engine: Engine, model = 'large', signal = new AbortController().signal) {
  const request = { model, messages: [], tools: [], stream: true, settings: {} }
  return engine.chat(request, signal)[Symbol.asyncIterator]().next()
}

test('an engine that responds is ready, with its version, which is asked for once', async (t) => {
  const { engine, served } = await openOllama(t)
  const state = await engine.state()
  assert.deepEqual({ ...state, since: '' }, { name: 'ollama', version: '0.33.1', state: 'ready', since: '' })
  assert.deepEqual(await Promise.all([engine.state(), engine.state()]), [state, state])
  assert.deepEqual(served.toSorted(), ['/api/ps', '/api/version'])
})

test('while a prompt waits for a model that is not loaded, the engine is loading it since the prompt was sent', async (t) => {
  const { engine, answer, arrived, loaded } = await openOllama(t)
  const before = Date.now()
  const reply = prompt(engine)
  await arrived
  const after = Date.now()
  const { state, model, since } = await engine.state()
  assert.deepEqual([state, model], ['loading', 'large'])
  assert.ok(Date.parse(since) >= before && Date.parse(since) <= after)
  // Newer servers list a model as soon as they begin to load it.
  loaded.push('large:latest')
  assert.equal((await engine.state()).state, 'loading')
  answer()
  await reply
  const ready = await engine.state()
  assert.equal(ready.state, 'ready')
  assert.ok(Date.parse(ready.since) >= after)
})

test('of several models that are being loaded, the one that was asked for first is told', async (t) => {
  const { engine, answer, arrived } = await openOllama(t)
  const replies = [prompt(engine, 'first'), prompt(engine, 'second')]
  await arrived
  assert.equal((await engine.state()).model, 'first')
  answer()
  await Promise.all(replies)
})

test('a prompt that waits for a model which is loaded is no loading', async (t) => {
  const { engine, answer, arrived, loaded } = await openOllama(t)
  loaded.push('Large:latest')
  const reply = prompt(engine)
  await arrived
  assert.equal((await engine.state()).state, 'ready')
  answer()
  await reply
})

test('a cancelled prompt loads nothing any more', async (t) => {
  const { engine, arrived } = await openOllama(t)
  const cancelled = new AbortController()
  const reply = prompt(engine, 'large', cancelled.signal)
  await arrived
  assert.equal((await engine.state()).state, 'loading')
  cancelled.abort()
  await assert.rejects(reply)
  assert.equal((await engine.state()).state, 'ready')
})

test('an engine that is away is unreachable, with the reason, and has its version asked for again when it is back', async (t) => {
  const { engine, goAway, comeBack, arrived, answer } = await openOllama(t)
  assert.equal((await engine.state()).version, '0.33.1')
  goAway()
  await assert.rejects(prompt(engine))
  const { version, state, detail } = await engine.state()
  assert.deepEqual([version, state], [undefined, 'unreachable'])
  assert.match(detail ?? '', /Ollama at http:/)
  comeBack('0.34.0')
  const reply = prompt(engine)
  await arrived
  answer()
  await reply
  const back = await engine.state()
  assert.deepEqual([back.version, back.state], ['0.34.0', 'ready'])
})
