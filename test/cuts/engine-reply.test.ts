import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { ChatterdError } from '../../src/protocol/errors.ts'
import type { ChatRequest, EnginePart } from '../../src/turn/ports/engine.ts'
import { startEngine } from '../support/ollama/ollama-engine.ts'
import { chatAnswers } from '../support/ollama/recordings.ts'
import { testSize } from '../support/test-size.ts'

const unaborted = new AbortController().signal
const request: ChatRequest = {
  ...{ model: 'any:test', messages: [{ role: 'user', content: 'cut' }], tools: [], settings: {} },
  stream: true,
}

/** How a stream can end too early: its connection breaks, or the engine ends its response as if it were whole. */
const ends: Record<string, (response: ServerResponse, bytes: Buffer) => void> = {
  'breaks off': (response, bytes) => response.write(bytes, () => response.destroy()),
  'ends without an error': (response, bytes) => response.end(bytes),
}

/** Prompts at once. */
const atOnce = 8
/** Replies with calls are broken off at the most positions. */
const strideOf = (answer: Buffer) => testSize[answer.includes('tool_calls') ? 'cutEvery' : 'socketCutEvery']

for (const { name, contentType, answer } of chatAnswers) {
  for (const [how, end] of Object.entries(ends)) {
    test(`the engine's reply "${name}", which ${how} anywhere, is whole or a failure, and has no incomplete part`, async (t) => {
      // The number of bytes comes as the model's name, so that many can be requested at once.
      const engine = await startEngine(t, async (incoming, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of incoming) chunks.push(chunk)
        // Of a prompt that is slow to be answered, it is asked whether its model is loaded.
        if (incoming.url !== '/api/chat') return response.writeHead(404).end()
        const { model } = JSON.parse(Buffer.concat(chunks).toString())
        const bytes = answer.subarray(0, Number(model))
        response.writeHead(200, { 'content-type': contentType })
        if (bytes.length === 0) response.flushHeaders()
        end(response, bytes)
      })
      const ask = async (bytes: number) => {
        const parts: EnginePart[] = []
        try {
          for await (const batch of engine.chat({ ...request, model: `${bytes}` }, unaborted))
            parts.push(...batch)
          return { parts, code: 'whole' }
        } catch (error) {
          assert.ok(error instanceof ChatterdError, `after ${bytes} bytes: ${error}`)
          return { parts, code: error.code }
        }
      }
      const whole = await ask(answer.length)
      const check = async (bytes: number) => {
        const { parts, code } = await ask(bytes)
        assert.deepEqual(parts, whole.parts.slice(0, parts.length), `after ${bytes} bytes`)
        if (code === 'whole') assert.equal(parts.length, whole.parts.length, `after ${bytes} bytes`)
        else assert.match(code, /^engine-/, `after ${bytes} bytes`)
        // Its last line, with `done`, is missing: it cannot be whole.
        if (bytes < answer.length - 2) assert.notEqual(code, 'whole', `after ${bytes} bytes`)
      }
      const stride = strideOf(answer)
      const lengths = Array.from({ length: Math.ceil(answer.length / stride) }, (_, index) => index * stride)
      while (lengths.length > 0) await Promise.all(lengths.splice(0, atOnce).map(check))
    })
  }
}
