import { ChatterdError, type ErrorCode } from '../../protocol/errors.ts'
import { isJsonObject } from '../../protocol/json.ts'
import { excerpt, wordsOf } from './parse-line.ts'

/** The error for an HTTP answer of Ollama that is no success: our code, Ollama's words. `body` may be any text. */
export function statusError(status: number, body: string): ChatterdError {
  const words = ollamaMessage(body)
  return new ChatterdError(
    codeOf(status, words ?? ''),
    words ?? `Ollama answered HTTP ${status}: ${excerpt(body.trim())}`,
  )
}

function codeOf(status: number, words: string): ErrorCode {
  if (status === 404) return 'unknown-model'
  if (status === 429 || status === 503) return 'engine-busy'
  if (status === 400) return speaksOfContext(words) ? 'context-overflow' : 'engine-refused'
  return 'engine-failed'
}

// "the input length exceeds the context length"; runners say "exceeds the available context size", "… maximum context length".
function speaksOfContext(words: string): boolean {
  return /exceed\w* .*\bcontext (length|size|window)/i.test(words)
}

function ollamaMessage(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isJsonObject(value) && value.error ? wordsOf(value.error) : undefined
  } catch {
    return undefined
  }
}
