import { setTimeout } from 'node:timers/promises'
import type { JsonObject } from '../../protocol/json.ts'
import type { DemoReply } from './decide-reply.ts'

/** An answer that is to be told in Ollama's lines. */
export interface ToldReply {
  model: string
  reply: DemoReply
  /** Ollama's word for why the answer ended: `stop`, or `load` where nothing was asked. */
  reason: string
  /** What was asked; it is only counted. */
  prompt: string
  /** The field of a line that carries a piece, as `/api/chat` or `/api/generate` has it. */
  carry: (text: string, call?: DemoReply['call']) => JsonObject
  /** False: one line. */
  stream: boolean
  /** Pause after each word, in milliseconds. */
  tokenDelayMs: number
}

/** Yields the lines, without line ends, a word at a time. Throws the reason of `signal` when that aborts. */
export async function* ollamaLines(told: ToldReply, signal: AbortSignal): AsyncGenerator<string, undefined> {
  const { reply, carry, tokenDelayMs } = told
  const startedMs = performance.now()
  const words = wordsOf(reply.text)
  const line = (fields: JsonObject, done: boolean): string =>
    JSON.stringify({ model: told.model, created_at: new Date().toISOString(), ...fields, done })

  signal.throwIfAborted()
  if (told.stream) {
    for (const word of words) {
      yield line(carry(word), false)
      await pause(tokenDelayMs, signal)
    }
    if (reply.call !== undefined) yield line(carry('', reply.call), false)
    signal.throwIfAborted()
  }
  const last = told.stream ? carry('') : carry(reply.text, reply.call)
  yield line({ ...last, ...counts(told, words.length, performance.now() - startedMs) }, true)
}

// The demo counts words where a model counts tokens. Durations are nanoseconds.
function counts({ reason, prompt }: ToldReply, words: number, milliseconds: number): JsonObject {
  const nanoseconds = Math.round(milliseconds * 1e6)
  return {
    done_reason: reason,
    total_duration: nanoseconds,
    load_duration: 0,
    prompt_eval_count: wordsOf(prompt).length,
    prompt_eval_duration: 0,
    eval_count: words,
    eval_duration: nanoseconds,
  }
}

/** Each with the space before it, as models stream them. */
function wordsOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined)
  signal.throwIfAborted()
}
