import { ChatterdError } from '../../protocol/errors.ts'
import { parseExact } from '../../protocol/exact-json.ts'
import { isJsonObject, isTooDeep, type Json, type JsonObject, maxJsonDepth } from '../../protocol/json.ts'
import type { Usage } from '../../protocol/message.ts'
import type { EngineCall, EnginePart } from '../../turn/ports/engine.ts'
import { lineError } from './engine-error.ts'
import { excerpt, isErrorLine } from './error-words.ts'
import { readLogprobs } from './read-logprobs.ts'

/** Members and elements of a line with calls: 256 Ki characters of arguments, the most that a tool takes, seldom have a tenth of it. */
const maxLineValues = 50_000

/** The text of a JSON string without escapes. */
const plain = '[ !#-[\\]-\\uffff]*'
/** Nearly every line of Ollama. Read so, it takes at most a third of the time that it takes as JSON. */
const plainLine = new RegExp(
  `^\\{"model":"${plain}","created_at":"${plain}","message":\\{"role":"assistant","content":"(${plain})"(?:,"thinking":"(${plain})")?\\},"done":false\\}$`,
)

/**
 * Parses one line of Ollama's response to `/api/chat`. `line` is the line unchanged. Calls have their `arguments` unchanged,
 * and no `id` where Ollama (before 0.12.10) sends none.
 *
 * @throws ChatterdError for a line that is an error, with Ollama's words; `engine-failed` for a line that is not a JSON object
 *   (`cause` is the SyntaxError where it is not JSON); and for a call without a name or with too deep arguments.
 */
export function parseLine(line: string): EnginePart {
  const found = plainLine.exec(line)
  if (found) return textPart(line, found[1], found[2])
  const object = parseObject(line)
  if (isErrorLine(object)) throw lineError(object)
  const message = isJsonObject(object.message) ? object.message : {}
  const part = textPart(line, message.content, message.thinking)
  if (Array.isArray(message.tool_calls) && message.tool_calls.length > 0) {
    message.tool_calls.forEach(readCall)
    checkBounds(object)
    part.calls = exactCalls(line).map(readCall)
  }
  if (Array.isArray(object.logprobs) && object.logprobs.length > 0)
    part.logprobs = readLogprobs(object.logprobs)
  if (object.done === true) {
    part.done = {
      reason: typeof object.done_reason === 'string' ? object.done_reason : 'stop',
      usage: readUsage(object),
    }
  }
  return part
}

function textPart(line: string, content: unknown, thinking: unknown): EnginePart {
  const part: EnginePart = { line }
  if (typeof content === 'string' && content !== '') part.text = content
  if (typeof thinking === 'string' && thinking !== '') part.thinking = thinking
  return part
}

function parseObject(line: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    // What begins as JSON may be a part of a reply, which is nothing for errors and logs.
    const quoted = /^\s*[[{"]/.test(line) ? '' : `: ${excerpt(line)}`
    throw new ChatterdError('engine-failed', `Ollama sent a line that is no JSON${quoted}`, { cause })
  }
  if (!isJsonObject(value)) throw new ChatterdError('engine-failed', 'Ollama sent a line that is no object')
  return value
}

/** To keep all digits of numbers, code that visits each value, level by level, parses the line once more. */
function checkBounds(line: JsonObject): void {
  if (isTooDeep(line, 2 * maxJsonDepth))
    throw new ChatterdError(
      'engine-failed',
      `Ollama sent a line that has more than ${2 * maxJsonDepth} levels`,
    )
  if (hasMoreValues(line, maxLineValues))
    throw new ChatterdError('engine-failed', `Ollama sent calls with more than ${maxLineValues} values`)
}

/** True for more members and elements, all together. */
function hasMoreValues(value: Json, most: number): boolean {
  let left = most
  const count = (inner: Json): boolean => {
    if (typeof inner !== 'object' || inner === null) return false
    const members = Object.values(inner)
    left -= members.length
    return left < 0 || members.some(count)
  }
  return count(value)
}

/** The calls of a line that has some, with all digits of their numbers. */
function exactCalls(line: string): Json[] {
  const { message } = parseExact(line) as { message: { tool_calls: Json[] } }
  return message.tool_calls
}

function readCall(call: unknown): EngineCall {
  const called = isJsonObject(call) && isJsonObject(call.function) ? call.function : {}
  if (!isJsonObject(call) || typeof called.name !== 'string') {
    throw new ChatterdError('engine-failed', 'Ollama sent a tool call without a name')
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

function readUsage(object: JsonObject): Usage {
  const usage: Usage = {}
  if (isCount(object.prompt_eval_count)) usage.promptTokens = object.prompt_eval_count
  if (isCount(object.eval_count)) usage.outputTokens = object.eval_count
  if (isDuration(object.prompt_eval_duration)) usage.promptMs = object.prompt_eval_duration / 1e6
  if (isDuration(object.eval_duration)) usage.outputMs = object.eval_duration / 1e6
  if (isDuration(object.load_duration)) usage.loadMs = object.load_duration / 1e6
  if (isDuration(object.total_duration)) usage.totalMs = object.total_duration / 1e6
  return usage
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isDuration(value: unknown): value is number {
  return Number.isFinite(value) && Number(value) >= 0
}
