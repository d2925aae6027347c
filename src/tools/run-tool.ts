import type { JsonObject } from '../protocol/json.ts'
import type { Tool, ToolContext, ToolOutcome } from '../turn/ports/toolbox.ts'
import { errorMessage } from './error-message.ts'
import { resultText } from './result-text.ts'

/** A tool, and how long it may take in milliseconds. */
export interface LimitedTool {
  name: string
  tool: Tool
  timeoutMs: number
}

/**
 * Runs one tool until it ends, its time is over or its turn is cancelled, whichever comes first. A tool that ignores its signal
 * is left behind. Never rejects.
 */
export async function runTool(
  limited: LimitedTool,
  args: JsonObject,
  context: ToolContext,
): Promise<ToolOutcome> {
  const { name, timeoutMs } = limited
  const cancelled: ToolOutcome = { status: 'failed', output: `${name} was cancelled before it ended.` }
  if (context.signal.aborted) return cancelled

  const aborter = new AbortController()
  const ended = Promise.withResolvers<ToolOutcome>()
  // First the outcome, then the signal: a tool that gives up at once must not be taken for one that failed.
  const stop = (outcome: ToolOutcome) => {
    ended.resolve(outcome)
    aborter.abort()
  }
  const onCancel = () => stop(cancelled)
  const timer = setTimeout(
    () => stop({ status: 'timed-out', output: `${name} gave no result within ${timeoutMs / 1000} s.` }),
    timeoutMs,
  )
  context.signal.addEventListener('abort', onCancel)
  outcomeOf(limited, args, { ...context, signal: aborter.signal }).then(ended.resolve)
  try {
    return await ended.promise
  } finally {
    clearTimeout(timer)
    context.signal.removeEventListener('abort', onCancel)
  }
}

/** A tool may throw before it returns, or return what JSON cannot carry: all of it becomes words. */
async function outcomeOf(
  { name, tool }: LimitedTool,
  args: JsonObject,
  context: ToolContext,
): Promise<ToolOutcome> {
  try {
    // A copy, for the call's record keeps the arguments as they were.
    const result = await tool.run(structuredClone(args), context)
    return { status: 'succeeded', output: resultText(result) }
  } catch (thrown) {
    return { status: 'failed', output: `${name} failed: ${errorMessage(thrown)}` }
  }
}
