import type { ConversationData } from '../protocol/native/conversation.ts'
import type { ConversationEventData } from '../protocol/native/conversation-events.ts'
import type { ConnectionState } from './connection-state.ts'
import { keepTrying, type Progress } from './keep-trying.ts'
import { readStream } from './read-stream.ts'
import { parse, type ServerLink } from './server-link.ts'

type Data = ConversationEventData

export interface Watcher {
  /** What the conversation is now; undefined where there is none. */
  onPresent(conversation: ConversationData | undefined): void
  onTurnStart(turn: string): void
  onTurnEnd(turn: string): void
  onConnection(state: ConnectionState): void
}

/** Follows what happens in a conversation, until `signal` is aborted. Rejects with its reason, and where the server refuses it. */
export function watchConversation(
  link: ServerLink,
  path: string,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<void> {
  const { platform, rules } = link

  async function attempt(own: AbortSignal, progress: Progress): Promise<void> {
    const request = { url: link.urlOf(`${path}/events`), headers: { accept: 'text/event-stream' } }
    await readStream(await link.request(request, own), progress, (events) => {
      if (!own.aborted) for (const { event, data } of events) take(event, data)
      return own.aborted
    })
  }

  function take(event: string, data: string): void {
    if (event === 'conversation') watcher.onPresent(parse<Data['conversation']>(data))
    if (event === 'deleted') watcher.onPresent(undefined)
    if (event === 'turn-start') watcher.onTurnStart(parse<Data['turn-start']>(data).turn)
    if (event === 'turn-end') watcher.onTurnEnd(parse<Data['turn-end']>(data).turn)
  }

  const attempts = () => Number.POSITIVE_INFINITY
  return keepTrying({ attempt, attempts, onConnection: watcher.onConnection, signal }, rules, platform)
}
