import { type Call, isOpen } from '../protocol/call.ts'
import { ChatterdError } from '../protocol/errors.ts'
import type { TurnEvent, TurnStatus } from '../protocol/events.ts'
import { isJsonObject, type JsonObject } from '../protocol/json.ts'
import type { NewMessage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { ChatRequest } from './engine.ts'
import { fitContext, truncateAfterOverflow } from './fit-context.ts'
import { deltas, emptyReply, fold, type Reply } from './fold.ts'
import { nextStep } from './next-step.ts'
import { prompt } from './prompt.ts'
import { offeredTools, routeCalls } from './route-calls.ts'
import type { TurnClient, TurnPorts } from './run-turn.ts'
import { endingOf } from './turn-abort.ts'
import { callEnd, callStart, turnEnd, turnWaiting } from './turn-events.ts'
import { lastReply, type TurnLimits, type TurnState, withMessage } from './turn-state.ts'

/** One step: prompts the engine, tells its text as it comes, stores the outcome, and then tells that. */
export async function promptEngine(
  begun: TurnState,
  ports: TurnPorts,
  client: TurnClient,
): Promise<TurnState> {
  const step = begun.step + 1
  const tools = begun.request.offerTools ? offeredTools(ports.toolbox, begun.deviceTools) : []
  let answer = emptyReply
  let state = begun
  let overflowed = false
  await client.publish([{ type: 'step-start', step }])
  try {
    state = await fitContext(state, tools, ports, client.signal)
    if (state.promptFrom !== begun.promptFrom) await client.publish([truncatedNotice])
    while (!answer.done) {
      try {
        for await (const parts of ports.engine.chat(chatRequest(state, tools, ports.limits), client.signal)) {
          const before = answer
          answer = fold(answer, parts, ports.limits)
          const behind = client.publish(deltas(before, parts))
          if (behind) await behind
        }
        // An engine that breaks its word here must not be prompted again and again.
        if (!answer.done) throw new ChatterdError('engine-cut', brokenOff)
      } catch (error) {
        if (answer !== emptyReply || overflowed) throw error
        overflowed = true
        state = await truncateAfterOverflow(error, state, tools, ports, client.signal)
        await client.publish([truncatedNotice])
      }
    }
  } catch (error) {
    return await fail(state, answer, error, ports, client)
  }
  return await store({ ...state, step }, answer, tools, ports, client)
}

const brokenOff = "The engine's answer ended without its last part."

const truncatedNotice: TurnEvent = {
  type: 'notice',
  code: 'history-cut',
  detail:
    'The earlier part of the conversation was left out of the prompt, because it no longer fits the context.',
}

function chatRequest(state: TurnState, tools: ToolSchema[], limits: TurnLimits): ChatRequest {
  const { model, stream, settings } = state.request
  return {
    model,
    messages: prompt(state),
    tools,
    stream,
    settings: withContext(settings, limits.contextTokens),
  }
}

function withContext(settings: JsonObject, contextTokens: number | undefined): JsonObject {
  if (!contextTokens) return settings
  const options = isJsonObject(settings.options) ? settings.options : {}
  return { ...settings, options: { num_ctx: contextTokens, ...options } }
}

/**
 * Ends the turn, keeping the text that came; or withdraws its request, where the client can still be refused. What is a
 * fault of ours, and no failure of engine or limit, is thrown on.
 */
async function fail(
  state: TurnState,
  answer: Reply,
  error: unknown,
  ports: TurnPorts,
  client: TurnClient,
): Promise<TurnState> {
  const ending = endingOf(error, client.signal)
  if (!ending) throw error
  const fresh = state.step === 0 || state.results.some(({ seq }) => seq === lastReply(state)?.seq)
  if (fresh && answer === emptyReply && !client.accepted()) {
    const { id: turn, conversation, results } = state
    if (await ports.store.withdraw({ turn, conversation, results })) {
      client.told([{ ...turnEnd(ending), refused: true }], undefined)
      return { ...state, ...ending }
    }
  }
  const partial = answer.text || answer.thinking ? { partial: messageOf(answer) } : {}
  const outcome = { turn: state.id, ...ending, ...partial }
  await client.commit([turnEnd(ending)], (chunks) => ports.store.endTurn(outcome, chunks))
  return { ...state, ...ending }
}

async function store(
  state: TurnState,
  answer: Reply,
  offered: ToolSchema[],
  { store, toolbox, limits, newCallId }: TurnPorts,
  client: TurnClient,
): Promise<TurnState> {
  const usedIds = new Set(
    state.log.flatMap((m) => (m.turn === state.id ? m.calls.map((call) => call.id) : [])),
  )
  const placed = routeCalls(answer.calls, { toolbox, offered, usedIds, newCallId })
  // After the last step nobody would read the results: no tool is run, and no device asked, in vain.
  const calls = state.step < limits.maxSteps ? placed : placed.map(notRun)
  const usage = answer.done?.usage ?? {}
  const message = { ...messageOf(answer), calls, usage }
  const draft = { ...message, seq: Number.POSITIVE_INFINITY, turn: state.id, complete: true }
  const next = nextStep(withMessage(state, draft), limits)
  const waits: { status: TurnStatus } = { status: next.do === 'wait-for-device' ? 'waiting' : 'running' }
  const standing = next.do === 'end' ? next.ending : waits
  const { id: turn, step, promptFrom } = state
  const outcome = { turn, step, message, ...standing, promptFrom }
  const events: TurnEvent[] = [
    ...calls.map((call, place) => callStart(call, answer.calls[place]?.source ?? null)),
    { type: 'step-end', step, message: { ...messageOf(answer), calls }, usage, line: answer.lastLine },
    ...calls.filter((call) => call.status === 'failed').map((call) => callEnd(call, 0)),
    ...(next.do === 'wait-for-device' ? [turnWaiting(calls)] : []),
    ...(next.do === 'end' ? [turnEnd(next.ending)] : []),
  ]
  const stored = await client.commit(events, (chunks) => store.endStep(outcome, chunks))
  return { ...withMessage(state, stored), ...standing }
}

function messageOf(answer: Reply): NewMessage {
  const message: NewMessage = { role: 'assistant', content: answer.text }
  return answer.thinking ? { ...message, thinking: answer.thinking } : message
}

function notRun(call: Call): Call {
  return isOpen(call)
    ? { ...call, status: 'failed', output: 'Not run: the turn has come to its last step.' }
    : call
}
