import { isDeepStrictEqual } from 'node:util'
import type { TurnEnd, TurnStatus } from '../protocol/events.ts'
import type { StoredConversation, WatchedConversation } from '../turn/ports/conversation-directory.ts'

/** What happens in a conversation, for those who watch it. */
export type ConversationEvent =
  | { type: 'conversation'; conversation: StoredConversation }
  | { type: 'turn-start'; turn: string; model: string }
  | { type: 'turn-end'; turn: string; status: TurnEnd['status'] }
  | { type: 'deleted' }

/**
 * What has happened between two looks at a conversation, in order; undefined: there is none. The first look, without `before`, gives the
 * conversation as it is. Of more turns than a look has, the newest are told.
 */
export function changesOf(
  before: { seen: WatchedConversation | undefined } | undefined,
  now: WatchedConversation | undefined,
): ConversationEvent[] {
  const seen = before?.seen
  if (!now) return !before || seen ? [{ type: 'deleted' }] : []
  const present: ConversationEvent = { type: 'conversation', conversation: now.conversation }
  if (!before) return [present]
  // It was deleted, or emptied, and begun anew; or it is new.
  if (seen?.id !== now.id) {
    const { starts, ends } = turnChanges([], now.turns)
    return [...(seen ? [{ type: 'deleted' as const }] : []), ...starts, present, ...ends]
  }
  const { starts, ends } = turnChanges(seen.turns, now.turns)
  const isSame = isDeepStrictEqual(shown(seen.conversation), shown(now.conversation))
  return [...starts, ...(isSame ? [] : [present]), ...ends]
}

/** What is told of anew when it has changed. The turn that runs has events of its own. */
function shown({ title, model, system, tools, messages, branch }: StoredConversation) {
  return { title, model, system, tools, messages, branch }
}

type Turns = WatchedConversation['turns']

function turnChanges(before: Turns, now: Turns): { starts: ConversationEvent[]; ends: ConversationEvent[] } {
  const earlier = new Map(before.map((turn) => [turn.turn, turn.status]))
  const [oldest] = before
  const starts: ConversationEvent[] = []
  const ends: ConversationEvent[] = []
  for (const { turn, model, status } of now) {
    const was = earlier.get(turn)
    earlier.delete(turn)
    // One that was not in the last look because it is too old.
    if (was === undefined && oldest && turn < oldest.turn) continue
    // One that was superseded waits again where the prompt was withdrawn.
    if (was === undefined || (!isActive(was) && isActive(status)))
      starts.push({ type: 'turn-start', turn, model })
    if (!isActive(status) && (was === undefined || isActive(was)))
      ends.push({ type: 'turn-end', turn, status })
  }
  // A request that was withdrawn: its turn has never been.
  for (const [turn, was] of earlier)
    if (isActive(was)) ends.unshift({ type: 'turn-end', turn, status: 'cancelled' })
  return { starts, ends }
}

function isActive(status: TurnStatus): status is 'running' | 'waiting' {
  return status === 'running' || status === 'waiting'
}
