import type { Call } from '../../../protocol/call.ts'
import type { CallStart } from '../../../protocol/events.ts'
import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import type { Usage } from '../../../protocol/message.ts'

/** The line's text alone, without its calls and its end. At least one of `text` and `thinking` is what the line holds. */
export function textLine(line: string, text = '', thinking = ''): string {
  const { model, created_at, message } = parse(line)
  const role = (isJsonObject(message) ? message.role : undefined) ?? 'assistant'
  const body = { role, content: text, ...(thinking && { thinking }) }
  return JSON.stringify({ model, created_at, message: body, done: false })
}

/**
 * The line with only those calls that are for the device, their arguments as coerced toward its schemas; byte for byte as
 * it came, where that is the same. Its text has been told already, and its end, if it has one, is told later.
 */
export function callsLine(
  line: string,
  offered: readonly { call: Pick<CallStart, 'callId' | 'arguments'>; position: number }[],
): string {
  const parsed = parse(line)
  const message = isJsonObject(parsed.message) ? parsed.message : {}
  const asked = Array.isArray(message.tool_calls) ? message.tool_calls : []
  const calls = offered.map(({ call, position }) => asLogged(asked[position], call))
  const same = JSON.stringify(calls) === JSON.stringify(asked)
  if (same && !message.content && !message.thinking && parsed.done !== true) return line
  const told = { ...message, ...withoutText(message), tool_calls: calls }
  return JSON.stringify({ ...parsed, message: told, ...(parsed.done === true && { done: false }) })
}

/** The line that ends the answer of a step; where the step had calls, without the text and calls that were told before it. */
export function endLine(line: string, stepHasCalls: boolean): string {
  if (!stepHasCalls) return line
  const parsed = parse(line)
  const message = isJsonObject(parsed.message) ? parsed.message : {}
  if (!message.content && !message.thinking && !message.tool_calls) return line
  const { tool_calls: _, ...rest } = message
  return JSON.stringify({ ...parsed, message: { ...rest, ...withoutText(message) } })
}

/** Who says a line of ours, and when: the same for the same answer, so that it reads the same each time. */
export interface LineHead {
  model: string
  at: Date
}

/** A line of ours in the engine's form, that tells of calls. */
export function makeCallsLine(
  own: LineHead,
  calls: readonly Pick<Call, 'id' | 'index' | 'name' | 'arguments'>[],
): string {
  const tool_calls = calls.map(({ id, index, name, arguments: args }) => ({
    id,
    function: { index, name, arguments: args },
  }))
  return makeLine(own, { tool_calls }, { done: false })
}

/** A line of ours in the engine's form, with a piece of its answer. */
export function makeTextLine(own: LineHead, piece: { content: string } | { thinking: string }): string {
  return makeLine(own, piece, { done: false })
}

/** A line of ours in the engine's form, that ends a stream. Counts as the engine gave them, its times in nanoseconds. */
export function makeEndLine(own: LineHead, usage: Usage = {}): string {
  const { promptTokens, outputTokens, promptMs, outputMs } = usage
  return makeLine(
    own,
    {},
    {
      ...{ done: true, done_reason: 'stop' },
      ...{ prompt_eval_count: promptTokens, eval_count: outputTokens },
      prompt_eval_duration: nanoseconds(promptMs),
      eval_duration: nanoseconds(outputMs),
    },
  )
}

function nanoseconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1e6)
}

function makeLine({ model, at }: LineHead, message: object, end: object): string {
  return JSON.stringify({
    model,
    created_at: at.toISOString(),
    message: { role: 'assistant', content: '', ...message },
    ...end,
  })
}

/** The engine's call with the id and the arguments that it has in the log. */
function asLogged(
  call: unknown,
  { callId, arguments: args }: Pick<CallStart, 'callId' | 'arguments'>,
): JsonObject {
  const asked = isJsonObject(call) ? call : {}
  const told = isJsonObject(asked.function) ? asked.function : {}
  return { ...asked, ...('id' in asked && { id: callId }), function: { ...told, arguments: args } }
}

function withoutText(message: JsonObject): JsonObject {
  return { content: '', ...('thinking' in message && { thinking: '' }) }
}

function parse(line: string): JsonObject {
  const parsed: unknown = JSON.parse(line)
  return isJsonObject(parsed) ? parsed : {}
}
