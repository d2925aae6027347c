import type { Call } from '../../../protocol/call.ts'
import type { CallStart } from '../../../protocol/events.ts'
import { parseExact } from '../../../protocol/exact-json.ts'
import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import type { Logprob } from '../../../protocol/logprobs.ts'
import type { FinishReason, Usage } from '../../../protocol/message.ts'
import { asOneLine } from '../../json-line.ts'

/** The line reduced to its text, for a line whose calls or end are sent later. */
export function textLine(line: string, text = '', thinking = ''): string {
  const { model, created_at, message } = parse(line)
  const role = (isJsonObject(message) ? message.role : undefined) ?? 'assistant'
  const reduced = { role, content: text, ...(thinking && { thinking }) }
  return newLine({ model, created_at, message: reduced, done: false })
}

/** A call as the log has it. */
type CalledTool = Pick<CallStart, 'callId' | 'name' | 'arguments'>

/** The line with only a part of its text: the rest has become calls. */
export function cutLine(line: string, text = ''): string {
  const parsed = parse(line)
  const message = isJsonObject(parsed.message) ? parsed.message : {}
  return newLine({ ...parsed, message: { ...message, content: text } })
}

/**
 * The line reduced to its device calls, with the arguments coerced to the device's schemas. Its text has been sent before, and its
 * end, where it has one, is sent later. Byte for byte the engine's line where nothing has to change.
 */
export function callsLine(line: string, offered: readonly { call: CalledTool; position: number }[]): string {
  const parsed = parse(line)
  const message = isJsonObject(parsed.message) ? parsed.message : {}
  const engineCalls = Array.isArray(message.tool_calls) ? message.tool_calls : []
  const calls = offered.map(({ call, position }) => asLogged(engineCalls[position], call, position))
  const same = JSON.stringify(calls) === JSON.stringify(engineCalls)
  if (same && !message.content && !message.thinking && parsed.done !== true) return line
  const reduced = { ...message, ...withoutText(message), tool_calls: calls }
  return newLine({ ...parsed, message: reduced, ...(parsed.done === true && { done: false }) })
}

/** The last line of a step's reply; where the step had calls, without the text and the calls, which were sent before. */
export function endLine(line: string, stepHasCalls: boolean): string {
  if (!stepHasCalls) return line
  const parsed = parse(line)
  const message = isJsonObject(parsed.message) ? parsed.message : {}
  if (!message.content && !message.thinking && !message.tool_calls) return line
  const { tool_calls: _, ...rest } = message
  return newLine({ ...parsed, message: { ...rest, ...withoutText(message) } })
}

/** Members of the lines that chatterd makes itself. A replay has the same ones, and so the same bytes. */
export interface LineHead {
  model: string
  createdAt: Date
}

/** A new line in the engine's form, with calls. */
export function makeCallsLine(
  head: LineHead,
  calls: readonly Pick<Call, 'id' | 'index' | 'name' | 'arguments'>[],
): string {
  const tool_calls = calls.map(({ id, index, name, arguments: args }) => ({
    id,
    function: { index, name, arguments: args },
  }))
  return makeLine(head, { tool_calls }, { done: false })
}

/** A new line in the engine's form, with a piece of the reply. */
export function makeTextLine(head: LineHead, piece: { content: string } | { thinking: string }): string {
  return makeLine(head, piece, { done: false })
}

/** A new line in the engine's form with the log probabilities of tokens, whose text has been sent before. */
export function makeLogprobsLine(head: LineHead, given: readonly Logprob[]): string {
  const logprobs = given.map(({ topLogprobs, ...own }) => ({
    ...own,
    ...(topLogprobs && { top_logprobs: topLogprobs }),
  }))
  return makeLine(head, {}, { done: false, logprobs })
}

/** A new line in the engine's form that ends a stream. Its times are in nanoseconds, as Ollama's are. */
export function makeEndLine(head: LineHead, usage: Usage = {}, finishReason?: FinishReason): string {
  const { promptTokens, outputTokens, promptMs, outputMs, loadMs, totalMs } = usage
  return makeLine(
    head,
    {},
    {
      ...{ done: true, done_reason: finishReason === 'length' ? 'length' : 'stop' },
      ...{ total_duration: nanoseconds(totalMs), load_duration: nanoseconds(loadMs) },
      ...{ prompt_eval_count: promptTokens, eval_count: outputTokens },
      prompt_eval_duration: nanoseconds(promptMs),
      eval_duration: nanoseconds(outputMs),
    },
  )
}

function nanoseconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1e6)
}

function makeLine({ model, createdAt }: LineHead, message: object, end: object): string {
  return newLine({
    model,
    created_at: createdAt.toISOString(),
    message: { role: 'assistant', content: '', ...message },
    ...end,
  })
}

/** The engine's call, with the id, the name and the arguments of the log. Where the model wrote it as text, the line has none. */
function asLogged(
  call: unknown,
  { callId, name, arguments: args }: CalledTool,
  position: number,
): JsonObject {
  if (!isJsonObject(call)) return { id: callId, function: { index: position, name, arguments: args } }
  const called = isJsonObject(call.function) ? call.function : {}
  return {
    ...call,
    ...('id' in call && { id: callId }),
    function: { ...called, name, arguments: args },
  }
}

/** A line that chatterd writes; those that it passes on stay as they are. */
function newLine(value: object): string {
  return asOneLine(JSON.stringify(value))
}

function withoutText(message: JsonObject): JsonObject {
  return { content: '', ...('thinking' in message && { thinking: '' }) }
}

function parse(line: string): JsonObject {
  const parsed = parseExact(line)
  return isJsonObject(parsed) ? parsed : {}
}
