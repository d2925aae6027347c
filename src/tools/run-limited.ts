import type { JsonObject } from '../protocol/json.ts'
import type { ToolContext, ToolOutcome } from '../turn/ports/toolbox.ts'
import { acquireSlots, type CallSlots } from './call-slots.ts'
import { cancelledCall, type LimitedTool, runTool } from './run-tool.ts'
import type { ToolMeter } from './tool-meter.ts'

/** What bounds a call, beside the limits of its tool. */
export interface RunBounds {
  meter: ToolMeter
  /** Of all tools. */
  slots: CallSlots
  /** Milliseconds, from any start. */
  now(): number
}

/**
 * Runs one tool once it may run. A call waits for as long as it may run at the most, and then has all of its time. Where it is not
 * run, the model reads why, and when it can try again. Never rejects.
 */
export async function runLimited(
  tool: LimitedTool,
  args: JsonObject,
  context: ToolContext,
  { meter, slots, now }: RunBounds,
): Promise<ToolOutcome> {
  const { name, timeoutMs } = tool
  if (context.signal.aborted) return cancelledCall(name)
  const tooSoon = (waitMs: number) =>
    notRun(
      name,
      `it can be called ${times(meter.limits.callsPerMinute)} a minute. Try again in ${Math.ceil(waitMs / 1000)} s`,
    )
  // It need not wait in vain.
  const early = meter.waitMs(now())
  if (early > 0) return tooSoon(early)
  const release = await acquireSlots([meter.slots, slots], context.signal, timeoutMs)
  if (!release)
    return context.signal.aborted
      ? cancelledCall(name)
      : notRun(name, `too many calls were running for ${timeoutMs / 1000} s. Try again later`)
  try {
    const waitMs = meter.begin(now())
    return waitMs > 0 ? tooSoon(waitMs) : await runTool(tool, args, context)
  } finally {
    release()
  }
}

function notRun(name: string, reason: string): ToolOutcome {
  return { status: 'failed', output: `${name} was not run: ${reason}.` }
}

function times(count: number | undefined): string {
  return count === 1 ? 'once' : `${count} times`
}
