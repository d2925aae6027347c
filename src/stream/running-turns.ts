import { setTimeout as delay } from 'node:timers/promises'
import { eventRecord } from '../protocol/event-chunk.ts'
import type { EventJournal } from '../turn/ports/event-journal.ts'
import type { TurnState } from '../turn/ports/turn-state.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import { type DriveLimits, type DrivePorts, driveTurn } from './drive-turn.ts'
import { JournalWriter } from './journal-writer.ts'
import { LiveTurn } from './live-turn.ts'
import type { Notifier } from './notifier.ts'
import type { RunReport } from './run-report.ts'
import type { TurnListener } from './subscribers.ts'
import { turnLost } from './turn-lost.ts'
import { changesTopic } from './watch-conversation.ts'

/** What bounds running turns. */
export interface RunLimits extends DriveLimits {
  /** Events of a turn that may be published before they are in the journal. */
  maxUnjournaledEvents: number
  /** How long an event waits for the next write to the journal at most, in milliseconds. */
  journalDelayMs: number
}

/** What turns are run with. */
export interface RunPorts extends DrivePorts {
  journal: EventJournal
  notifier: Notifier
  /** Called when a run of a turn is over: the turn has ended, or waits for its device. */
  onRunEnd?(report: RunReport): void
  /** The same for this process itself, with the state that the run began with, once nothing of the run is left. */
  onFinished?(begun: TurnState, report: RunReport): void
}

/** How long turns that are ended when the process stops may take to store that, in milliseconds. */
const closingMs = 2_000

/** The turns that run in this process. */
export class RunningTurns {
  readonly #ports: RunPorts
  readonly #limits: RunLimits
  readonly #writer: JournalWriter
  readonly #turns = new Map<string, LiveTurn>()
  /** Why all turns are ended, once the process stops. */
  #ending: TurnAbort | undefined

  constructor(ports: RunPorts, limits: RunLimits) {
    this.#ports = ports
    this.#limits = limits
    this.#writer = new JournalWriter(ports.journal, limits.journalDelayMs, (fault) =>
      ports.onFault(fault, ''),
    )
  }

  get size(): number {
    return this.#turns.size
  }

  ids(): string[] {
    return [...this.#turns.keys()]
  }

  get(turn: string): LiveTurn | undefined {
    return this.#turns.get(turn)
  }

  /** Runs a turn that has run before, once no earlier run of it is left here. */
  async runAgain(state: TurnState, listener?: TurnListener): Promise<LiveTurn> {
    const earlier = this.#turns.get(state.id)
    if (!earlier) return this.run(state, listener)
    // The last run may only have to finish. One before that does not know yet that another process has had the turn meanwhile.
    if (earlier.run < state.run - 1) earlier.abort(turnLost())
    await earlier.finished
    return this.run(state, listener)
  }

  /** Runs a turn that belongs to this process. With a listener, its first failure may refuse the request. */
  run(state: TurnState, listener?: TurnListener): LiveTurn {
    const live = new LiveTurn(state, {
      maxUnjournaledEvents: this.#limits.maxUnjournaledEvents,
      onPending: (turn) => this.#writer.add(turn),
      journaled: startChunk(state),
    })
    this.#turns.set(live.id, live)
    if (listener) live.listen(listener)
    else live.accept()
    if (this.#ending) live.abort(this.#ending)
    void driveTurn(live, state, this.#ports, this.#limits).finally(() => this.#finish(live, state))
    // Whoever follows the turn reads it from memory from now on.
    this.#ports.notifier.notify(live.id)
    this.#ports.notifier.notify(changesTopic(live.conversation))
    return live
  }

  /** Resolves when no turn runs. */
  async idle(): Promise<void> {
    while (this.#turns.size > 0) await Promise.all([...this.#turns.values()].map((live) => live.finished))
  }

  /** Ends all turns as interrupted, and every turn that is run after this. */
  async end(): Promise<void> {
    const detail = { code: 'shutting-down', detail: 'The server was shut down.' } as const
    const ending = new TurnAbort('interrupted', detail)
    this.#ending = ending
    for (const live of this.#turns.values()) live.abort(ending)
    await Promise.race([this.idle(), delay(closingMs, undefined, { ref: false })])
  }

  #finish(live: LiveTurn, begun: TurnState): void {
    this.#writer.forget(live)
    // The next run of the same turn may have begun already.
    if (this.#turns.get(live.id) === live) this.#turns.delete(live.id)
    live.finish()
    const report = live.recorder.end()
    this.#ports.onRunEnd?.(report)
    this.#ports.notifier.notify(live.key)
    this.#ports.notifier.notify(changesTopic(live.conversation))
    this.#ports.onFinished?.(begun, report)
  }
}

/** The first event, which the store has appended when the turn was begun. */
function startChunk({ id: turn, conversation, request, lastEvent }: TurnState) {
  if (lastEvent !== 1) return []
  const { model } = request
  const records = eventRecord({ type: 'turn-start', turn, conversation: conversation.name, model })
  return [{ first: 1, count: 1, records }]
}
