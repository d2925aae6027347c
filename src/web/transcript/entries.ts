import type {
  CallData,
  CallState,
  FinishReason,
  MessageData,
  ReplyState,
  Usage,
  ViewState,
} from '../../client/types.ts'

/** What the user has said. */
export interface PromptEntry {
  kind: 'prompt'
  key: string
  /** Undefined until the server's log has it. */
  seq: number | undefined
  content: string
  images: readonly string[]
  createdAt?: string
  refused: boolean
  turn: string | undefined
  branch: number
  siblings: readonly number[]
}

/** What the model has replied in one step. */
export interface ReplyEntry {
  kind: 'reply'
  key: string
  turn: string | undefined
  text: string
  thinking: string
  calls: readonly (CallState | CallData)[]
  /** True while it is being written. */
  growing: boolean
  /** True where it was interrupted. */
  interrupted: boolean
  /** True for the last reply of its turn, once that has ended. */
  last: boolean
  /** Of the prompt that it answers. */
  promptSeq: number | undefined
  usage?: Usage
  finishReason?: FinishReason
  createdAt?: string
  /** How long the model has thought, in milliseconds; undefined while it does, or where nobody has measured it. */
  thoughtMs?: number
  thinkingSince?: number
  branch: number
  siblings: readonly number[]
}

/** A text that stands at the beginning of a conversation, for the model. */
export interface SystemEntry {
  kind: 'system'
  key: string
  content: string
}

export type Entry = PromptEntry | ReplyEntry | SystemEntry

const none: readonly number[] = []
const cache = new WeakMap<MessageData, { promptSeq: number | undefined; last: boolean; entry: Entry }>()

/** What a conversation shows, oldest first: the messages of its log, and the turn that runs. Keys stay when the turn's messages come from the log. */
export function entriesOf(state: ViewState): Entry[] {
  const { messages, sent, conversation } = state
  const entries: Entry[] = []
  let promptSeq: number | undefined
  for (const [index, message] of messages.entries()) {
    if (message.role === 'user') promptSeq = message.seq
    const next = messages[index + 1] ?? (state.turn && !sent ? { turn: state.turn.id ?? null } : undefined)
    entries.push(cachedEntry(message, promptSeq, next?.turn !== message.turn))
  }
  const branch = conversation?.branch ?? 1
  let seq = (messages.at(-1)?.seq ?? 0) + 1
  if (sent && (sent.content !== '' || sent.images.length > 0)) {
    const { content, images } = sent
    const key = `${branch} ${seq++}`
    const turn = state.turn?.id
    const more = { seq: undefined, refused: false, branch, siblings: none }
    entries.push({ kind: 'prompt', key, content, images, turn, ...more })
    promptSeq = undefined
  }
  entries.push(...liveEntries(state, seq, promptSeq))
  return entries
}

/** Of a message that has not changed the entry is the same object. */
function cachedEntry(message: MessageData, promptSeq: number | undefined, last: boolean): Entry {
  const known = cache.get(message)
  if (known && known.promptSeq === promptSeq && known.last === last) return known.entry
  const entry = entryOf(message, promptSeq, last)
  cache.set(message, { promptSeq, last, entry })
  return entry
}

function entryOf(message: MessageData, promptSeq: number | undefined, last: boolean): Entry {
  const { seq, content, branch, createdAt, siblings = none } = message
  const key = `${branch} ${seq}`
  if (message.role === 'system') return { kind: 'system', key, content }
  if (message.role === 'user') {
    const { images = [], refused = false } = message
    const turn = message.turn ?? undefined
    return { kind: 'prompt', key, seq, content, images, createdAt, refused, turn, branch, siblings }
  }
  const { turn, thinking = '', calls, complete, usage, finishReason } = message
  return {
    kind: 'reply',
    key,
    turn: turn ?? undefined,
    text: content,
    thinking,
    calls,
    growing: false,
    interrupted: !complete,
    last,
    promptSeq,
    ...(usage && { usage }),
    ...(finishReason && { finishReason }),
    createdAt,
    branch,
    siblings,
  }
}

function liveEntries(
  { turn, conversation }: ViewState,
  firstSeq: number,
  promptSeq: number | undefined,
): Entry[] {
  if (turn === undefined) return []
  const ended = hasEnded(turn.status)
  const branch = conversation?.branch ?? 1
  // A step that failed before the model said anything leaves nothing behind.
  const replies = ended ? turn.replies.filter(saysSomething) : turn.replies
  return replies.map((reply, index) => {
    const { text, thinking, calls, complete, usage, finishReason, startedAt, textAt, endedAt } = reply
    const thoughtUntil = textAt ?? endedAt
    return {
      kind: 'reply',
      key: `${branch} ${firstSeq + index}`,
      turn: turn.id,
      text,
      thinking,
      calls,
      growing: !complete && !ended,
      interrupted: !complete && ended,
      last: ended && index === replies.length - 1,
      promptSeq,
      ...(usage && { usage }),
      ...(finishReason && { finishReason }),
      ...(thoughtUntil !== undefined && { thoughtMs: thoughtUntil - startedAt }),
      thinkingSince: startedAt,
      branch,
      siblings: none,
    }
  })
}

function saysSomething({ text, thinking, calls }: ReplyState): boolean {
  return text !== '' || thinking !== '' || calls.length > 0
}

/** True for a turn that goes on no more. */
export function hasEnded(status: NonNullable<ViewState['turn']>['status']): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled' || status === 'interrupted'
}
