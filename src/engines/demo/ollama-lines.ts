import { setTimeout } from 'node:timers/promises'
import type { JsonObject } from '../../protocol/json.ts'
import type { DemoCall, DemoReply } from './decide-reply.ts'

/** A reply, and the form of Ollama's lines for it. */
export interface OllamaOutput {
  model: string
  /** The text of the prompt. Only its words are counted. */
  prompt: string
  /** Undefined for an empty prompt, with which Ollama only loads the model. */
  reply: DemoReply | undefined
  /** Makes the member of a line that holds text and a call: `message` for `/api/chat`, `response` for `/api/generate`. */
  field: (text: string, call?: DemoCall) => JsonObject
  /** False: the whole reply is one line. */
  stream: boolean
  /** Pause after each word, in milliseconds. */
  tokenDelayMs: number
}

/**
 * Yields the lines without line ends: one for each word, one for the call, and the last with `done`. Throws the reason of
 * `signal` when it aborts.
 */
export async function* ollamaLines(
  { model, prompt, reply, field, stream, tokenDelayMs }: OllamaOutput,
  signal: AbortSignal,
): AsyncGenerator<string, undefined> {
  const startedMs = performance.now()
  const { text, call } = reply ?? { text: '' }
  const words = splitWords(text)
  const line = (fields: JsonObject, done: boolean): string => {
    signal.throwIfAborted()
    return JSON.stringify({ model, created_at: new Date().toISOString(), ...fields, done })
  }

  if (stream) {
    for (const word of words) {
      yield line(field(word), false)
      // After an abort the next line throws the signal's reason, not the timer's own error.
      if (tokenDelayMs > 0) await setTimeout(tokenDelayMs, undefined, { signal }).catch(() => undefined)
    }
    if (call !== undefined) yield line(field('', call), false)
  }
  const nanoseconds = Math.round((performance.now() - startedMs) * 1e6)
  const counts = {
    done_reason: reply === undefined ? 'load' : 'stop',
    total_duration: nanoseconds,
    load_duration: 0,
    // Words take the place of tokens.
    prompt_eval_count: splitWords(prompt).length,
    prompt_eval_duration: 0,
    eval_count: words.length,
    eval_duration: nanoseconds,
  }
  yield line({ ...(stream ? field('') : field(text, call)), ...counts }, true)
}

/** Each word with the space before it, as models stream text. */
function splitWords(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}
