import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAnswer } from './check-answer.ts'

function event(content: string, done = false): string {
  return `id: 1\ndata: ${JSON.stringify({ message: { role: 'assistant', content }, done })}\n\n`
}

test('a whole answer passes, whatever comments and ids are between', () => {
  checkAnswer(`: wait\n\n${event('t0 ')}${event('t1 ')}${event('', true)}`, 2)
})

test('an answer fails that lacks a token, tells one twice, or has no end', () => {
  assert.throws(() => checkAnswer(event('t0 ') + event('', true), 2), /of 6 characters 3 came/)
  assert.throws(() => checkAnswer(event('t0 ') + event('t0 ') + event('', true), 2), /or others/)
  assert.throws(() => checkAnswer(event('t0 ') + event('t1 '), 2), /0 last lines/)
  assert.throws(() => checkAnswer('event: error\ndata: {"error":"lost"}\n\n', 2), /lost/)
})
