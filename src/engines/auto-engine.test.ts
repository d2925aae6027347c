import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { ChatRequest, Engine, EnginePart } from '../turn/ports/engine.ts'
import { startAutoEngine } from './auto-engine.ts'
import { createDemoEngine } from './demo/demo-engine.ts'

const demo = createDemoEngine({ tokenDelayMs: 0 })
const request: ChatRequest = {
  model: 'demo',
  messages: [{ role: 'user', content: 'Hello' }],
  tools: [],
  stream: true,
  settings: {},
}

/** An Ollama that responds to `ping` as the test says. */
function fakeOllama(ping: Engine['ping']): Engine & { closed: boolean } {
  return {
    ...createDemoEngine(),
    name: 'ollama',
    closed: false,
    models: async () => [{ name: 'real' }],
    async *chat(): AsyncGenerator<EnginePart[]> {
      yield [{ line: null, text: 'from a real model', done: { reason: 'stop', usage: {} } }]
    },
    ping,
    async close() {
      this.closed = true
    },
  }
}

async function textOf(reply: AsyncIterable<EnginePart[]>): Promise<string> {
  let text = ''
  for await (const parts of reply) for (const part of parts) text += part.text ?? ''
  return text
}

const away = (): Promise<void> => Promise.reject(new Error('away'))
const here = async (): Promise<void> => undefined

test('where Ollama responds, it is used from the start', async () => {
  const changes: string[] = []
  const engine = await startAutoEngine({
    ollama: fakeOllama(here),
    demo,
    onChange: (name) => changes.push(name),
  })
  assert.equal(engine.name, 'ollama')
  assert.deepEqual(await engine.models(), [{ name: 'real' }])
  assert.deepEqual(changes, [])
  await engine.close()
})

test('where Ollama does not respond in time, the demo engine is used', async () => {
  const silent = (signal?: AbortSignal): Promise<void> =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  const engine = await startAutoEngine({ ollama: fakeOllama(silent), demo, firstProbeMs: 5 })
  assert.equal(engine.name, 'demo')
  assert.deepEqual((await engine.models())[0]?.name, 'demo')
  const { name, state, detail = '' } = await engine.state()
  assert.deepEqual([name, state], ['demo', 'ready'])
  assert.match(detail, /not a language model.*\nollama pull .*as soon as Ollama responds/s)
  await engine.close()
})

test('once Ollama responds, its models are used, and turns with the demo model stay on the demo engine', async (t) => {
  let ping = away
  const ollama = fakeOllama(() => ping())
  const changes: string[] = []
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const engine = await startAutoEngine({
    ollama,
    demo,
    pollMs: 5_000,
    onChange: (name) => changes.push(name),
  })
  const begun = engine.chat(request, new AbortController().signal)
  t.mock.timers.tick(5_000)
  await setImmediate()
  assert.equal(engine.name, 'demo')

  ping = here
  t.mock.timers.tick(5_000)
  await setImmediate()
  assert.equal(engine.name, 'ollama')
  assert.match(await textOf(begun), /You said: "Hello"/)
  const { signal } = new AbortController()
  assert.equal(await textOf(engine.chat({ ...request, model: 'real' }, signal)), 'from a real model')
  assert.match(await textOf(engine.chat(request, signal)), /You said: "Hello"/)
  assert.equal((await engine.model('demo'))?.name, 'demo')
  assert.deepEqual(await engine.models(), [{ name: 'real' }])
  assert.deepEqual(changes, ['ollama'])

  ping = away
  t.mock.timers.tick(60_000)
  await setImmediate()
  assert.equal(engine.name, 'ollama')
  await engine.close()
})

test('closing ends the search for Ollama and closes both engines', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let requests = 0
  const ollama = fakeOllama(() => {
    requests += 1
    return away()
  })
  const engine = await startAutoEngine({ ollama, demo, pollMs: 5_000 })
  await engine.close()
  t.mock.timers.tick(60_000)
  await setImmediate()
  assert.equal(requests, 1)
  assert.ok(ollama.closed)
})
