import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../../../protocol/call.ts'
import { JsonTexts } from '../../body/json-texts.ts'
import * as imports from './import-messages.ts'
import type { PostedMessage } from './prompt-body.ts'

const importMessages = (messages: PostedMessage[]) => imports.importMessages(messages, new JsonTexts(1_000))
const importResults = (messages: PostedMessage[]) => imports.importResults(messages, new JsonTexts(1_000))

const asks = (...calls: { id?: string; name: string; arguments?: unknown }[]): PostedMessage => ({
  role: 'assistant',
  content: '',
  tool_calls: calls.map(({ id, ...called }) => ({ ...(id !== undefined && { id }), function: called })),
})
const result = (content: string, given: Partial<PostedMessage> = {}): PostedMessage => ({
  ...{ role: 'tool', content },
  ...given,
})

function outcomes(messages: PostedMessage[]): [string, Call['status'], string | undefined][][] {
  return importMessages(messages).map(({ calls = [] }) =>
    calls.map(({ name, status, output }) => [name, status, output]),
  )
}

test('messages without calls are imported as they are', () => {
  const messages: PostedMessage[] = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'What is this?', images: ['aGk='] },
    { role: 'assistant', content: 'A cat.', thinking: 'Ears…' },
  ]
  assert.deepEqual(importMessages(messages), messages)
})

test('a message without content gets empty content', () => {
  assert.deepEqual(importMessages([{ role: 'user' }]), [{ role: 'user', content: '' }])
})

test('results go to the calls before them, in order', () => {
  assert.deepEqual(outcomes([asks({ name: 'a' }, { name: 'b' }), result('x'), result('y')]), [
    [
      ['a', 'answered', 'x'],
      ['b', 'answered', 'y'],
    ],
  ])
})

test('an id or a name decides which call a result goes to', () => {
  const calls = asks({ id: '1', name: 'a' }, { id: '2', name: 'b' }, { id: '3', name: 'b' })
  const results = [
    result('third', { tool_call_id: '3' }),
    result('second', { tool_name: 'b' }),
    result('first', { tool_name: 'a', tool_call_id: '1' }),
  ]
  assert.deepEqual(
    outcomes([calls, ...results])[0]?.map(([, , output]) => output),
    ['first', 'second', 'third'],
  )
})

test('a call without a result is superseded and has no output', () => {
  const [message] = importMessages([asks({ name: 'a', arguments: { city: 'Bonn' } })])
  const [call] = message?.calls ?? []
  assert.deepEqual(
    [call?.index, call?.side, call?.status, call?.arguments],
    [0, 'device', 'superseded', { city: 'Bonn' }],
  )
  assert.ok(!Object.hasOwn(call ?? {}, 'output'))
})

test('ids are kept, and made where there is none', () => {
  const [message] = importMessages([asks({ id: 'mine', name: 'a' }, { name: 'b' }, { name: 'c' })])
  const [first, ...others] = message?.calls ?? []
  assert.equal(first?.id, 'mine')
  assert.deepEqual(first.arguments, {})
  assert.ok(others.every(({ id }) => id.startsWith('call_')))
  assert.notEqual(others[0]?.id, others[1]?.id)
})

test('a result without a call is refused with an explanation', () => {
  const refused = { code: 'invalid-request', message: /must follow the call that it answers/ }
  const calls = asks({ id: '1', name: 'a' })
  assert.throws(() => importMessages([result('x')]), refused)
  assert.throws(() => importMessages([{ role: 'user', content: 'Hi' }, result('x')]), refused)
  assert.throws(() => importMessages([calls, result('x'), result('y')]), refused)
  assert.throws(() => importMessages([calls, result('x', { tool_call_id: '2' })]), refused)
  assert.throws(() => importMessages([calls, result('x', { tool_name: 'b' })]), refused)
  assert.throws(() => importMessages([calls, { role: 'user', content: 'Hi' }, result('x')]), refused)
})

test('arguments are an object, or its text as OpenAI has it', () => {
  for (const [given, expected] of [
    [{ a: 1 }, { a: 1 }],
    ['{"a": "1"}', { a: '1' }],
    ['', {}],
    [undefined, {}],
  ] as const)
    assert.deepEqual(
      importMessages([asks({ name: 'a', arguments: given })])[0]?.calls?.[0]?.arguments,
      expected,
    )
  for (const given of ['x', '[1]', 3, [1]])
    assert.throws(() => importMessages([asks({ name: 'a', arguments: given })]), {
      code: 'invalid-request',
      message: 'The arguments of a call of "a" must be one JSON object.',
    })
})

test('members that a role does not have are refused, not dropped', () => {
  const { tool_calls = [] } = asks({ name: 'a' })
  const calls = asks({ name: 'a' })
  const refusal = (words: RegExp) => ({ code: 'invalid-request', message: words })
  for (const role of ['user', 'system'] as const)
    assert.throws(
      () => importMessages([{ role, content: 'Hi', tool_calls }]),
      refusal(/cannot have tool_calls/),
    )
  assert.throws(() => importMessages([{ role: 'user', tool_name: 'a' }]), refusal(/cannot have tool_name/))
  assert.throws(
    () => importMessages([calls, result('x', { images: ['aGk='] })]),
    refusal(/cannot have images/),
  )
  assert.throws(
    () => importResults([result('x', { images: ['aGk='] })]),
    refusal(/"tool" cannot have images/),
  )
  assert.deepEqual(importMessages([{ role: 'user', content: 'Hi', tool_name: '', tool_calls: [] }]), [
    { role: 'user', content: 'Hi' },
  ])
})

const user = { role: 'user' as const, content: 'What is the weather?' }

test('a request whose last message is not a result has no results', () => {
  assert.equal(importResults([]), undefined)
  assert.equal(importResults([user]), undefined)
  assert.equal(importResults([{ role: 'system', content: 'Be brief.' }, user]), undefined)
})

test('results alone have an empty prefix', () => {
  assert.deepEqual(importResults([result('x'), result('y')]), {
    prefix: [],
    results: [{ content: 'x' }, { content: 'y' }],
  })
})

test('results after the messages of their prompt have these as prefix', () => {
  assert.deepEqual(importResults([user, result('x')]), { prefix: [user], results: [{ content: 'x' }] })
})

test('calls that a client repeats between the results are ignored', () => {
  const called = {
    role: 'assistant' as const,
    content: '',
    tool_calls: [{ id: 'c', function: { name: 'f' } }],
  }
  const given = { ...result('x'), tool_call_id: 'c', tool_name: 'f' }
  assert.deepEqual(importResults([user, called, given, called, result('y')]), {
    prefix: [user],
    results: [{ content: 'x', callId: 'c', name: 'f' }, { content: 'y' }],
  })
})

test('an empty list of calls counts as absent, because some clients always send one', () => {
  const prompt = { ...user, tool_calls: [] }
  assert.deepEqual(importResults([prompt, { ...result('x'), tool_calls: [] }]), {
    prefix: [user],
    results: [{ content: 'x' }],
  })
})

test('a history with results that ends with a question has no results', () => {
  const called = { role: 'assistant' as const, tool_calls: [{ function: { name: 'f' } }] }
  assert.equal(
    importResults([user, called, result('x'), { role: 'assistant', content: 'Sunny.' }, user]),
    undefined,
  )
})

test('arguments that come as texts have as many values as a body, all together, and as many levels', () => {
  const listOf = (values: number) => JSON.stringify({ list: Array(values - 1).fill(1.5) })
  const asked = (...texts: string[]) =>
    importMessages(texts.map((text) => asks({ name: 'f', arguments: text })))
  asked(listOf(500), listOf(500))
  assert.throws(() => asked(listOf(500), listOf(501)), { code: 'request-too-large' })
  assert.throws(() => asked(listOf(1_000_000)), { code: 'request-too-large' })
  assert.throws(() => asked(`{"a":${'['.repeat(200)}1${']'.repeat(200)}}`), { code: 'invalid-request' })
})
