import { parseLine } from '../../../src/engines/ollama/parse-line.ts'
import { parseExact } from '../../../src/protocol/exact-json.ts'
import type { JsonObject } from '../../../src/protocol/json.ts'
import type { ChatRequest, Engine, EnginePart } from '../../../src/turn/ports/engine.ts'

/** What happens in one reply: a batch of parts, an error that ends it, or silence until the turn is aborted. */
export type Scene = EnginePart[] | Error | 'silence'

export interface ScriptedEngine extends Engine {
  /** Its requests, in order. */
  readonly requests: ChatRequest[]
  /** Replies that have begun and have not ended, been aborted, or failed. */
  readonly open: number
}

export interface ScriptOptions {
  /** Called before each batch. */
  beforeBatch?: () => Promise<void> | void
  /** Called when a silence has begun. */
  onSilence?: () => void
  /** The largest context of its models. They are always loaded with less, as if for another program. */
  context?: number
  /** What its models can do; absent: it does not say. */
  capabilities?: string[]
}

/** Plays one script for each request, in order, and then the last one again and again. */
export function createScriptedEngine(
  scripts: readonly Scene[][],
  options: ScriptOptions = {},
): ScriptedEngine {
  const requests: ChatRequest[] = []
  let open = 0

  async function* chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<EnginePart[]> {
    const script = scripts[requests.length] ?? scripts.at(-1) ?? []
    // As an engine reads it: `structuredClone` cannot copy numbers that keep their text.
    requests.push(parseExact(JSON.stringify(request)) as unknown as ChatRequest)
    open += 1
    try {
      for (const scene of script) {
        await options.beforeBatch?.()
        signal.throwIfAborted()
        if (scene instanceof Error) throw scene
        if (scene === 'silence') await aborted(signal, options.onSilence)
        else yield scene
        signal.throwIfAborted()
      }
    } finally {
      open -= 1
    }
  }

  return {
    name: 'scripted',
    requests,
    get open() {
      return open
    },
    chat,
    generate: () => Promise.reject(new Error('the scripted engine generates nothing')),
    ping: async () => undefined,
    state: async () => ({ name: 'scripted', state: 'ready', since: '2026-01-01T00:00:00.000Z' }),
    models: async () => [{ name: 'm' }],
    model: async (name) => ({
      name,
      ...(options.context && { contextLength: options.context }),
      ...(options.capabilities && { capabilities: options.capabilities }),
    }),
    loadedContext: async () => 300,
    close: async () => undefined,
  }
}

async function aborted(signal: AbortSignal, onSilence?: () => void): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason))
  onSilence?.()
  return promise
}

/** The content of an Ollama line, for parts as the adapter makes them. */
export interface LineContent {
  text?: string
  thinking?: string
  calls?: JsonObject[]
  done?: boolean
  promptTokens?: number
  outputTokens?: number
}

let linesMade = 0

/** A part with the line of Ollama that it would come from. No two are the same. */
export function part({ text = '', thinking, calls, done = false, ...tokens }: LineContent): EnginePart {
  const { promptTokens, outputTokens } = tokens
  linesMade += 1
  const message = { role: 'assistant', content: text, thinking, tool_calls: calls }
  const counted = { prompt_eval_count: promptTokens, eval_count: outputTokens }
  const end = done ? { done, done_reason: 'stop', ...counted } : { done }
  return parseLine(JSON.stringify({ model: 'm', created_at: `line ${linesMade}`, message, ...end }))
}

/** A call in Ollama's form. */
export function call(name: string, args: JsonObject = {}, id?: string): JsonObject {
  return { ...(id !== undefined && { id }), function: { index: 0, name, arguments: args } }
}

/** A reply of only text. */
export function says(text: string): Scene[] {
  return [[part({ text })], [part({ done: true })]]
}

/** A reply of only calls, in one line. */
export function calls(...given: JsonObject[]): Scene[] {
  return [[part({ calls: given })], [part({ done: true })]]
}
