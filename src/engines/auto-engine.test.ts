import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { ChatRequest, EnginePart } from '../turn/ports/engine.ts'
import { type AutoEngineOptions, createAutoEngine } from './auto-engine.ts'
import { createDemoEngine } from './demo/demo-engine.ts'

const demo = createDemoEngine({ tokenDelayMs: 0 })
const request: ChatRequest = {
  model: 'demo',
  messages: [{ role: 'user', content: 'Hello' }],
  tools: [],
  stream: true,
  settings: {},
}

/** An Ollama that is there or not, as the test says. */
function fakeOllama(
  version: (signal?: AbortSignal) => Promise<string>,
): AutoEngineOptions['ollama'] & { closed: boolean } {
  return {
    ...createDemoEngine(),
    name: 'ollama',
    closed: false,
    models: async () => [{ name: 'real' }],
    async *chat(): AsyncGenerator<EnginePart[]> {
      yield [{ line: null, text: 'from a real model', done: { reason: 'stop', usage: {} } }]
    },
    version,
    async close() {
      this.closed = true
    },
  }
}

async function textOf(answer: AsyncIterable<EnginePart[]>): Promise<string> {
  let text = ''
  for await (const parts of answer) for (const part of parts) text += part.text ?? ''
  return text
}

const away = (): Promise<string> => Promise.reject(new Error('away'))
const here = async (): Promise<string> => '0.33.0'

test('where Ollama answers, it serves from the start', async () => {
  const changes: string[] = []
  const engine = await createAutoEngine({
    ollama: fakeOllama(here),
    demo,
    onChange: (name) => changes.push(name),
  })
  assert.equal(engine.name, 'ollama')
  assert.deepEqual(await engine.models(), [{ name: 'real' }])
  assert.deepEqual(changes, [])
  await engine.close()
})

test('where Ollama does not answer in time, the demo serves', async () => {
  const silent = (signal?: AbortSignal): Promise<string> =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  const engine = await createAutoEngine({ ollama: fakeOllama(silent), demo, firstProbeMs: 5 })
  assert.equal(engine.name, 'demo')
  assert.deepEqual((await engine.models())[0]?.name, 'demo')
  await engine.close()
})

test('when Ollama appears, its models answer, and a turn of the demo goes on with the demo', async (t) => {
  let version = away
  const ollama = fakeOllama(() => version())
  const changes: string[] = []
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const engine = await createAutoEngine({
    ollama,
    demo,
    pollMs: 5_000,
    onChange: (name) => changes.push(name),
  })
  const begun = engine.chat(request, new AbortController().signal)
  t.mock.timers.tick(5_000)
  await setImmediate()
  assert.equal(engine.name, 'demo')

  version = here
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

  version = away
  t.mock.timers.tick(60_000)
  await setImmediate()
  assert.equal(engine.name, 'ollama')
  await engine.close()
})

test('once closed, it asks no more, and both engines are closed', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let questions = 0
  const ollama = fakeOllama(() => {
    questions += 1
    return away()
  })
  const engine = await createAutoEngine({ ollama, demo, pollMs: 5_000 })
  await engine.close()
  t.mock.timers.tick(60_000)
  await setImmediate()
  assert.equal(questions, 1)
  assert.ok(ollama.closed)
})
