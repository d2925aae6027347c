import { type Call, isOpen } from '../protocol/call.ts'
import { ChatterdError } from '../protocol/errors.ts'
import type { TurnEvent, TurnStatus } from '../protocol/events.ts'
import type { FinishReason, NewMessage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { type ContextGauge, lookUpGauge } from './context-gauge.ts'
import { withContextWindow } from './context-window.ts'
import { tokenScale } from './estimate-tokens.ts'
import { fitAfterRefusal, fitContext, truncationNotice } from './fit-context.ts'
import type { FittedPrompt } from './fit-log.ts'
import { fitModel } from './fit-model.ts'
import { deltas, emptyReply, finishReasonOf, fold, type Reply } from './fold.ts'
import { ForcedCall, forcedTools } from './forced-call.ts'
import { lastReply, withMessage } from './newest-message.ts'
import { nextAction } from './next-action.ts'
import type { ChatRequest, EnginePart } from './ports/engine.ts'
import type { TurnLimits, TurnState } from './ports/turn-state.ts'
import { prompt } from './prompt.ts'
import { TextRescue } from './rescue-text.ts'
import { restoreLog } from './restore-log.ts'
import { offeredTools, routeCalls } from './route-calls.ts'
import { endingOf } from './turn-abort.ts'
import { callEnd, callStart, turnEnd, turnWaiting } from './turn-events.ts'
import type { TurnClient, TurnPorts } from './turn-ports.ts'

/** One step: prompts the engine, publishes its text as it comes, and stores the outcome. */
export async function promptEngine(
  begun: TurnState,
  ports: TurnPorts,
  client: TurnClient,
): Promise<TurnState> {
  const step = begun.step + 1
  const { deviceTools, request } = begun
  const offered = offersTools(begun) ? offeredTools(ports.toolbox, deviceTools, request) : []
  let reply = emptyReply
  let state = begun
  let tools: readonly ToolSchema[] = offered
  let gauge: ContextGauge = {}
  await client.publish([{ type: 'step-start', step }])
  try {
    const scale = once(() => tokenScale(begun, offered))
    const restored = await restoreLog(begun, offered, scale, ports, client.signal)
    const model = await fitModel(restored, offered, ports, client.signal)
    tools = model.tools
    if (step === 1 && model.notices.length > 0) await client.publish(model.notices)
    let fitted = await fitContext({ ...restored, log: model.log }, tools, scale, ports, client.signal)
    let notice = truncationNotice(begun, fitted)
    if (notice) await client.publish([notice])
    const gaugeOf = lookUpGauge(begun, ports, client.signal)
    const take = (parts: readonly EnginePart[]) => {
      reply = fold(reply, parts, ports.limits)
      return client.publish(deltas(parts), parts)
    }
    const mustCall = forcedTools(begun, tools)
    while (!reply.done) {
      const forced = mustCall.length > 0 ? new ForcedCall(mustCall, ports.limits.maxAnswerBytes) : undefined
      const rescue = !forced && rescuesText(begun, tools, ports.limits) ? new TextRescue(tools) : undefined
      const calls = forced ?? rescue
      try {
        const request = chatRequest(fitted, tools, mustCall, ports.limits)
        for await (const read of ports.engine.chat(request, client.signal)) {
          const parts = calls ? calls.take(read) : read
          const behind = parts.length > 0 ? take(parts) : undefined
          if (behind) await behind
        }
        // An engine that breaks off here is not prompted again.
        if (!reply.done) throw new ChatterdError('engine-cut', brokenOff)
      } catch (error) {
        const held = rescue?.flush() ?? []
        if (held.length > 0) await take(held)
        if (reply !== emptyReply) throw error
        fitted = fitAfterRefusal(error, fitted, tools, scale, ports)
        if (!notice) {
          notice = truncationNotice(begun, fitted)
          if (notice) await client.publish([notice])
        }
      }
    }
    state = { ...fitted.state, step }
    gauge = gaugeOf(fitted)
  } catch (error) {
    return await fail(state, reply, error, ports, client)
  }
  return await endStep(state, reply, { tools, gauge }, ports)
}

/** With a format, only where the client has tools too, or asks for a call: with tools, Ollama sends a formatted reply in one piece. */
function offersTools({ request, deviceTools, step }: TurnState): boolean {
  const isFormatted = request.settings.format !== undefined && !(request.toolChoice && step === 0)
  return request.offerTools && (!isFormatted || deviceTools.length > 0)
}

/** A formatted reply may look like a call, and is none. */
function rescuesText(
  { request }: TurnState,
  tools: readonly ToolSchema[],
  { rescue = true }: TurnLimits,
): boolean {
  return rescue && tools.length > 0 && request.settings.format === undefined
}

/** What `compute` returns, computed where it is needed for the first time. */
function once<T>(compute: () => T): () => T {
  let value: { of: T } | undefined
  return () => {
    value ??= { of: compute() }
    return value.of
  }
}

const brokenOff = "The engine's answer ended without its last part."

function chatRequest(
  { state, log }: FittedPrompt,
  tools: readonly ToolSchema[],
  mustCall: readonly ToolSchema[],
  limits: TurnLimits,
): ChatRequest {
  const { model, stream, settings } = state.request
  return {
    model,
    messages: prompt({ ...state, log }),
    tools,
    ...(mustCall.length > 0 && { mustCall }),
    stream,
    settings: withContextWindow(settings, limits.contextTokens),
  }
}

/**
 * Ends the turn, and keeps the text that came; or withdraws its request, where the client can still be refused. Throws `error` where
 * it is a fault of chatterd itself, and no failure of the engine or a limit.
 */
async function fail(
  state: TurnState,
  reply: Reply,
  error: unknown,
  ports: TurnPorts,
  client: TurnClient,
): Promise<TurnState> {
  const ending = endingOf(error, client.signal)
  if (!ending) throw error
  if (!client.signal.aborted) client.onFailure(error)
  const isFirstStep = state.step === 0 || state.results.some(({ seq }) => seq === lastReply(state)?.seq)
  if (isFirstStep && reply === emptyReply && !client.accepted()) {
    const { id: turn, conversation, results } = state
    const refusal = { ...turnEnd(ending), refused: true as const }
    if (await ports.store.withdraw({ turn, conversation, results }, [refusal])) return { ...state, ...ending }
  }
  const partial = reply.text || reply.thinking ? { partial: messageOf(reply) } : {}
  const outcome = { turn: state.id, ...ending, ...partial }
  await ports.store.endTurn(outcome, [turnEnd(ending)])
  return { ...state, ...ending }
}

async function endStep(
  state: TurnState,
  reply: Reply,
  { tools: offered, gauge }: { tools: readonly ToolSchema[]; gauge: ContextGauge },
  { store, toolbox, limits, newCallId, onCallEnd }: TurnPorts,
): Promise<TurnState> {
  const usedIds = new Set(
    state.log.flatMap((m) => (m.turn === state.id ? m.calls.map((call) => call.id) : [])),
  )
  const { deviceTools, approvedTools, request } = state
  const { textArguments } = request
  const routing = { toolbox, offered, deviceTools, approvedTools, textArguments, usedIds, newCallId }
  const routed = routeCalls(reply.calls, routing)
  const finishReason = finishReasonOf(reply)
  const calls = callsToRun(routed, finishReason, state.step < limits.maxSteps)
  const usage = { ...reply.done?.usage, ...gauge }
  const message = { ...messageOf(reply), calls, usage, finishReason }
  const draft = { ...message, seq: Number.POSITIVE_INFINITY, turn: state.id, complete: true }
  const next = nextAction(withMessage(state, draft), limits)
  const waits: { status: TurnStatus } = { status: next.do === 'wait' ? 'waiting' : 'running' }
  const status = next.do === 'end' ? next.ending : waits
  const { id: turn, step, promptFrom, truncation } = state
  const outcome = { turn, step, message, ...status, promptFrom, ...(truncation && { truncation }) }
  const events: TurnEvent[] = [
    ...calls.map(callStart),
    { type: 'step-end', step, message: { ...messageOf(reply), calls }, usage, finishReason },
    ...calls.filter((call) => call.status === 'failed').map((call) => callEnd(call, 0)),
    ...(next.do === 'wait' ? [turnWaiting(calls)] : []),
    ...(next.do === 'end' ? [turnEnd(next.ending)] : []),
  ]
  const stored = await store.endStep(outcome, events)
  const refused = calls.filter(({ status }) => status === 'failed')
  for (const call of refused)
    onCallEnd?.({ conversation: state.conversation.name, turn, call, isApproved: true, ms: 0 })
  return { ...withMessage(state, stored), ...status }
}

function messageOf(reply: Reply): NewMessage {
  const message: NewMessage = { role: 'assistant', content: reply.text }
  return reply.thinking ? { ...message, thinking: reply.thinking } : message
}

/** The calls, without those that must not be run: they have failed, with the reason for the model. */
function callsToRun(calls: Call[], finishReason: FinishReason, hasMoreSteps: boolean): Call[] {
  // A part of what the model meant to call may be missing.
  if (finishReason === 'length') return calls.map((call) => notRun(call, cutOff))
  // After the last step no result would be read.
  return hasMoreSteps ? calls : calls.map((call) => notRun(call, 'the turn has come to its last step'))
}

const cutOff = 'the answer was cut off at the limit of its length. Answer in fewer words, and call it again'

function notRun(call: Call, reason: string): Call {
  return isOpen(call) ? { ...call, status: 'failed', output: `Not run: ${reason}.` } : call
}
