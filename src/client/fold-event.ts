import type { CallData, TurnEndStatus } from '../protocol/native/turn.ts'
import type { CallState, ReplyState, TurnResult, TurnState } from './turn-state.ts'
import type { ClientEvent } from './types.ts'

type Of<Type extends ClientEvent['type']> = Extract<ClientEvent, { type: Type }>

/** The state of a turn of which nothing has come. */
export const newTurn: TurnState = {
  id: undefined,
  model: undefined,
  status: 'sending',
  replies: [],
  openCalls: [],
  notices: [],
  lastEvent: 0,
  connection: { state: 'connecting' },
}

/** The state after an event. What an event that came before says again, and what comes after the turn's end, changes nothing. */
export function foldEvent(state: TurnState, event: ClientEvent): TurnState {
  if (event.type === 'connection') return { ...state, connection: connectionOf(event) }
  if (hasEnded(state)) return state
  if (event.type === 'queued')
    return state.id === undefined ? { ...state, status: 'queued', position: event.position } : state
  if (event.number <= state.lastEvent) return state
  return { ...foldNumbered(state, event), lastEvent: event.number }
}

/** True once `turn-end` has come. */
export function hasEnded({ status }: TurnState): boolean {
  return status !== 'sending' && status !== 'queued' && status !== 'running' && status !== 'waiting'
}

/** What a turn that has ended has come to. */
export function resultOf({ status, replies, error }: TurnState): TurnResult {
  const usage: Record<string, number> = {}
  // How full the context was is that of the last step.
  for (const reply of replies)
    for (const [name, value] of Object.entries(reply.usage ?? {}))
      usage[name] = name === 'window' || name === 'leftOut' ? value : (usage[name] ?? 0) + value
  return {
    status: status as TurnEndStatus,
    text: replies.at(-1)?.text ?? '',
    calls: replies.flatMap(({ calls }) => calls),
    usage,
    ...(error && { error }),
  }
}

function connectionOf({ type, at, ...connection }: Of<'connection'>): TurnState['connection'] {
  return connection
}

function foldNumbered(state: TurnState, event: Exclude<ClientEvent, Of<'connection' | 'queued'>>): TurnState {
  const { at } = event
  switch (event.type) {
    case 'turn-start': {
      const { position, ...rest } = state
      return { ...rest, id: event.turn, model: event.model, status: 'running' }
    }
    case 'step-start':
      return { ...changeReply(state, event.step, at, (reply) => reply), status: 'running' }
    case 'text-delta':
      return changeLast(state, at, (reply) => ({
        ...reply,
        text: reply.text + event.text,
        ...(event.text && { textAt: reply.textAt ?? at }),
      }))
    case 'thinking-delta':
      return changeLast(state, at, (reply) => ({ ...reply, thinking: reply.thinking + event.text }))
    case 'call-start': {
      const { type, number, ...call } = event
      const status = call.approval ? 'asked' : call.side === 'device' ? 'offered' : 'running'
      return withOpenCalls(
        changeLast(state, at, (reply) => ({
          ...reply,
          calls: mergeCalls(reply.calls, [startedCall({ ...call, status }, at)]),
        })),
      )
    }
    case 'call-approved':
      return changeCall(state, event.callId, (call) => ({
        ...call,
        status: call.side === 'device' ? 'offered' : 'running',
      }))
    case 'call-end': {
      const { type, number, at: _, ...outcome } = event
      return changeCall(state, event.callId, (call) => ({ ...call, ...outcome }))
    }
    case 'step-end': {
      const { step, message, usage, finishReason } = event
      const { content: text, thinking = '', calls } = message
      return withOpenCalls(
        changeReply(state, step, at, (reply) => ({
          ...{ ...reply, text, thinking, usage, finishReason, complete: true, endedAt: reply.endedAt ?? at },
          calls: mergeCalls(reply.calls, calls),
        })),
      )
    }
    case 'turn-waiting':
      return { ...state, status: 'waiting' }
    case 'notice':
      return { ...state, notices: [...state.notices, { code: event.code, detail: event.detail }] }
    case 'turn-end':
      return endTurn(state, event)
    default:
      // Logprobs, and events of later versions.
      return state
  }
}

function endTurn(state: TurnState, { status, error }: Of<'turn-end'>): TurnState {
  const { position, ...rest } = state
  const replies = state.replies.map((reply) =>
    reply.calls.some(isOpen)
      ? { ...reply, calls: reply.calls.map((call) => closeCall(call, status)) }
      : reply,
  )
  return { ...rest, status, openCalls: [], replies, ...(error && { error }) }
}

function closeCall(call: CallState, ending: TurnEndStatus): CallState {
  if (!isOpen(call)) return call
  return { ...call, status: ending === 'interrupted' && call.side === 'resident' ? ending : 'cancelled' }
}

export function isOpen({ status }: CallState): boolean {
  return status === 'asked' || status === 'running' || status === 'offered'
}

function startedCall({ at: _, ...call }: CallData & { at?: number }, startedAt: number): CallState {
  return { ...call, startedAt }
}

/** Those that are known, as they are known, with the outcomes that `others` have; then the new ones. */
function mergeCalls(known: readonly CallState[], others: readonly CallState[]): CallState[] {
  const merged = known.map((call) => {
    const other = others.find(({ callId }) => callId === call.callId)
    return other && isOpen(call) && !isOpen(other) ? { ...call, ...other } : call
  })
  return [...merged, ...others.filter(({ callId }) => !known.some((call) => call.callId === callId))]
}

function changeCall(state: TurnState, callId: string, change: (call: CallState) => CallState): TurnState {
  const replies = state.replies.map((reply) =>
    reply.calls.some((call) => call.callId === callId)
      ? { ...reply, calls: reply.calls.map((call) => (call.callId === callId ? change(call) : call)) }
      : reply,
  )
  return withOpenCalls({ ...state, replies })
}

function withOpenCalls(state: TurnState): TurnState {
  const calls = state.replies.flatMap((reply) => reply.calls)
  return { ...state, openCalls: calls.filter(isOpen).map(({ callId }) => callId) }
}

function changeLast(state: TurnState, at: number, change: (reply: ReplyState) => ReplyState): TurnState {
  return changeReply(state, state.replies.at(-1)?.step ?? 1, at, change)
}

/** Changes the reply of a step, which begins where it is not there. */
function changeReply(
  state: TurnState,
  step: number,
  startedAt: number,
  change: (reply: ReplyState) => ReplyState,
): TurnState {
  const { replies } = state
  if (replies.some((reply) => reply.step === step))
    return { ...state, replies: replies.map((reply) => (reply.step === step ? change(reply) : reply)) }
  const reply = { step, text: '', thinking: '', calls: [], complete: false, startedAt }
  return { ...state, replies: [...replies, change(reply)] }
}
