import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { checkBounds, PromptBody, promptSettings, promptTools } from './prompt-body.ts'

const user = { role: 'user' as const, content: 'What is the weather?' }
const body: PromptBody = { appID: 'edu.umich.app', model: 'qwen3:0.6b', messages: [user] }
const isValid = new Ajv().compile(PromptBody)

test('what phones send is a valid body', () => {
  assert.ok(isValid(body))
  const parameters = { type: 'object', properties: {}, required: [] }
  const tools = [{ type: 'function', function: { name: 'get_location', description: 'Where', parameters } }]
  assert.ok(isValid({ ...body, stream: true, tools, options: { seed: 1 }, think: 'low', keep_alive: '5m' }))
  const call = { id: 'c', type: 'function', function: { index: 0, name: 'f', arguments: '{}' } }
  const messages = [
    user,
    { role: 'assistant', content: '', tool_calls: [call] },
    { role: 'tool', content: 'x' },
  ]
  assert.ok(isValid({ ...body, messages }))
  assert.ok(isValid({ ...body, messages: [], format: 'json', unknown: true }))
})

test('a body without a conversation, a model or messages is not valid', () => {
  for (const field of ['appID', 'model', 'messages']) {
    assert.ok(!isValid({ ...body, [field]: undefined }), `no ${field}`)
    assert.ok(!isValid({ ...body, [field]: 7 }), `${field} is a number`)
  }
  assert.ok(!isValid({ ...body, model: '' }))
  assert.ok(!isValid({ ...body, messages: [{ role: 'robot', content: 'Hi' }] }))
  assert.ok(!isValid({ ...body, messages: [{ role: 'user', content: 7 }] }))
  assert.ok(!isValid({ ...body, tools: [{ type: 'function', function: {} }] }))
})

test("a conversation's name has 1 to 155 characters, whatever they are, but no U+0000", () => {
  for (const appID of [
    'x',
    'x'.repeat(155),
    '🎈'.repeat(155),
    'zwei Wörter',
    '../../etc',
    "'; drop table",
    '\n',
  ])
    assert.ok(isValid({ ...body, appID }), appID)
  for (const appID of ['', 'x'.repeat(156), 'a\u0000b']) assert.ok(!isValid({ ...body, appID }), appID)
})

test('a request with more messages or tools than allowed is refused', () => {
  const tool = { function: { name: 'f' } }
  const full = { ...body, messages: [user, user], tools: [tool, tool] }
  checkBounds(full, { maxMessages: 2, maxTools: 2 })
  checkBounds(body, { maxMessages: 1, maxTools: 0 })
  assert.throws(() => checkBounds(full, { maxMessages: 1, maxTools: 2 }), {
    code: 'invalid-request',
    message: /has 2 messages; 1 are allowed \(setting CHATTERD_MAX_MESSAGES\)/,
  })
  assert.throws(() => checkBounds(full, { maxMessages: 2, maxTools: 1 }), {
    code: 'invalid-request',
    message: /has 2 tools; 1 are allowed \(setting CHATTERD_MAX_TOOLS\)/,
  })
})

test("the engine's settings are passed on as they are, without absent ones", () => {
  assert.deepEqual(promptSettings(body), {})
  const given = {
    ...{ options: { temperature: 0 }, format: { type: 'object' }, think: false, keep_alive: 0 },
    ...{ logprobs: true, top_logprobs: 3, shift: false, truncate: true },
  }
  assert.deepEqual(promptSettings({ ...body, ...given, stream: true }), given)
})

test('the tools are undefined where the body has no list, and an empty list where it has one', () => {
  assert.equal(promptTools(body), undefined)
  assert.deepEqual(promptTools({ ...body, tools: [] }), [])
  const inputSchema = { type: 'object' }
  assert.deepEqual(
    promptTools({ ...body, tools: [{ function: { name: 'f' } }, { name: 'g', inputSchema }] }),
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'function', function: { name: 'g', parameters: inputSchema } },
    ],
  )
})
