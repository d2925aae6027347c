import { type ConversationKey, keyOf } from '../protocol/conversation-key.ts'
import { isDatabaseUnavailable } from '../protocol/errors.ts'
import type { WatchedConversation } from '../turn/ports/conversation-directory.ts'
import { BatchReader } from './batch-reader.ts'
import { type ConversationEvent, changesOf } from './conversation-changes.ts'
import { type Notifier, notifiedOrAfter } from './notifier.ts'

/** Takes what happens in a conversation, for one client. A promise where the client is behind. */
export type WatchSink = (events: readonly ConversationEvent[]) => Promise<void> | undefined

/** What conversations are watched with. */
export interface WatchPorts {
  read(key: ConversationKey): Promise<WatchedConversation | undefined>
  notifier: Notifier
  /** How often it is read, when no notification comes, in milliseconds. */
  pollMs: number
  /** Aborted when this process takes no more requests. */
  closing: AbortSignal
}

/** Watches conversations with one statement at a time for all clients. `read` reads many, in their order. */
export function watcherOf(
  read: (keys: readonly ConversationKey[]) => Promise<(WatchedConversation | undefined)[]>,
  ports: Omit<WatchPorts, 'read'>,
) {
  const reader = new BatchReader(read, keyOf)
  const all: WatchPorts = { ...ports, read: (key) => reader.read(key) }
  return (key: ConversationKey, sink: WatchSink, disconnected: AbortSignal) =>
    watchConversation(key, sink, disconnected, all)
}

/** The topic of the `Notifier` for changes of a conversation. */
export function changesTopic(key: ConversationKey): string {
  return `changes of ${keyOf(key)}`
}

/**
 * Gives the sink a conversation as it is, and from then on what happens in it, until the client has disconnected or this process shuts down.
 * Throws `database-unavailable` where it cannot be read at first.
 */
async function watchConversation(
  key: ConversationKey,
  sink: WatchSink,
  disconnected: AbortSignal,
  { read, notifier, pollMs, closing }: WatchPorts,
): Promise<'disconnected' | 'closing'> {
  const stopped = AbortSignal.any([disconnected, closing])
  let before: { seen: WatchedConversation | undefined } | undefined
  while (!stopped.aborted) {
    // Subscribed before reading, so that nothing is missed.
    const { notified, unsubscribe } = notifier.subscribe(changesTopic(key))
    try {
      const seen = await read(key)
      const events = changesOf(before, seen)
      before = { seen }
      if (events.length > 0 && !disconnected.aborted) await sink(events)
      await notifiedOrAfter(notified, pollMs, stopped)
    } catch (error) {
      if (!before || !isDatabaseUnavailable(error)) throw error
      await notifiedOrAfter(new Promise(() => {}), pollMs, stopped)
    } finally {
      unsubscribe()
    }
  }
  return disconnected.aborted ? 'disconnected' : 'closing'
}
