import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastEventNumber } from './last-event.ts'

const turn = '0194d3c0-0000-7000-8000-000000000001'

test('the last event is read from the header, as id or as number, else from the query', () => {
  assert.equal(lastEventNumber(turn, `${turn}:7`, undefined), 7)
  assert.equal(lastEventNumber(turn, `${turn.toUpperCase()}:7`, undefined), 7)
  assert.equal(lastEventNumber(turn, '7', 3), 7)
  assert.equal(lastEventNumber(turn, undefined, 3), 3)
  assert.equal(lastEventNumber(turn, '', 3), 3)
  assert.equal(lastEventNumber(turn, undefined, undefined), 0)
})

test('an event id of another turn and a malformed one are refused', () => {
  const other = '0194d3c0-0000-7000-8000-000000000002'
  for (const id of [`${other}:7`, 'x', '-1', '1.5', `${turn}:`, ':7', '1000000001', '99999999999']) {
    assert.throws(() => lastEventNumber(turn, id, undefined), { code: 'invalid-request' }, id)
  }
})
