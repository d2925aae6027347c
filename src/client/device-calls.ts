import { answerCall, type CallAnswer } from './answer-calls.ts'
import { ChatterdError } from './chatterd-error.ts'
import { hasEnded, isOpen } from './fold-event.ts'
import type { ServerLink } from './server-link.ts'
import type { TurnLog } from './turn-log.ts'
import type { CallState } from './turn-state.ts'
import type { DeviceTool, OfferedTool } from './types.ts'

export interface DeviceCallOptions {
  /** Absent: this client runs no calls of the turn. */
  tools?: readonly OfferedTool[] | undefined
  /** Calls that another page, or this one before it was loaded again, may have begun to run: run only where that may happen twice. */
  earlierCalls?: ReadonlySet<string> | undefined
}

/** Runs the open device calls of a turn, each once, side by side, and sends their results. */
export function runDeviceCalls(
  link: ServerLink,
  log: TurnLog,
  { tools = [], earlierCalls }: DeviceCallOptions,
): void {
  const { begunCalls } = link
  const running = new Map<string, AbortController>()
  let seen = log.state.openCalls

  const off = log.subscribe(() => {
    const { state } = log
    if (hasEnded(state)) {
      for (const control of running.values()) control.abort(closed('closed with its turn'))
      off()
    } else if (state.openCalls !== seen) {
      seen = state.openCalls
      const calls = state.replies.flatMap((reply) => reply.calls)
      for (const call of calls) if (!isOpen(call)) running.get(call.callId)?.abort(closed(call.status))
      for (const call of calls) begin(call)
    }
  })

  function begin(call: CallState): void {
    const { callId, status } = call
    const key = `${log.state.id}:${callId}`
    const tool = tools.find(({ name }) => name === call.name)
    if (call.side !== 'device' || status !== 'offered' || !tool?.run || begunCalls.has(key)) return
    if (earlierCalls?.has(callId) && !tool.repeatable) return
    begunCalls.add(key)
    const control = new AbortController()
    running.set(callId, control)
    run(tool, call, control.signal)
      .then((answer) => send(callId, answer))
      .finally(() => running.delete(callId))
  }

  async function send(callId: string, answer: CallAnswer): Promise<void> {
    if (!running.get(callId)?.signal.aborted)
      await answerCall(link, log.state, callId, answer).catch((error) => {
        // A result that is not as the server takes it becomes an error, which the model reads. Other refusals say that the call has ended otherwise.
        const isUnfit = error instanceof ChatterdError && (error.status === 413 || error.status === 422)
        const told = { error: `The result cannot be sent: ${error.message}` }
        if (isUnfit) return answerCall(link, log.state, callId, told).catch(() => {})
      })
  }
}

function closed(how: string): ChatterdError {
  return new ChatterdError({ code: 'call-closed', detail: `The call is ${how}.` })
}

/** What the tool returns or throws. Never rejects. */
async function run(
  tool: DeviceTool,
  { callId, arguments: args }: CallState,
  signal: AbortSignal,
): Promise<CallAnswer> {
  try {
    const output = await tool.run(args, { signal, callId })
    // Throws here, and not where it is sent, for what cannot be JSON.
    return JSON.stringify(output) === undefined ? { output: null } : { output }
  } catch (error) {
    return { error: (error instanceof Error ? error.message : String(error)) || 'It failed.' }
  }
}
