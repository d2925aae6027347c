import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadModel } from './load-model.ts'
import type { ChatRequest, EnginePart } from './ports/engine.ts'
import type { TurnPorts } from './turn-ports.ts'

test('a model is loaded with the window that its next prompt will ask for', async () => {
  const requests: ChatRequest[] = []
  const engine = {
    async *chat(request: ChatRequest): AsyncGenerator<EnginePart[]> {
      requests.push(request)
      yield [{ line: '{"done":true}', done: { reason: 'load', usage: {} } }]
    },
  } as unknown as TurnPorts['engine']
  const limits = { maxSteps: 1, maxCalls: 1, maxAnswerBytes: 1, contextTokens: 8_192 }
  const { signal } = new AbortController()
  for (const settings of [{}, { keep_alive: '1h', options: { seed: 1 } }, { options: { num_ctx: 512 } }])
    assert.equal(await loadModel('m', settings, { engine, limits }, signal), '{"done":true}')
  assert.deepEqual(
    requests.map(({ settings }) => settings),
    [
      { options: { num_ctx: 8_192 } },
      { keep_alive: '1h', options: { num_ctx: 8_192, seed: 1 } },
      { options: { num_ctx: 512 } },
    ],
  )
})
