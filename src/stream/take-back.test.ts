import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { ChatterdError } from '../protocol/errors.ts'
import { TakeBack } from './take-back.ts'

const away = new ChatterdError('database-unavailable', 'away')

function takeBack(most: number): { taken: string[]; after: TakeBack['after'] } {
  const taken: string[] = []
  const withdraw = async (turn: string) => void taken.push(turn)
  const back = new TakeBack({ withdraw }, most)
  return { taken, after: (turn) => back.after(turn) }
}

test('a request that the database went away in is refused, and withdrawn in case it was stored', () => {
  const { taken, after } = takeBack(10)
  assert.throws(() => after('a')(away), away)
  assert.deepEqual(taken, ['a'])
})

test('any other refusal has stored nothing, and is only told', () => {
  const { taken, after } = takeBack(10)
  const refused = new ChatterdError('invalid-request', 'no')
  assert.throws(() => after('a')(refused), refused)
  assert.deepEqual(taken, [])
})

test('what was taken back makes room for others', async () => {
  const { taken, after } = takeBack(1)
  assert.throws(() => after('a')(away), away)
  await setImmediate()
  assert.throws(() => after('b')(away), away)
  assert.deepEqual(taken, ['a', 'b'])
})

test('no more are taken back at once than allowed', () => {
  const { taken, after } = takeBack(2)
  for (const turn of ['a', 'b', 'c']) assert.throws(() => after(turn)(away), away)
  assert.deepEqual(taken, ['a', 'b'])
})
