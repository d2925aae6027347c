import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../protocol/json.ts'
import { callsLine, endLine, makeCallsLine, makeEndLine, makeTextLine, textLine } from './engine-lines.ts'

/** A line as Ollama writes it, with blanks that JSON.stringify would not write: a line that is made anew is seen. */
function line(message: object, rest: object = {}): string {
  const fields = JSON.stringify({ model: 'm', created_at: 'now', message, done: false, ...rest })
  return fields.replace('"model":', '"model": ')
}

function engineCall(name: string, args: JsonObject, more: JsonObject = {}): JsonObject {
  return { ...more, function: { index: 0, name, arguments: args } }
}

/** A call of a line, as the log has it. */
function logged(position: number, args: JsonObject, callId = 'c') {
  return { call: { callId, name: 'f', arguments: args }, position }
}

const parsed = (text: string) => JSON.parse(text) as JsonObject

test('a line whose calls are all device calls is sent byte for byte', () => {
  const both = line({
    role: 'assistant',
    content: '',
    tool_calls: [engineCall('f', { a: '1' }), engineCall('f', {})],
  })
  assert.equal(callsLine(both, [logged(0, { a: '1' }), logged(1, {})]), both)
})

test('a line with resident and device calls is sent with its device calls only', () => {
  const mixed = line({
    role: 'assistant',
    content: '',
    tool_calls: [engineCall('r', {}), engineCall('f', { a: '1' }), engineCall('r', {})],
  })
  assert.deepEqual(parsed(callsLine(mixed, [logged(1, { a: '1' })])), {
    ...{ model: 'm', created_at: 'now', done: false },
    message: { role: 'assistant', content: '', tool_calls: [engineCall('f', { a: '1' })] },
  })
})

test('coerced arguments replace the original ones, and the rest of the call stays', () => {
  const given = line({
    role: 'assistant',
    content: '',
    tool_calls: [engineCall('f', { lat: 42.29, n: '1' }, { id: 'c', type: 'function' })],
  })
  const sent = parsed(callsLine(given, [logged(0, { lat: '42.29', n: '1' })]))
  assert.deepEqual(sent.message, {
    ...{ role: 'assistant', content: '' },
    tool_calls: [engineCall('f', { lat: '42.29', n: '1' }, { id: 'c', type: 'function' })],
  })
})

test('a call is sent with the id that it has in the log, so that results by id find it', () => {
  const given = line({ role: 'assistant', content: '', tool_calls: [engineCall('f', {}, { id: 'taken' })] })
  const sent = parsed(callsLine(given, [logged(0, {}, 'own')]))
  assert.deepEqual(sent.message, {
    role: 'assistant',
    content: '',
    tool_calls: [engineCall('f', {}, { id: 'own' })],
  })
})

test('a line without ids is sent without ids', () => {
  const given = line({ role: 'assistant', content: '', tool_calls: [engineCall('f', {})] })
  assert.equal(callsLine(given, [logged(0, {}, 'own')]), given)
})

test('calls are sent without the text and the end of the reply', () => {
  const message = { role: 'assistant', content: 'Look', thinking: 'Hm', tool_calls: [engineCall('f', {})] }
  const all = line(message, { done: true, done_reason: 'stop', eval_count: 3 })
  const sent = parsed(callsLine(all, [logged(0, {})]))
  assert.equal(sent.done, false)
  assert.deepEqual(sent.message, { ...message, content: '', thinking: '' })
})

test("the text of a line that also has calls is sent as a separate line in the engine's form", () => {
  const all = line({ role: 'assistant', content: 'Look', tool_calls: [engineCall('f', {})] }, { done: true })
  assert.deepEqual(parsed(textLine(all, 'Look')), {
    ...{ model: 'm', created_at: 'now', done: false },
    message: { role: 'assistant', content: 'Look' },
  })
})

test('text and thinking of one line are sent in one line', () => {
  const all = line({ role: 'assistant', content: 'Look', thinking: 'Hm', tool_calls: [engineCall('f', {})] })
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

test('the last line of a reply without calls is sent byte for byte', () => {
  const end = line({ role: 'assistant', content: 'Bye' }, { done: true })
  assert.equal(endLine(end, false), end)
})

test('the last line of a reply with calls has neither the text nor the calls that were sent before it', () => {
  const plain = line({ role: 'assistant', content: '' }, { done: true, eval_count: 3 })
  assert.equal(endLine(plain, true), plain)
  const whole = line(
    { role: 'assistant', content: 'Look', thinking: 'Hm', tool_calls: [engineCall('f', {})] },
    { done: true, eval_count: 3 },
  )
  assert.deepEqual(parsed(endLine(whole, true)), {
    ...{ model: 'm', created_at: 'now', done: true, eval_count: 3 },
    message: { role: 'assistant', content: '', thinking: '' },
  })
})

test("new lines are in the engine's form", () => {
  const head = { model: 'm', createdAt: new Date('2026-11-23T00:00:00Z') }
  const call = {
    id: 'c',
    index: 1,
    name: 'f',
    arguments: { a: '1' },
    side: 'device',
    status: 'offered',
  } as const
  const sent = parsed(makeCallsLine(head, [call]))
  assert.deepEqual([sent.model, sent.done], ['m', false])
  assert.equal(sent.created_at, '2026-11-23T00:00:00.000Z')
  assert.deepEqual(sent.message, {
    ...{ role: 'assistant', content: '' },
    tool_calls: [{ id: 'c', function: { index: 1, name: 'f', arguments: { a: '1' } } }],
  })
  const end = parsed(makeEndLine(head))
  assert.deepEqual([end.model, end.done, end.done_reason], ['m', true, 'stop'])
  assert.deepEqual(end.message, { role: 'assistant', content: '' })
})

test('a line that chatterd makes is one line also for readers that end lines at other characters; one that it passes on stays as it is', () => {
  const text = 'a\u2028b\u2029c\u0085d'
  const escaped = 'a\\u2028b\\u2029c\\u0085d'
  const args = { a: text }
  const whole = line({ role: 'assistant', content: '', tool_calls: [engineCall('f', args)] })
  const half = line({ role: 'assistant', content: text, tool_calls: [engineCall('f', args)] })
  const head = { model: 'm', createdAt: new Date(0) }
  for (const made of [
    callsLine(half, [logged(0, args)]),
    textLine(half, text),
    makeTextLine(head, { content: text }),
    makeCallsLine(head, [{ id: 'c', index: 0, name: 'f', arguments: args }]),
  ])
    assert.ok(made.includes(escaped) && !/[\u0085\u2028\u2029]/.test(made), made)
  assert.equal(callsLine(whole, [logged(0, args)]), whole)
})
