import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRequest, EnginePart } from '../../turn/ports/engine.ts'
import { createDemoEngine } from './demo-engine.ts'

const engine = createDemoEngine({ tokenDelayMs: 0 })
const unaborted = new AbortController().signal

async function chat(changes: Partial<ChatRequest> = {}): Promise<EnginePart[]> {
  const request: ChatRequest = {
    model: 'demo',
    messages: [{ role: 'user', content: 'What time is it?' }],
    tools: [{ type: 'function', function: { name: 'get_time' } }],
    stream: true,
    settings: {},
  }
  return (await collect(engine.chat({ ...request, ...changes }, unaborted))).flat()
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}

test('its only model is demo, which can call tools', async () => {
  assert.deepEqual(await engine.models(), [{ name: 'demo', capabilities: ['completion', 'tools'] }])
  assert.equal((await engine.model('demo:latest'))?.name, 'demo')
})

test('it takes the place of any other model, and says so', async () => {
  const text = (await chat({ model: 'qwen3' })).map((part) => part.text ?? '').join('')
  assert.match(text, /I am the demo engine: no language model.*I take the place of "qwen3" until then\./s)
  assert.deepEqual(await engine.model('qwen3'), { name: 'qwen3', capabilities: ['completion', 'tools'] })
  const own = (await chat()).map((part) => part.text ?? '').join('')
  assert.doesNotMatch(own, /take the place/)
})

test('a reply has one line for each word, and one for the call before the last line', async () => {
  const parts = await chat()
  const [call] = parts.at(-2)?.calls ?? []
  assert.match(call?.id ?? '', /^call_/)
  assert.equal(call?.name, 'get_time')
  for (const part of parts.slice(0, -3)) assert.match(part.text ?? '', /^\s*\S+$/)
})

test('without streaming, text and call are in one line', async () => {
  const [part] = await chat({ stream: false })
  assert.ok(part?.text && part.calls?.length === 1 && part.done)
})

test('an empty list of messages loads the model, as with Ollama', async () => {
  const [part, ...rest] = await chat({ messages: [] })
  assert.deepEqual([part?.text, part?.done?.reason, rest], [undefined, 'load', []])
})

test('generate without streaming is one object', async () => {
  const body = { model: 'demo', prompt: 'Hello', stream: false }
  const response = await engine.generate(body, unaborted)
  assert.match(response.contentType, /^application\/json/)
  const { response: text, done } = JSON.parse(Buffer.concat(await collect(response.body)).toString())
  assert.match(text, /no language model.*You said: "Hello"/s)
  assert.equal(done, true)
})
