import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stateOf } from '../../test/support/turns/followed-turn.ts'
import { settle } from '../../test/support/turns/live-process.ts'
import { conversation, engineError, request } from '../../test/support/turns/scripted-turn.ts'
import type { ResultsOutcome, TurnBeginning, TurnResults } from '../turn/ports/conversation-store.ts'
import type { Withdrawal } from '../turn/ports/turn-store.ts'
import { OutcomeRecovery } from './outcome-recovery.ts'
import { retryOnce } from './retrying-store.ts'
import { RunningTurns } from './running-turns.ts'

const away = engineError('database-unavailable', 'away')
const refused = engineError('invalid-request', 'no')
const withdrawal = (turn: string): Withdrawal => ({ turn, conversation, results: [] })
const prompt = (turn: string): TurnBeginning => ({
  ...{ turn, conversation, request, messages: [], whenBusy: 'queue' },
})
const results = (turn: string): TurnResults => ({ turn, id: `results of ${turn}`, results: [] })

/** A recovery whose database is away for the first so many tries. */
function open(
  maxTurns: number,
  { leaseMs = 60_000, failures = 0, outcome = 'conflict' as ResultsOutcome['result'], isKnown = false } = {},
) {
  const done: unknown[] = []
  const run: string[] = []
  let tries = 0
  const doing = (what: unknown) => {
    if (tries++ < failures) throw away
    done.push(what)
  }
  const running: RunningTurns = Object.create(RunningTurns.prototype, {
    run: { value: ({ id }: { id: string }) => run.push(id) },
    runAgain: { value: ({ id }: { id: string }) => run.push(id) },
  })
  const store = {
    async withdraw(given: Withdrawal) {
      doing(given)
      return !isKnown
    },
    async begin({ turn }: TurnBeginning) {
      doing(`begin ${turn}`)
      return { result: 'begun' as const, state: stateOf(turn) }
    },
    async storeResults(given: TurnResults): Promise<ResultsOutcome> {
      doing(given)
      if (outcome === 'go-on') return { result: outcome, state: stateOf(given.turn) }
      return outcome === 'replay' ? { result: outcome, turn: given.turn, after: 0 } : { result: outcome }
    },
  }
  const recovery = new OutcomeRecovery({ store, running }, { leaseMs, maxTurns })
  return { done, run, recovery, tries: () => tries }
}

test('a refused prompt whose turn another request of its key got cannot be withdrawn, and runs', async () => {
  const { done, run, recovery } = open(10, { isKnown: true })
  recovery.recoverBegin(away, prompt('a'))
  await settle()
  assert.deepEqual(done, [withdrawal('a'), 'begin a'])
  assert.deepEqual(run, ['a'])
})

test('a prompt during which the database went away is withdrawn, in case it was stored', async () => {
  const { done, run, recovery } = open(10)
  recovery.recoverBegin(away, prompt('a'))
  await settle()
  assert.deepEqual([done, run], [[withdrawal('a')], []])
})

test('results during which the database went away make their turn go on, if they were stored and the last', async () => {
  for (const outcome of ['go-on', 'recorded', 'conflict', 'replay'] as const) {
    const { done, run, recovery } = open(10, { outcome })
    recovery.recoverResults(away, results('a'))
    await settle()
    // The same id: if they were stored, it is the same request.
    assert.deepEqual(done, [results('a')])
    assert.deepEqual(run, outcome === 'go-on' ? ['a'] : [])
  }
})

test('a request that failed in another way has stored nothing, and nothing is done', async () => {
  const { recovery, tries } = open(10)
  for (const error of [refused, new TypeError('a bug')]) {
    recovery.recoverBegin(error, prompt('a'))
    recovery.recoverResults(error, results('a'))
  }
  await settle()
  assert.equal(tries(), 0)
})

test('it is repeated until the database is back', async () => {
  const { done, recovery } = open(10, { failures: 2 })
  recovery.recoverBegin(away, prompt('a'))
  while (done.length === 0) await settle()
  assert.deepEqual(done, [withdrawal('a')])
})

test('after the lease, the turn is left to the heartbeats', async () => {
  const { done, recovery, tries } = open(1, { failures: 10, leaseMs: 0 })
  recovery.recoverBegin(away, prompt('a'))
  await settle()
  assert.deepEqual([tries(), done], [1, []])
  recovery.recoverBegin(away, prompt('b'))
  assert.equal(tries(), 2, 'another request is recovered instead')
})

test('no more are recovered at once than allowed, and others after them', async () => {
  const { done, recovery } = open(2)
  recovery.recoverBegin(away, prompt('a'))
  recovery.recoverResults(away, results('b'))
  recovery.recoverBegin(away, prompt('too many'))
  await settle()
  assert.deepEqual(done, [withdrawal('a'), results('b')])
  recovery.recoverBegin(away, prompt('c'))
  await settle()
  assert.deepEqual(done.slice(2), [withdrawal('c')])
})

test('a write whose connection broke is repeated once; any other failure, and the second, is thrown', async () => {
  let writes = 0
  const failing = (failures: Error[]) => async () => {
    writes += 1
    const failure = failures.shift()
    if (failure) throw failure
    return 'done'
  }
  assert.equal(await retryOnce(failing([])), 'done')
  assert.equal(await retryOnce(failing([away])), 'done')
  assert.equal(writes, 3)
  await assert.rejects(retryOnce(failing([away, away])), away)
  assert.equal(writes, 5)
  for (const error of [refused, new TypeError('a bug')]) {
    writes = 0
    await assert.rejects(retryOnce(failing([error])), error)
    assert.equal(writes, 1)
  }
})
