import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startEngine } from '../../test/support/ollama/ollama-engine.ts'
import { serve } from '../../test/support/stand-ins/local-server.ts'
import { createEngineReadiness } from './engine-readiness.ts'

test('an Ollama that has ended is noticed at the next check, though its models are remembered', async (t) => {
  const server = await serve((_request, response) => response.end('{"models": []}'))
  const engine = await startEngine(t, Promise.resolve(server))
  let now = 0
  const readiness = createEngineReadiness(engine, () => now)
  assert.deepEqual(await engine.models(), [])
  assert.deepEqual(await readiness(), { ready: true })
  await server.close()
  assert.deepEqual(await engine.models(), [])
  now = 1_000
  const { ready, reason } = await readiness()
  assert.equal(ready, false)
  assert.match(reason ?? '', /cannot be reached/)
})

test('any number of checks at once, and within a second, are one request to the engine', async () => {
  let [now, pings] = [0, 0]
  const readiness = createEngineReadiness({ ping: async () => void pings++ }, () => now)
  await Promise.all([readiness(), readiness()])
  now = 999
  await readiness()
  assert.equal(pings, 1)
  now = 1_000
  await readiness()
  assert.equal(pings, 2)
})

test('an engine that does not respond is not ready after two seconds', async (t) => {
  t.mock.method(AbortSignal, 'timeout', (ms: number) => {
    assert.equal(ms, 2_000)
    return AbortSignal.abort()
  })
  const silent = (signal?: AbortSignal) => Promise.reject(signal?.reason)
  assert.deepEqual(await createEngineReadiness({ ping: silent })(), {
    ready: false,
    reason: 'The engine does not respond within 2 s.',
  })
})
