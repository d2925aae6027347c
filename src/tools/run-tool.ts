import { nativeNumber } from '../protocol/exact-json.ts'
import type { Json, JsonObject } from '../protocol/json.ts'
import type { Tool, ToolArguments, ToolContext, ToolOutcome } from '../turn/ports/toolbox.ts'
import { errorMessage } from './error-message.ts'
import { resultText } from './result-text.ts'
import { TextWithImages } from './text-with-images.ts'

/** A tool, and how long it may run, in milliseconds. */
export interface LimitedTool {
  name: string
  tool: Tool
  timeoutMs: number
}

/**
 * Runs one tool until it ends, its time is over or its turn is cancelled, whichever comes first. The outcome of a tool that
 * ignores its signal is dropped. Never rejects.
 */
export async function runTool(
  limited: LimitedTool,
  args: JsonObject,
  context: ToolContext,
): Promise<ToolOutcome> {
  const { name, timeoutMs } = limited
  const cancelled = cancelledCall(name)
  if (context.signal.aborted) return cancelled

  const abort = new AbortController()
  const ended = Promise.withResolvers<ToolOutcome>()
  // The outcome is set before the abort: a tool that rejects because of the abort has timed out, not failed.
  const stop = (outcome: ToolOutcome) => {
    ended.resolve(outcome)
    abort.abort()
  }
  const onCancel = () => stop(cancelled)
  const timer = setTimeout(
    () => stop({ status: 'timed-out', output: `${name} gave no result within ${timeoutMs / 1000} s.` }),
    timeoutMs,
  )
  context.signal.addEventListener('abort', onCancel)
  outcomeOf(limited, args, { ...context, signal: abort.signal }).then(ended.resolve)
  try {
    return await ended.promise
  } finally {
    clearTimeout(timer)
    context.signal.removeEventListener('abort', onCancel)
  }
}

/** The outcome of a call whose turn is cancelled. */
export function cancelledCall(name: string): ToolOutcome {
  return { status: 'failed', output: `${name} was cancelled before it ended.` }
}

/** A tool that throws, rejects or returns a value without a JSON form has failed, with a message for the model. */
async function outcomeOf(
  { name, tool }: LimitedTool,
  args: JsonObject,
  context: ToolContext,
): Promise<ToolOutcome> {
  try {
    const result = await tool.run(nativeArguments(args), context)
    if (result instanceof TextWithImages)
      return { status: 'succeeded', output: resultText(result.text), images: [...result.images] }
    return { status: 'succeeded', output: resultText(result) }
  } catch (thrown) {
    return { status: 'failed', output: `${name} failed: ${errorMessage(thrown)}` }
  }
}

/** A copy, because a tool must not change the arguments that are stored with its call; with numbers as JavaScript knows them. */
function nativeArguments(args: JsonObject): ToolArguments {
  const copy = (value: Json): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (JSON.isRawJSON(value)) return nativeNumber(value)
    return Array.isArray(value) ? value.map(copy) : copyMembers(value)
  }
  const copyMembers = (object: { [name: string]: Json }) =>
    Object.fromEntries(Object.entries(object).map(([name, member]) => [name, copy(member)]))
  return copyMembers(args)
}
