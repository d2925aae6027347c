import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../protocol/json.ts'
import { callsLine, endLine, makeCallsLine, makeEndLine, textLine } from './engine-lines.ts'

/** A line as Ollama writes it, with blanks that JSON.stringify would not write: a line that is made anew is seen. */
function line(message: object, rest: object = {}): string {
  const fields = JSON.stringify({ model: 'm', created_at: 'now', message, done: false, ...rest })
  return fields.replace('"model":', '"model": ')
}

function asked(name: string, args: JsonObject, more: JsonObject = {}): JsonObject {
  return { ...more, function: { index: 0, name, arguments: args } }
}

/** A call of a line, as the log has it. */
function logged(position: number, args: JsonObject, callId = 'c') {
  return { call: { callId, arguments: args }, position }
}

const parsed = (text: string) => JSON.parse(text) as JsonObject

test('a line whose calls all are for the device goes out byte for byte', () => {
  const both = line({ role: 'assistant', content: '', tool_calls: [asked('f', { a: '1' }), asked('f', {})] })
  assert.equal(callsLine(both, [logged(0, { a: '1' }), logged(1, {})]), both)
})

test('of a line with other calls too, only those for the device go out', () => {
  const mixed = line({
    role: 'assistant',
    content: '',
    tool_calls: [asked('r', {}), asked('f', { a: '1' }), asked('r', {})],
  })
  assert.deepEqual(parsed(callsLine(mixed, [logged(1, { a: '1' })])), {
    ...{ model: 'm', created_at: 'now', done: false },
    message: { role: 'assistant', content: '', tool_calls: [asked('f', { a: '1' })] },
  })
})

test('coerced arguments take the place of the given ones, and the rest of the call stays', () => {
  const given = line({
    role: 'assistant',
    content: '',
    tool_calls: [asked('f', { lat: 42.29, n: '1' }, { id: 'c', type: 'function' })],
  })
  const told = parsed(callsLine(given, [logged(0, { lat: '42.29', n: '1' })]))
  assert.deepEqual(told.message, {
    ...{ role: 'assistant', content: '' },
    tool_calls: [asked('f', { lat: '42.29', n: '1' }, { id: 'c', type: 'function' })],
  })
})

test('an id that had to be replaced goes out replaced: results by id find their call', () => {
  const given = line({ role: 'assistant', content: '', tool_calls: [asked('f', {}, { id: 'taken' })] })
  const told = parsed(callsLine(given, [logged(0, {}, 'own')]))
  assert.deepEqual(told.message, {
    role: 'assistant',
    content: '',
    tool_calls: [asked('f', {}, { id: 'own' })],
  })
})

test('a line without ids stays without', () => {
  const given = line({ role: 'assistant', content: '', tool_calls: [asked('f', {})] })
  assert.equal(callsLine(given, [logged(0, {}, 'own')]), given)
})

test('text and the end of the answer do not go out with calls', () => {
  const message = { role: 'assistant', content: 'Look', thinking: 'Hm', tool_calls: [asked('f', {})] }
  const all = line(message, { done: true, done_reason: 'stop', eval_count: 3 })
  const told = parsed(callsLine(all, [logged(0, {})]))
  assert.equal(told.done, false)
  assert.deepEqual(told.message, { ...message, content: '', thinking: '' })
})

test("of a line that holds more, the text goes out in a line of its own, in the engine's form", () => {
  const all = line({ role: 'assistant', content: 'Look', tool_calls: [asked('f', {})] }, { done: true })
  assert.deepEqual(parsed(textLine(all, 'Look')), {
    ...{ model: 'm', created_at: 'now', done: false },
    message: { role: 'assistant', content: 'Look' },
  })
})

test('text and thinking of one line go out in one line', () => {
  const all = line({ role: 'assistant', content: 'Look', thinking: 'Hm', tool_calls: [asked('f', {})] })
  assert.deepEqual(parsed(textLine(all, 'Look', 'Hm')).message, {
    role: 'assistant',
    content: 'Look',
    thinking: 'Hm',
  })
  assert.deepEqual(parsed(textLine(all, undefined, 'Hm')).message, {
    role: 'assistant',
    content: '',
    thinking: 'Hm',
  })
})

test('the end of an answer without calls goes out byte for byte', () => {
  const end = line({ role: 'assistant', content: 'Bye' }, { done: true })
  assert.equal(endLine(end, false), end)
})

test('the end of an answer with calls holds neither the text nor the calls that were told before it', () => {
  const plain = line({ role: 'assistant', content: '' }, { done: true, eval_count: 3 })
  assert.equal(endLine(plain, true), plain)
  const whole = line(
    { role: 'assistant', content: 'Look', thinking: 'Hm', tool_calls: [asked('f', {})] },
    { done: true, eval_count: 3 },
  )
  assert.deepEqual(parsed(endLine(whole, true)), {
    ...{ model: 'm', created_at: 'now', done: true, eval_count: 3 },
    message: { role: 'assistant', content: '', thinking: '' },
  })
})

test("lines of ours are in the engine's form", () => {
  const head = { model: 'm', createdAt: new Date('2026-11-23T00:00:00Z') }
  const call = {
    id: 'c',
    index: 1,
    name: 'f',
    arguments: { a: '1' },
    side: 'device',
    status: 'offered',
  } as const
  const told = parsed(makeCallsLine(head, [call]))
  assert.deepEqual([told.model, told.done], ['m', false])
  assert.equal(told.created_at, '2026-11-23T00:00:00.000Z')
  assert.deepEqual(told.message, {
    ...{ role: 'assistant', content: '' },
    tool_calls: [{ id: 'c', function: { index: 1, name: 'f', arguments: { a: '1' } } }],
  })
  const end = parsed(makeEndLine(head))
  assert.deepEqual([end.model, end.done, end.done_reason], ['m', true, 'stop'])
  assert.deepEqual(end.message, { role: 'assistant', content: '' })
})
