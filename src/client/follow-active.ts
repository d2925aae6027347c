import type { TurnData } from '../protocol/native/turn.ts'
import { isOpen } from './fold-event.ts'
import { eventsRequest, type FollowOptions, followTurn } from './follow-turn.ts'
import { ifFound, type ServerLink } from './server-link.ts'
import type { Turn } from './types.ts'

/** Follows a turn that was begun elsewhere. Its calls that are there already may have been begun elsewhere, too. Undefined where there is none. */
export async function followActive(
  link: ServerLink,
  id: string,
  options: Omit<FollowOptions, 'earlierCalls'>,
): Promise<Turn | undefined> {
  const turn = await ifFound(link.insist<TurnData>(`/turns/${id}`, { signal: options.leave }))
  if (!turn) return undefined
  const earlierCalls = new Set(turn.calls.filter(isOpen).map(({ callId }) => callId))
  return followTurn(link, { id, request: eventsRequest(link, id) }, { ...options, earlierCalls })
}
