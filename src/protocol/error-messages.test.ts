import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorMessages } from './error-messages.ts'

test('an error says its message and then those of its causes, each once', () => {
  const inner = new Error('connect ECONNREFUSED 127.0.0.1:80')
  const middle = new Error('no engine (connect ECONNREFUSED 127.0.0.1:80)', { cause: inner })
  const outer = new Error('fetch failed', { cause: middle })
  assert.deepEqual(errorMessages(outer), ['fetch failed', 'no engine (connect ECONNREFUSED 127.0.0.1:80)'])
})

test('an error without a message says its code', () => {
  const cause = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })
  assert.deepEqual(errorMessages(new Error('', { cause })), ['ECONNREFUSED'])
})

test('a cause of itself, and causes without end, come to an end', () => {
  const own = new Error('own')
  own.cause = own
  assert.deepEqual(errorMessages(own), ['own'])
  let long = new Error('0')
  for (let number = 1; number < 100; number++) long = new Error(`${number}`, { cause: long })
  assert.equal(errorMessages(long).length, 5)
})

test('what JSON.parse could not read is not quoted as a cause', () => {
  const cause = new SyntaxError(`Unexpected token 's', "secret" is not valid JSON`)
  assert.deepEqual(errorMessages(new Error('no JSON', { cause })), ['no JSON'])
})
