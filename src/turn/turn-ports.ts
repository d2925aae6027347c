import type { TurnEvent } from '../protocol/events.ts'
import type { ConversationDirectory } from './ports/conversation-directory.ts'
import type { EndedCall } from './ports/ended-call.ts'
import type { Engine, EnginePart } from './ports/engine.ts'
import type { Toolbox } from './ports/toolbox.ts'
import type { TurnLimits } from './ports/turn-state.ts'
import type { TurnStore } from './ports/turn-store.ts'

/** What a turn works with. */
export interface TurnPorts {
  engine: Engine
  toolbox: Toolbox
  store: TurnStore
  directory: Pick<ConversationDirectory, 'messages'>
  limits: TurnLimits
  /** Milliseconds, from any start. */
  now(): number
  newCallId(): string
  /** Called with each call that this process has ended, once that is stored: for the log. */
  onCallEnd?(ended: EndedCall): void
}

/** Whom a running turn publishes its events to. */
export interface TurnClient {
  /**
   * Publishes events, a batch at a time, with the engine's parts that they came from; never throws. A call, and no async iterable: three generators between the engine and the
   * response cost 12 µs of CPU a token, measured on paced streams, a sixth of all other costs together.
   * Returns a promise where the journal is behind: it resolves when the events are published, and none may be before.
   */
  publish(events: readonly TurnEvent[], parts?: readonly EnginePart[]): Promise<void> | undefined
  /** Called with the error that the turn ends with, for the log: clients do not read its causes. Not called for an abort. */
  onFailure(error: unknown): void
  /** Aborted when the turn has to end before its time; the reason is a `TurnAbort`. */
  signal: AbortSignal
  /** True once the client knows that its request was accepted. Until then a failure may refuse the request. */
  accepted(): boolean
}
