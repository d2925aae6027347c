import { randomBytes } from 'node:crypto'
import type { JsonObject } from '../../protocol/json.ts'
import { suggestedModel } from '../../protocol/suggested-model.ts'
import type { Engine, EngineModel } from '../../turn/ports/engine.ts'
import { parseLine } from '../ollama/parse-line.ts'
import { type DemoCall, decideReply } from './decide-reply.ts'
import { ollamaLines } from './ollama-lines.ts'

const demo: EngineModel = { name: 'demo', capabilities: ['completion', 'tools'] }

/**
 * A small stand-in for Ollama. Its only model, `demo`, picks the offered tools by the words of the newest user message, and
 * says that it is not a language model. It takes the place of any other model too, and says so: apps name the model that they are to
 * have one day. `tokenDelayMs` is the pause after each word, in milliseconds.
 */
export function createDemoEngine({ tokenDelayMs = 20 } = {}): Engine {
  const since = new Date().toISOString()
  return {
    name: 'demo',
    async *chat({ model, messages, tools, mustCall, stream }, signal) {
      signal.throwIfAborted()
      const reply =
        messages.length > 0
          ? decideReply(messages, tools, { otherModel: otherModel(model), mustCall })
          : undefined
      const prompt = messages.map(({ content }) => content).join(' ')
      const output = { model, prompt, reply, field: messageField, stream, tokenDelayMs }
      for await (const line of ollamaLines(output, signal)) yield [parseLine(line)]
    },
    async generate(body, signal) {
      signal.throwIfAborted()
      const model = String(body.model ?? '')
      const json = 'application/json; charset=utf-8'
      const prompt = typeof body.prompt === 'string' ? body.prompt : ''
      const reply =
        prompt === ''
          ? undefined
          : decideReply([{ role: 'user', content: prompt }], [], { otherModel: otherModel(model) })
      const stream = body.stream !== false
      const field = (response: string): JsonObject => ({ response })
      const output = { model, prompt, reply, field, stream, tokenDelayMs }
      const contentType = stream ? 'application/x-ndjson' : json
      return { status: 200, contentType, body: encode(ollamaLines(output, signal)) }
    },
    ping: async () => undefined,
    state: async () => ({ name: 'demo', state: 'ready', since, detail: whatItIs }),
    models: async () => [demo],
    model: async (name) => (isDemo(name) ? demo : { ...demo, name }),
    loadedContext: async () => undefined,
    close: async () => undefined,
  }
}

const whatItIs = [
  'This is the demo engine, a small stand-in and not a language model. For a real one, install Ollama, and load a model:',
  'curl -fsSL https://ollama.com/install.sh | sh',
  `ollama pull ${suggestedModel}`,
].join('\n')

/** True for the name of the demo engine's model. */
export function isDemo(model: string): boolean {
  return model === 'demo' || model === 'demo:latest'
}

function otherModel(model: string): string | undefined {
  return isDemo(model) ? undefined : model
}

function messageField(content: string, call?: DemoCall): JsonObject {
  if (call === undefined) return { message: { role: 'assistant', content } }
  const id = `call_${randomBytes(4).toString('hex')}`
  return { message: { role: 'assistant', content, tool_calls: [{ id, function: { index: 0, ...call } }] } }
}

async function* encode(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield Buffer.from(`${line}\n`)
}
