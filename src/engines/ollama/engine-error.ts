import { ChatterdError, type ErrorCode } from '../../protocol/errors.ts'
import type { JsonObject } from '../../protocol/json.ts'
import { type EngineError, excerpt, readEngineError } from './error-words.ts'

/** The error for an unsuccessful HTTP response of Ollama: a code of chatterd, and Ollama's words. `body` may be any text. */
export function statusError(status: number, body: string): ChatterdError {
  const error = readEngineError(body)
  // JSON without words is not quoted, and other text, such as a page of a proxy, only with its status.
  const isJson = /^\s*[[{]/.test(body)
  const quoted = isJson || body.trim() === '' ? '' : `: ${excerpt(body)}`
  const words = (isJson && error.words) || `Ollama responded with HTTP ${status}${quoted}`
  return engineError({ ...error, words, status })
}

/** The error for a line of a reply that is an error. */
export function lineError(line: JsonObject): ChatterdError {
  return engineError(readEngineError(line))
}

function engineError(error: EngineError): ChatterdError {
  const { words = 'Ollama sent an error without words', code, status } = error
  const named = code && [code, ...(status ? [`HTTP ${status}`] : [])].join(', ')
  // For the log: the words alone do not always name the status.
  const cause = status ? { cause: new Error(`HTTP ${status}`) } : {}
  return new ChatterdError(codeOf(error), named ? `${words} (${named})` : words, cause)
}

function codeOf({ words = '', code = '', status }: EngineError): ErrorCode {
  if (overflowCodes.has(code) || overflowWords.some((pattern) => pattern.test(words)))
    return 'context-overflow'
  if (status === 404) return 'unknown-model'
  if (status === 429 || status === 503) return 'engine-busy'
  return status === 400 || refusals.test(words) ? 'engine-refused' : 'engine-failed'
}

/** Of llama.cpp; of OpenAI, and servers that speak as it does. */
const overflowCodes = new Set(['exceed_context_size_error', 'context_length_exceeded'])

const overflowWords = [
  // Ollama: "the input length exceeds the context length". Its runners and llama.cpp: "exceeds the available context size".
  /exceed\w* .*\bcontext (length|size|window)/i,
  // MLX in LM Studio: "Context size has been exceeded".
  /\bcontext (length|size|window) .*exceeded/i,
  // vLLM: "This model's maximum context length is 4096 tokens. However, you requested …"; "is longer than the maximum model length".
  /\bmaximum (context|model) length\b/i,
  // vLLM: "The prompt (total length 9000) is too long to fit into the model (context length 4096)".
  /\bprompt\b.* too long\b/i,
  // LM Studio: "when context the overflows"; "is greater than the context length"; "Reached context length of 4096 tokens".
  /\b(context the overflows|greater than the context length|reached context length)\b/i,
  // LM Studio: "Cannot truncate prompt with n_keep (9000) >= n_ctx (4096)".
  /\bn_keep\b.*>= n_ctx\b/,
]

/** Ollama answers these mistakes of a client with HTTP 500, or in the stream. */
const refusals = /^(option "[^"]*" must be of type|invalid format\b|invalid option)/
