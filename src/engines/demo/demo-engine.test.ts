import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRequest, EnginePart } from '../../turn/engine.ts'
import { createDemoEngine } from './demo-engine.ts'

const engine = createDemoEngine({ tokenDelayMs: 0 })
const unaborted = new AbortController().signal
const getTime = { type: 'function', function: { name: 'get_time' } } as const
const request: ChatRequest = {
  model: 'demo',
  messages: [{ role: 'user', content: 'What time is it?' }],
  tools: [getTime],
  stream: true,
  settings: {},
}

async function collect(asked: Partial<ChatRequest> = {}): Promise<EnginePart[]> {
  const parts: EnginePart[] = []
  for await (const batch of engine.chat({ ...request, ...asked }, unaborted)) parts.push(...batch)
  return parts
}

test('its only model is demo, which can call tools', async () => {
  assert.deepEqual(await engine.models(), [{ name: 'demo', capabilities: ['completion', 'tools'] }])
  assert.equal((await engine.model('demo:latest'))?.name, 'demo')
})

test('another model is refused with words that tell why only demo is there', async () => {
  await assert.rejects(
    collect({ model: 'qwen3' }),
    /no model "qwen3": no Ollama answered.*only model is "demo"/,
  )
})

test('an answer comes a word a line, the call in a line of its own, before the last', async () => {
  const parts = await collect()
  const call = parts.at(-2)
  assert.match(call?.calls?.[0]?.id ?? '', /^call_/)
  assert.equal(call?.calls?.[0]?.name, 'get_time')
  for (const part of parts.slice(0, -3)) assert.match(part.text ?? '', /^\s*\S+$/)
})

test('without streaming, text and call are in one line', async () => {
  const [part] = await collect({ stream: false })
  assert.ok(part?.text && part.calls?.length === 1 && part.done)
})

test('an empty list of messages loads the model, as with Ollama', async () => {
  const parts = await collect({ messages: [] })
  assert.deepEqual(
    parts.map(({ text, done }) => [text, done?.reason]),
    [[undefined, 'load']],
  )
})

test('generate without streaming is one object', async () => {
  const { contentType, body } = await engine.generate(
    { model: 'demo', prompt: 'Hello', stream: false },
    unaborted,
  )
  assert.match(contentType, /^application\/json/)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  const answer = JSON.parse(Buffer.concat(chunks).toString())
  assert.match(answer.response, /no language model.*You said: "Hello"/s)
  assert.equal(answer.done, true)
})

test('an answer without a call ends with an example of what to type', async () => {
  const [part] = await collect({ stream: false, messages: [{ role: 'user', content: 'hello' }] })
  assert.match(part?.text ?? '', /get_time\.\nTry: "get_time"$/)
})
