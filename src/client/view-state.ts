import type { MessageData } from '../protocol/native/conversation.ts'
import { hasEnded } from './fold-event.ts'
import type { MessageLog } from './message-log.ts'
import type { Input, Sent, Turn, ViewState } from './types.ts'

/** A turn that a view shows, or will show. */
export interface ViewTurn {
  turn: Turn
  isOwn: boolean
  sent: Sent | undefined
  /** The number of the message that it begins after, where that need not be the last one. */
  after?: number | undefined
}

export const emptyView: ViewState = {
  status: 'loading',
  conversation: undefined,
  messages: [],
  hasOlder: false,
  turn: undefined,
  sent: undefined,
  queued: [],
  failure: undefined,
  error: undefined,
  connection: { state: 'closed' },
}

/** The view's state after a change, with these messages and turns. What has not changed stays the same object, the whole state too. */
export function changeView(
  before: ViewState,
  change: Partial<ViewState>,
  log: MessageLog,
  shown: ViewTurn | undefined,
  queue: readonly ViewTurn[],
): ViewState {
  const turn = shown?.turn.state
  const messages = log.messages.filter((message) => isBefore(message, shown))
  const sent = shown && same(before.sent, shown.sent ?? sentWith(log.messages, turn?.id))
  const queued = queue.map((one) => ({ turn: one.turn.state, sent: one.sent }))
  const isSameQueue = isSameList(
    queued.map((one) => one.turn),
    before.queued.map((one) => one.turn),
  )
  const next: ViewState = {
    ...before,
    ...change,
    ...{ turn, sent, hasOlder: log.hasOlder },
    messages: isSameList(messages, before.messages) ? before.messages : messages,
    queued: isSameQueue ? before.queued : queued,
  }
  const names = Object.keys(next) as (keyof ViewState)[]
  return names.every((name) => next[name] === before[name]) ? before : next
}

/** True for a request that came to nothing: no turn of the server has anything of it. */
export function isRefused({ state }: Turn): boolean {
  return state.id === undefined && hasEnded(state)
}

export function sentOf(input: Input): Sent | undefined {
  const messages =
    typeof input === 'string' ? [{ content: input }] : input.filter(({ role }) => role === 'user')
  return joined(messages)
}

/** What the user has sent with a turn, as the log has it. */
function sentWith(messages: readonly MessageData[], turn: string | undefined): Sent | undefined {
  return joined(messages.filter((message) => message.turn === turn && message.role === 'user'))
}

function joined(messages: readonly { content: string; images?: readonly string[] }[]): Sent | undefined {
  if (messages.length === 0) return undefined
  return {
    content: messages.map(({ content }) => content).join('\n\n'),
    images: messages.flatMap(({ images = [] }) => images),
  }
}

function isBefore({ turn, seq }: MessageData, shown: ViewTurn | undefined): boolean {
  if (!shown) return true
  if (shown.after !== undefined && seq > shown.after && !isRefused(shown.turn)) return false
  return turn === null || turn !== shown.turn.state.id
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index])
}

function same(before: Sent | undefined, now: Sent | undefined): Sent | undefined {
  const isSame = before && now && before.content === now.content && isSameList(before.images, now.images)
  return isSame ? before : now
}
