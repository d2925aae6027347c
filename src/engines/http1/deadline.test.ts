import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ChatterdError } from '../../protocol/errors.ts'
import { Deadline } from './deadline.ts'

const limits = { connectMs: 5_000, firstTokenMs: 60_000, silenceMs: 10_000, totalMs: 100_000 }

/** Node's mocked timers ignore `refresh`, so the test has its own. */
function fakeTimers(t: TestContext): (ms: number) => void {
  let time = 0
  const running = new Map<object, number>()
  t.mock.method(globalThis, 'setTimeout', (run: () => void, ms: number) => {
    const timer = { run, refresh: () => running.set(timer, time + ms) }
    timer.refresh()
    return timer
  })
  t.mock.method(globalThis, 'clearTimeout', (timer: object) => running.delete(timer))
  return (ms) => {
    time += ms
    for (const [timer, due] of [...running]) {
      if (due > time || !running.delete(timer)) continue
      if ('run' in timer && typeof timer.run === 'function') timer.run()
    }
  }
}

function start(t: TestContext): {
  deadline: Deadline
  errors: ChatterdError[]
  pass: (ms: number) => void
} {
  const pass = fakeTimers(t)
  const errors: ChatterdError[] = []
  const deadline = new Deadline(limits, 'Ollama', (error) => errors.push(error))
  return { deadline, errors, pass }
}

test('a connection that is not established in time is an engine-unreachable error', (t) => {
  const { errors, pass } = start(t)
  pass(4_999)
  assert.equal(errors.length, 0)
  pass(1)
  assert.equal(errors[0]?.code, 'engine-unreachable')
  assert.match(errors[0]?.message ?? '', /within 5 s \(the connect time-out\)/)
})

test('the first token has a longer time-out than the connection', (t) => {
  const { deadline, errors, pass } = start(t)
  deadline.enter('waiting')
  pass(59_999)
  assert.equal(errors.length, 0)
  pass(1)
  assert.equal(errors[0]?.code, 'engine-timeout')
  assert.match(errors[0]?.message ?? '', /within 60 s \(the first-token time-out\)/)
})

test('silence is counted from the last read', (t) => {
  const { deadline, errors, pass } = start(t)
  deadline.enter('waiting')
  deadline.received()
  deadline.await()
  pass(9_000)
  deadline.received()
  deadline.await()
  pass(9_999)
  assert.equal(errors.length, 0)
  pass(1)
  assert.equal(errors[0]?.code, 'engine-timeout')
  assert.match(errors[0]?.message ?? '', /10 s \(the silence time-out\)/)
})

test('while nobody waits for more, silence is not counted, and it begins when somebody does', (t) => {
  const { deadline, errors, pass } = start(t)
  deadline.enter('waiting')
  deadline.received()
  pass(50_000)
  assert.equal(errors.length, 0)
  deadline.await()
  pass(9_999)
  assert.equal(errors.length, 0)
  pass(1)
  assert.match(errors[0]?.message ?? '', /silence/)
})

test('the total time-out also ends a response that never falls silent', (t) => {
  const { deadline, errors, pass } = start(t)
  deadline.enter('waiting')
  for (let second = 0; second < 100; second += 1) {
    assert.equal(errors.length, 0)
    deadline.received()
    pass(1_000)
  }
  assert.equal(errors[0]?.code, 'engine-timeout')
  assert.match(errors[0]?.message ?? '', /100 s/)
})

test('there is at most one error, and none after stop', (t) => {
  const { deadline, errors, pass } = start(t)
  deadline.enter('waiting')
  pass(200_000)
  deadline.received()
  pass(200_000)
  assert.equal(errors.length, 1)

  const stopped = new Deadline(limits, 'Ollama', (error) => errors.push(error))
  stopped.stop()
  stopped.received()
  stopped.await()
  pass(200_000)
  assert.equal(errors.length, 1)
})
