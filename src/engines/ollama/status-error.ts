import { ChatterdError, type ErrorCode } from '../../protocol/errors.ts'
import { isJsonObject } from '../../protocol/json.ts'
import { errorText, excerpt } from './parse-line.ts'

/** The error for an unsuccessful HTTP response of Ollama: a code of chatterd and Ollama's message. `body` may be any text. */
export function statusError(status: number, body: string): ChatterdError {
  const message = ollamaMessage(body)
  return new ChatterdError(
    codeOf(status, message ?? ''),
    message ?? `Ollama responded with HTTP ${status}: ${excerpt(body.trim())}`,
  )
}

function codeOf(status: number, message: string): ErrorCode {
  if (status === 404) return 'unknown-model'
  if (status === 429 || status === 503) return 'engine-busy'
  if (status === 400) return isContextOverflow(message) ? 'context-overflow' : 'engine-refused'
  return 'engine-failed'
}

// Ollama: "the input length exceeds the context length". Its runners: "exceeds the available context size", "exceeds … maximum context length".
function isContextOverflow(message: string): boolean {
  return /exceed\w* .*\bcontext (length|size|window)/i.test(message)
}

function ollamaMessage(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isJsonObject(value) && value.error ? errorText(value.error) : undefined
  } catch {
    return undefined
  }
}
