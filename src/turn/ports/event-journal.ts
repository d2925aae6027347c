import type { ConversationKey } from '../../protocol/conversation-key.ts'
import type { EventChunk } from '../../protocol/event-chunk.ts'
import type { TurnStatus } from '../../protocol/events.ts'

/** The chunks of a turn that are not in the journal yet, in order. */
export interface TurnChunks {
  turn: string
  /** As `TurnWrites` has it. */
  run?: number
  chunks: readonly EventChunk[]
}

/** What a write has led to. A turn in neither `written` nor `lost` is locked by another transaction, and was not written. */
export interface JournalWritten {
  written: string[]
  /** Turns that this process does not run any more. */
  lost: string[]
  /** Turns that clients of other processes follow. */
  followed: string[]
  /** Turns that a client asked to cancel. */
  cancelled: string[]
}

/** What a follower of a turn needs. */
export interface JournalWant {
  turn: string
  /** Number of the last event that it has; 0: none. */
  after: number
  /** True to be notified of what is written later: for turns that this process does not run. */
  follow: boolean
}

/** What the journal has for a want; `status` is undefined where no turn has this id. */
export interface JournalPage {
  turn: string
  status: TurnStatus | undefined
  /** In order; the first may begin before what is wanted. None where there is no more yet. At most some 256 KiB a turn. */
  chunks: EventChunk[]
  /** True once the turn's events have been removed: its stored outcome is all that is left. */
  pruned: boolean
}

/** The events of turns, as every process that serves the same database reads them. All throw `database-unavailable`. */
export interface EventJournal {
  /** Writes events of many turns at once. A repeated write changes nothing. */
  write(turns: readonly TurnChunks[]): Promise<JournalWritten>
  /** Reads for many followers at once; a page for each want, in their order. */
  read(wants: readonly JournalWant[]): Promise<JournalPage[]>
}

/** A notification of another process. It may be lost, so whoever waits for it also asks from time to time. */
export type StoreNotification =
  /** Events of these turns were written. */
  | { type: 'events'; turns: string[] }
  /** A client asked to cancel this turn, which this process runs. */
  | { type: 'cancel'; turn: string }
  /** A prompt waits for the conversation of this turn, which this process runs: it is cancelled when no client follows it for this time. */
  | { type: 'cancel-idle'; turn: string; idleMs: number }
  /** Clients of another process follow this turn, which this process runs. */
  | { type: 'followed'; turn: string }
  /** The conversation that this request of ours waits for is free. */
  | { type: 'free'; turn: string }
  /** This request of ours may have another position in the queue now. */
  | { type: 'moved'; turn: string }
  /** This conversation, which clients watch somewhere, has changed. */
  | { type: 'changed'; conversation: ConversationKey }
  /** Notifications may have been lost. */
  | { type: 'missed' }
