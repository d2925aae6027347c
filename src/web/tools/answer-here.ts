import type { DeviceTool } from '../../client/types.ts'
import { allBrowserTools } from './browser-tools.ts'
import type { ShownCall } from './call-words.ts'
import { interact } from './interactions.ts'

export type OnAnswer = (
  callId: string,
  result: { output: unknown } | { error: string },
) => void | Promise<void>

/**
 * Answers a call that another tab or app was asked for: by running the tool of its name, or, where this browser has none, by what the
 * person writes. Nothing is answered once the signal has aborted.
 */
export async function answerHere(call: ShownCall, onAnswer: OnAnswer, signal: AbortSignal): Promise<void> {
  const { callId } = call
  const tool = allBrowserTools.find((one) => one.tool.name === call.name)?.tool ?? byHand(call.name)
  const result = await runTool(tool, call, signal)
  if (!signal.aborted) await onAnswer(callId, result)
}

async function runTool(tool: DeviceTool, call: ShownCall, signal: AbortSignal) {
  try {
    return { output: await tool.run(call.arguments, { signal, callId: call.callId }) }
  } catch (cause) {
    return { error: cause instanceof Error ? cause.message : String(cause) }
  }
}

function byHand(name: string): DeviceTool {
  const question = `What does ${name.slice(0, 80)} give back? The model reads your text as its result.`
  return {
    name,
    run: (_args, { signal, callId }) =>
      interact(callId, signal, { kind: 'question', question, schema: undefined }),
  }
}
