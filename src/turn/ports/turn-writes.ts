import type { EventChunk } from '../../protocol/event-chunk.ts'
import type { LogMessage } from '../../protocol/message.ts'
import type { CallOutcome, CallsOutcome, StepOutcome, TurnEnding, Withdrawal } from './turn-store.ts'

/** What the store adds to the outcome of resident calls. */
export interface StoredCallsOutcome extends CallsOutcome {
  /** What it has appended to the journal after the given chunks; undefined where that is nothing. */
  appended: EventChunk | undefined
}

/**
 * The writes of `TurnStore` as the database takes them: with all events that are not in the journal yet, numbered and encoded, those
 * of the outcome last. `run`: the run that writes, as `TurnState` has it: where the turn has run again since, the write throws
 * `turn-lost`; absent: any run of this process.
 */
export interface TurnWrites {
  endStep(outcome: StepOutcome, chunks: readonly EventChunk[], run?: number): Promise<LogMessage>
  endCalls(
    turn: string,
    results: CallOutcome[],
    chunks: readonly EventChunk[],
    run?: number,
  ): Promise<StoredCallsOutcome>
  /** False where devices have sent results that this process does not know of: the journal has the end in another chunk then. */
  endTurn(ending: TurnEnding, chunks: readonly EventChunk[], run?: number): Promise<boolean>
  withdraw(withdrawal: Withdrawal, run?: number): Promise<boolean>
}
