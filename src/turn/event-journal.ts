import type { EventChunk } from '../protocol/event-chunk.ts'
import type { TurnStatus } from '../protocol/events.ts'

/** Events of a turn that are not in the journal yet, in order. */
export interface TurnChunks {
  turn: string
  chunks: readonly EventChunk[]
}

/** What came of a write. Turns that are in neither list were written, but for those that a transaction of their own holds just now. */
export interface JournalWritten {
  /** Turns whose chunks are in the journal now. */
  written: string[]
  /** Turns that this process does not run any more. */
  lost: string[]
  /** Turns that somebody has asked to cancel. */
  cancelled: string[]
}

/** What somebody who follows a turn has not seen. */
export interface JournalWant {
  turn: string
  /** Number of the last event that is known; 0: none. */
  after: number
  /** True to be told by a signal when there is more: for turns that this process does not run. */
  follow: boolean
}

/** What the journal has for a want; `status` undefined where there is no such turn. */
export interface JournalPage {
  turn: string
  status: TurnStatus | undefined
  /** Chunks in order, the first of which may begin before what is wanted; none where there is no more yet. At most some 256 KiB a turn. */
  chunks: EventChunk[]
  /** True once the turn's events have been pruned: the turn is told from what else is stored of it. */
  pruned: boolean
}

/** The events of turns, as every process that serves the same database can read them. All throw `database-unavailable`. */
export interface EventJournal {
  /** Writes events of many turns at once. Told twice, they are stored once. What does not belong to this process is not written. */
  write(turns: readonly TurnChunks[]): Promise<JournalWritten>
  /** Reads for many at once; a page for each want, in their order. */
  read(wants: readonly JournalWant[]): Promise<JournalPage[]>
}

/** What other processes tell. It may be lost, so whoever waits for it also asks from time to time. */
export type StoreNotification =
  /** Events of these turns were written. */
  | { type: 'events'; turns: string[] }
  /** Somebody wants this turn of ours to be cancelled. */
  | { type: 'cancel'; turn: string }
  /** The conversation that this queued turn of ours waits for is free. */
  | { type: 'free'; turn: string }
  /** Signals may have been lost: ask anew. */
  | { type: 'missed' }
