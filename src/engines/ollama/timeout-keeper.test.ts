import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ChatterdError } from '../../protocol/errors.ts'
import { createTimeoutKeeper, type TimeoutKeeper } from './timeout-keeper.ts'

const limits = { connectMs: 5_000, firstTokenMs: 60_000, silenceMs: 10_000, wholeMs: 100_000 }

function start(t: TestContext): {
  keeper: TimeoutKeeper
  errors: ChatterdError[]
  pass: (ms: number) => void
} {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const errors: ChatterdError[] = []
  const keeper = createTimeoutKeeper(limits, 'Ollama', (error) => errors.push(error))
  return { keeper, errors, pass: (ms) => t.mock.timers.tick(ms) }
}

test('a connection that never stands is told as unreachable', (t) => {
  const { errors, pass } = start(t)
  pass(4_999)
  assert.equal(errors.length, 0)
  pass(1)
  assert.equal(errors[0]?.code, 'engine-unreachable')
  assert.match(errors[0]?.message ?? '', /within 5 s \(the connect time-out\)/)
})

test('the first token may take longer than the connection', (t) => {
  const { keeper, errors, pass } = start(t)
  keeper.connected()
  pass(59_999)
  assert.equal(errors.length, 0)
  pass(1)
  assert.equal(errors[0]?.code, 'engine-timeout')
  assert.match(errors[0]?.message ?? '', /within 60 s \(the first-token time-out\)/)
})

test('silence counts from the last read', (t) => {
  const { keeper, errors, pass } = start(t)
  keeper.connected()
  keeper.read()
  pass(9_000)
  keeper.read()
  pass(9_999)
  assert.equal(errors.length, 0)
  pass(1)
  assert.equal(errors[0]?.code, 'engine-timeout')
  assert.match(errors[0]?.message ?? '', /10 s \(the silence time-out\)/)
})

test('while nobody reads, silence is not counted', (t) => {
  const { keeper, errors, pass } = start(t)
  keeper.connected()
  keeper.read()
  keeper.pause()
  pass(50_000)
  assert.equal(errors.length, 0)
  keeper.resume()
  pass(10_000)
  assert.match(errors[0]?.message ?? '', /silence/)
})

test('the whole ends also what never falls silent', (t) => {
  const { keeper, errors, pass } = start(t)
  keeper.connected()
  for (let second = 0; second < 100; second += 1) {
    assert.equal(errors.length, 0)
    keeper.read()
    pass(1_000)
  }
  assert.equal(errors[0]?.code, 'engine-timeout')
  assert.match(errors[0]?.message ?? '', /100 s/)
})

test('there is one error at most, and none once it was stopped', (t) => {
  const { keeper, errors, pass } = start(t)
  keeper.connected()
  pass(200_000)
  keeper.read()
  pass(200_000)
  assert.equal(errors.length, 1)

  const stopped = createTimeoutKeeper(limits, 'Ollama', (error) => errors.push(error))
  stopped.stop()
  stopped.read()
  stopped.resume()
  pass(200_000)
  assert.equal(errors.length, 1)
})
