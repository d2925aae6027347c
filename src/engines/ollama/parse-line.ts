import { ChatterdError } from '../../protocol/errors.ts'
import { isJsonObject, isTooDeep, type JsonObject, maxJsonDepth } from '../../protocol/json.ts'
import type { Usage } from '../../protocol/message.ts'
import type { EngineCall, EnginePart } from '../../turn/ports/engine.ts'

/**
 * Reads one line of Ollama's answer to `/api/chat`. The line itself is kept as it came. Calls keep their `arguments` as
 * given, and stay without `id` where Ollama (before 0.12.10) gave none.
 *
 * @throws ChatterdError `engine-failed`: an `error` line, in Ollama's words; what is no JSON object (`cause` is then the
 *   SyntaxError) or holds calls that cannot be read.
 */
export function parseLine(line: string): EnginePart {
  const answer = parseObject(line)
  if (answer.error !== undefined && answer.error !== null)
    throw new ChatterdError('engine-failed', wordsOf(answer.error))
  const message = isJsonObject(answer.message) ? answer.message : {}
  const part: EnginePart = { line }
  if (typeof message.content === 'string' && message.content !== '') part.text = message.content
  if (typeof message.thinking === 'string' && message.thinking !== '') part.thinking = message.thinking
  if (Array.isArray(message.tool_calls) && message.tool_calls.length > 0)
    part.calls = message.tool_calls.map(readCall)
  if (answer.done === true) {
    part.done = {
      reason: typeof answer.done_reason === 'string' ? answer.done_reason : 'stop',
      usage: readUsage(answer),
    }
  }
  return part
}

function parseObject(line: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new ChatterdError('engine-failed', `Ollama sent a line that is no JSON: ${excerpt(line)}`, {
      cause,
    })
  }
  if (!isJsonObject(value))
    throw new ChatterdError('engine-failed', `Ollama sent a line that is no object: ${excerpt(line)}`)
  return value
}

function readCall(call: unknown): EngineCall {
  const called = isJsonObject(call) && isJsonObject(call.function) ? call.function : {}
  if (!isJsonObject(call) || typeof called.name !== 'string') {
    throw new ChatterdError(
      'engine-failed',
      `Ollama sent a tool call without a name: ${excerpt(JSON.stringify(call))}`,
    )
  }
  if (isTooDeep(called.arguments)) {
    throw new ChatterdError(
      'engine-failed',
      `Ollama sent a call of ${called.name} whose arguments have more than ${maxJsonDepth} levels`,
    )
  }
  const read: EngineCall = { name: called.name, arguments: called.arguments }
  if (typeof call.id === 'string' && call.id !== '') read.id = call.id
  return read
}

function readUsage(answer: JsonObject): Usage {
  const usage: Usage = {}
  if (typeof answer.prompt_eval_count === 'number') usage.promptTokens = answer.prompt_eval_count
  if (typeof answer.eval_count === 'number') usage.outputTokens = answer.eval_count
  if (typeof answer.prompt_eval_duration === 'number') usage.promptMs = answer.prompt_eval_duration / 1e6
  if (typeof answer.eval_duration === 'number') usage.outputMs = answer.eval_duration / 1e6
  return usage
}

/** The words of an `error` field, which is a string in all that Ollama sends. */
export function wordsOf(error: unknown): string {
  if (typeof error === 'string') return error
  if (isJsonObject(error) && typeof error.message === 'string') return error.message
  return JSON.stringify(error)
}

/** The beginning of a text that is quoted in an error. */
export function excerpt(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
