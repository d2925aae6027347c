import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkResponse } from './check-response.ts'

function event(content: string, done = false): string {
  return `id: 1\ndata: ${JSON.stringify({ message: { role: 'assistant', content }, done })}\n\n`
}

test('a whole response passes, whatever comments and ids are between', () => {
  checkResponse(`: wait\n\n${event('t0 ')}${event('t1 ')}${event('', true)}`, 2)
})

test('a response fails that lacks a token, has one twice, or has no end', () => {
  assert.throws(() => checkResponse(event('t0 ') + event('', true), 2), /of 6 characters 3 came/)
  assert.throws(() => checkResponse(event('t0 ') + event('t0 ') + event('', true), 2), /or others/)
  assert.throws(() => checkResponse(event('t0 ') + event('t1 '), 2), /0 last lines/)
  assert.throws(() => checkResponse('event: error\ndata: {"error":"lost"}\n\n', 2), /lost/)
})
