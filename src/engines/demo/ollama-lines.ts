import { setTimeout } from 'node:timers/promises'
import type { JsonObject } from '../../protocol/json.ts'
import type { DemoCall, DemoReply } from './decide-reply.ts'

/** A reply, and how it is written in Ollama's lines. */
export interface OllamaAnswer {
  model: string
  /** What was asked. Only its words are counted. */
  prompt: string
  /** Undefined where nothing was asked: Ollama then only loads the model. */
  reply: DemoReply | undefined
  /** The field of a line that holds text and a call: `message` for `/api/chat`, `response` for `/api/generate`. */
  field: (text: string, call?: DemoCall) => JsonObject
  /** False: one line. */
  stream: boolean
  /** Pause after each word, in milliseconds. */
  tokenDelayMs: number
}

/**
 * Yields the lines, without line ends: one for each word, one for a call, and the last with `done`. Throws the reason of
 * `signal` when that aborts.
 */
export async function* ollamaLines(
  { model, prompt, reply, field, stream, tokenDelayMs }: OllamaAnswer,
  signal: AbortSignal,
): AsyncGenerator<string, undefined> {
  const startedMs = performance.now()
  const { text, call } = reply ?? { text: '' }
  const words = wordsOf(text)
  const line = (fields: JsonObject, done: boolean): string => {
    signal.throwIfAborted()
    return JSON.stringify({ model, created_at: new Date().toISOString(), ...fields, done })
  }

  if (stream) {
    for (const word of words) {
      yield line(field(word), false)
      // It rejects with an error of its own when the signal aborts; the next line throws the signal's reason.
      if (tokenDelayMs > 0) await setTimeout(tokenDelayMs, undefined, { signal }).catch(() => undefined)
    }
    if (call !== undefined) yield line(field('', call), false)
  }
  const nanoseconds = Math.round((performance.now() - startedMs) * 1e6)
  const counts = {
    done_reason: reply === undefined ? 'load' : 'stop',
    total_duration: nanoseconds,
    load_duration: 0,
    // Words, where a model counts tokens.
    prompt_eval_count: wordsOf(prompt).length,
    prompt_eval_duration: 0,
    eval_count: words.length,
    eval_duration: nanoseconds,
  }
  yield line({ ...(stream ? field('') : field(text, call)), ...counts }, true)
}

/** Each with the space before it, as models stream them. */
function wordsOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}
