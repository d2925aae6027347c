import type { ConversationData } from '../protocol/native/conversation.ts'
import { ChatterdError } from './chatterd-error.ts'
import type { ConnectionState } from './connection-state.ts'
import { keepTrying, type Progress } from './keep-trying.ts'
import { readStream } from './read-stream.ts'
import { parse, type ServerLink } from './server-link.ts'
import type { Conversation } from './types.ts'

export interface Watcher {
  /** What the conversation is now; undefined where there is none. */
  onPresent(conversation: ConversationData | undefined): void
  onTurnStart(turn: string): void
  onTurnEnd(turn: string): void
  onConnection(state: ConnectionState): void
}

/** How often a server without a stream for that is asked, in milliseconds. */
const pollMs = 5_000

/** Follows what happens in a conversation, until `signal` is aborted. Rejects with its reason, and where the server refuses it. */
export function watchConversation(
  link: ServerLink,
  conversation: Conversation,
  path: string,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<void> {
  const { platform, rules } = link

  async function attempt(own: AbortSignal, progress: Progress): Promise<void> {
    const request = { url: link.urlOf(`${path}/events`), headers: { accept: 'text/event-stream' } }
    let response: Response
    try {
      response = await link.request(request, own)
    } catch (error) {
      if (error instanceof ChatterdError && error.status === 404) return poll(own, progress)
      throw error
    }
    await readStream(response, progress, (events) => {
      if (!own.aborted) for (const { event, data } of events) take(event, data)
      return own.aborted
    })
  }

  function take(event: string, data: string): void {
    const members = parse<Record<string, unknown>>(data)
    if (event === 'conversation') watcher.onPresent(members as never)
    if (event === 'deleted') watcher.onPresent(undefined)
    if (event === 'turn-start') watcher.onTurnStart(String(members.turn))
    if (event === 'turn-end') watcher.onTurnEnd(String(members.turn))
  }

  async function poll(own: AbortSignal, progress: Progress): Promise<void> {
    while (!own.aborted) {
      const present = await conversation.read()
      if (own.aborted) return
      progress.opened()
      progress.received()
      watcher.onPresent(present)
      await new Promise<void>((resolve) => {
        const off = platform.after(pollMs, resolve)
        own.addEventListener('abort', () => {
          off()
          resolve()
        })
      })
    }
  }

  const attempts = () => Number.POSITIVE_INFINITY
  return keepTrying({ attempt, attempts, onConnection: watcher.onConnection, signal }, rules, platform)
}
