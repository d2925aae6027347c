import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stateOf } from '../../test/journaled-turn.ts'
import { settle } from '../../test/live-process.ts'
import { conversation, engineError, request } from '../../test/scripted-turn.ts'
import type { ResultsOutcome, TurnBeginning, TurnResults } from '../turn/conversation-store.ts'
import type { Withdrawal } from '../turn/turn-store.ts'
import { OutcomeRecovery, retryOnce } from './outcome-recovery.ts'

const away = engineError('database-unavailable', 'away')
const refused = engineError('invalid-request', 'no')
const run = (turn: string): Withdrawal => ({ turn, conversation, results: [] })
const prompt = (turn: string): TurnBeginning => ({
  ...{ turn, conversation, request, messages: [], whenBusy: 'queue' },
})
const answers = (turn: string): TurnResults => ({ turn, id: `attempt of ${turn}`, results: [] })

/** What is looked after, in a database that is away for the first so many tries. */
function open(
  maxTurns: number,
  { leaseMs = 60_000, failures = 0, answered = 'conflict' as ResultsOutcome['result'], isKnown = false } = {},
) {
  const looked: unknown[] = []
  const wentOn: string[] = []
  let tries = 0
  const look = (what: unknown) => {
    if (tries++ < failures) throw away
    looked.push(what)
  }
  const after = new OutcomeRecovery(
    {
      withdraw: async (given) => {
        look(given)
        return !isKnown
      },
      begin: async ({ turn }) => {
        look(`begin ${turn}`)
        return { result: 'begun', state: stateOf(turn) }
      },
      storeResults: async (given): Promise<ResultsOutcome> => {
        look(given)
        if (answered === 'go-on') return { result: answered, state: stateOf(given.turn) }
        return answered === 'replay' ? { result: answered, turn: given.turn, after: 0 } : { result: answered }
      },
    },
    { leaseMs, maxTurns },
  )
  const goOn = ({ id }: { id: string }) => void wentOn.push(id)
  return { looked, wentOn, after, goOn, tries: () => tries }
}

test('a refused prompt that another request of its key has been told of cannot be taken back, and runs', async () => {
  const { looked, wentOn, after, goOn } = open(10, { isKnown: true })
  assert.throws(() => after.ofBeginning(prompt('a'), goOn)(away), away)
  await settle()
  assert.deepEqual(looked, [run('a'), 'begin a'])
  assert.deepEqual(wentOn, ['a'])
})

test('a prompt that the database went away in is refused, and withdrawn in case it was stored', async () => {
  const { looked, after, goOn } = open(10)
  assert.throws(() => after.ofBeginning(prompt('a'), goOn)(away), away)
  await settle()
  assert.deepEqual(looked, [run('a')])
})

test('results that the database went away in are refused; where they were stored and the last, their turn goes on', async () => {
  for (const answered of ['go-on', 'recorded', 'conflict', 'replay'] as const) {
    const { looked, wentOn, after, goOn } = open(10, { answered })
    assert.throws(() => after.ofAnswer(answers('a'), goOn)(away), away)
    await settle()
    // The same attempt: if it was stored, it is the same answer.
    assert.deepEqual(looked, [answers('a')])
    assert.deepEqual(wentOn, answered === 'go-on' ? ['a'] : [])
  }
})

test('any other refusal has stored nothing, and is only told', async () => {
  const { after, goOn, tries } = open(10)
  for (const error of [refused, new TypeError('a bug')]) {
    assert.throws(() => after.ofBeginning(prompt('a'), goOn)(error), error)
    assert.throws(() => after.ofAnswer(answers('a'), goOn)(error), error)
  }
  await settle()
  assert.equal(tries(), 0)
})

test('it is looked after until the database is back', async () => {
  const { looked, after, goOn } = open(10, { failures: 2 })
  assert.throws(() => after.ofBeginning(prompt('a'), goOn)(away), away)
  while (looked.length === 0) await settle()
  assert.deepEqual(looked, [run('a')])
})

test('after the lease it is left to the sweep', async () => {
  const { looked, after, goOn, tries } = open(1, { failures: 10, leaseMs: 0 })
  assert.throws(() => after.ofBeginning(prompt('a'), goOn)(away), away)
  await settle()
  assert.deepEqual([tries(), looked], [1, []])
  assert.throws(() => after.ofBeginning(prompt('b'), goOn)(away), away)
  assert.equal(tries(), 2, 'it makes room for others')
})

test('what was looked after makes room for others', async () => {
  const { looked, after, goOn } = open(1)
  assert.throws(() => after.ofBeginning(prompt('a'), goOn)(away), away)
  await settle()
  assert.throws(() => after.ofBeginning(prompt('b'), goOn)(away), away)
  await settle()
  assert.deepEqual(looked, [run('a'), run('b')])
})

test('no more are looked after at once than allowed', async () => {
  const { looked, after, goOn } = open(2)
  assert.throws(() => after.ofBeginning(prompt('a'), goOn)(away), away)
  assert.throws(() => after.ofAnswer(answers('b'), goOn)(away), away)
  assert.throws(() => after.ofBeginning(prompt('c'), goOn)(away), away)
  await settle()
  assert.deepEqual(looked, [run('a'), answers('b')])
})

test('what a broken connection may have done is asked once more; any other failure, and the second, is told', async () => {
  let asked = 0
  const failing = (failures: Error[]) => async () => {
    asked += 1
    const failure = failures.shift()
    if (failure) throw failure
    return 'done'
  }
  assert.equal(await retryOnce(failing([])), 'done')
  assert.equal(await retryOnce(failing([away])), 'done')
  assert.equal(asked, 3)
  await assert.rejects(retryOnce(failing([away, away])), away)
  assert.equal(asked, 5)
  for (const error of [refused, new TypeError('a bug')]) {
    asked = 0
    await assert.rejects(retryOnce(failing([error])), error)
    assert.equal(asked, 1)
  }
})
