import { randomBytes } from 'node:crypto'
import { ChatterdError } from '../../protocol/errors.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { ChatRequest, Engine, EngineModel, EnginePart, RawAnswer } from '../../turn/engine.ts'
import { parseLine } from '../ollama/parse-line.ts'
import { type DemoReply, decideReply } from './decide-reply.ts'
import { ollamaLines, type ToldReply } from './ollama-lines.ts'

export interface DemoOptions {
  /** Pause after each word, in milliseconds. Default 20. */
  tokenDelayMs?: number
}

const demo: EngineModel = { name: 'demo', capabilities: ['completion', 'tools'] }

/**
 * A small stand-in for where there is no Ollama. Its only model, `demo`, picks offered tools by the words of the prompt, and
 * says that it is no language model.
 */
export function createDemoEngine({ tokenDelayMs = 20 }: DemoOptions = {}): Engine {
  return {
    name: 'demo',
    chat: (request, signal) => chat(request, tokenDelayMs, signal),
    generate: async (body, signal) => generate(body, tokenDelayMs, signal),
    models: async () => [demo],
    model: async (name) => (isDemo(name) ? demo : undefined),
    loadedContext: async () => undefined,
    close: async () => undefined,
  }
}

async function* chat(
  request: ChatRequest,
  tokenDelayMs: number,
  signal: AbortSignal,
): AsyncGenerator<EnginePart[]> {
  const { model, messages, tools, stream } = request
  signal.throwIfAborted()
  if (!isDemo(model)) throw new ChatterdError('unknown-model', noSuchModel(model))
  const told: ToldReply = {
    model,
    // Ollama takes an empty list for "load the model", and answers nothing.
    reply: messages.length > 0 ? withHint(decideReply(messages, tools)) : { text: '' },
    reason: messages.length > 0 ? 'stop' : 'load',
    prompt: messages.map(({ content }) => content).join(' '),
    carry: chatFields,
    stream,
    tokenDelayMs,
  }
  for await (const line of ollamaLines(told, signal)) yield [parseLine(line)]
}

function generate(body: JsonObject, tokenDelayMs: number, signal: AbortSignal): RawAnswer {
  signal.throwIfAborted()
  const model = String(body.model ?? '')
  if (!isDemo(model)) {
    const error = JSON.stringify({ error: noSuchModel(model) })
    return { status: 404, contentType: 'application/json; charset=utf-8', body: encoded([error]) }
  }
  const prompt = typeof body.prompt === 'string' ? body.prompt : ''
  const stream = body.stream !== false
  const told: ToldReply = {
    model,
    reply: prompt === '' ? { text: '' } : decideReply([{ role: 'user', content: prompt }], []),
    reason: prompt === '' ? 'load' : 'stop',
    prompt,
    carry: (response) => ({ response }),
    stream,
    tokenDelayMs,
  }
  const contentType = stream ? 'application/x-ndjson' : 'application/json; charset=utf-8'
  return { status: 200, contentType, body: encoded(ollamaLines(told, signal)) }
}

function withHint(reply: DemoReply): DemoReply {
  return reply.hint === undefined ? reply : { text: `${reply.text}\n${reply.hint}` }
}

async function* encoded(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield Buffer.from(`${line}\n`)
}

function chatFields(content: string, call?: DemoReply['call']): JsonObject {
  const message: JsonObject = { role: 'assistant', content }
  if (call !== undefined) {
    message.tool_calls = [{ id: `call_${randomBytes(4).toString('hex')}`, function: { index: 0, ...call } }]
  }
  return { message }
}

/** True for the name of its model. */
export function isDemo(model: string): boolean {
  return model === 'demo' || model === 'demo:latest'
}

function noSuchModel(model: string): string {
  return `There is no model "${model}": no Ollama answered, so the demo engine serves, and its only model is "demo". Start Ollama (https://ollama.com) for real ones.`
}
