import { ChatterdError } from '../../src/protocol/errors.ts'
import { type EventChunk, eventsOf, type JournalEvent } from '../../src/protocol/event-chunk.ts'
import type { TurnEnd, TurnEvent } from '../../src/protocol/events.ts'
import type { AdmittedTurn } from '../../src/stream/admission.ts'
import type { LiveTurn } from '../../src/stream/live-turn.ts'
import type { RaceProcess } from './race-process.ts'

/** The status of a request for its client: `lost` where its process was killed before it responded. */
export type RequestStatus = 'pending' | 'accepted' | 'replayed' | 'refused' | 'disconnected' | 'lost'

/** A request and its client; `moment`s count what clients do and get. */
export class ClientRequest {
  status: RequestStatus = 'pending'
  code: string | undefined
  /** A bug: an error that is no `ChatterdError`. */
  fault: unknown
  turn: string | undefined
  after = 0
  endedAt = Number.POSITIVE_INFINITY
  readonly by: RaceProcess
  readonly sentAt: number
  readonly disconnection = new AbortController()
  readonly #moment: () => number
  #live: LiveTurn | undefined

  constructor(by: RaceProcess, moment: () => number) {
    this.by = by
    this.#moment = moment
    this.sentAt = moment()
  }

  /** As the listener of the classic dialect: an event that it can send accepts the turn, and a refused one has left no trace. */
  readonly listener = (events: readonly TurnEvent[]): void => {
    if (this.by.dead) return
    const last = events.at(-1)
    if (last?.type === 'turn-end' && last.refused && this.status === 'pending')
      this.#end('refused', last.error?.code)
    // Its first event says that the outcome of its request is unknown.
    else if (last?.type === 'turn-end' && isUnknown(last) && this.status === 'pending') this.status = 'lost'
    else if (events.some(({ type }) => type !== 'turn-start' && type !== 'step-start')) this.#accept()
  }

  /** Waits for the response to the request; with a listener, that is the first event. */
  async settle(admitted: Promise<AdmittedTurn>, listens: boolean): Promise<void> {
    try {
      const { turn, after, live } = await admitted
      if (this.by.dead) return
      Object.assign(this, { turn, after })
      this.#live = live
      if (!live) this.#end('replayed')
      else if (listens && this.status !== 'accepted') return
      else this.#accept()
    } catch (error) {
      if (this.by.dead) return
      if (error instanceof ChatterdError) this.#end('refused', error.code)
      else if (this.disconnection.signal.aborted && error === this.disconnection.signal.reason)
        this.#end('disconnected')
      else this.fault = error
    }
  }

  #accept(): void {
    this.#live?.accept()
    if (this.status === 'pending') this.#end('accepted')
  }

  #end(status: RequestStatus, code?: string): void {
    this.status = status
    this.code = code
    this.endedAt = this.#moment()
  }
}

/** An end that is published without being stored. */
function isUnknown({ error }: TurnEnd): boolean {
  return error?.code === 'database-unavailable' || error?.code === 'turn-lost'
}

/** A client that follows a turn by its events, at one process and then perhaps at another. */
export class Subscriber {
  readonly turn: string
  readonly seen: JournalEvent[] = []
  /** What should never have been seen. */
  readonly faults: string[] = []
  /** How following ended; `off` where the connection was lost. */
  status = 'off'
  next: number
  at: RaceProcess | undefined
  /** How often it has connected. */
  connections = 0
  readonly #reader: () => Promise<void> | undefined
  #left = new AbortController()

  /** `reader` makes the client a slow one: what it returns is waited for before more is written. */
  constructor(turn: string, after: number, reader: () => Promise<void> | undefined) {
    this.turn = turn
    this.next = after + 1
    this.#reader = reader
  }

  async follow(at: RaceProcess): Promise<void> {
    const disconnection = new AbortController()
    this.#left = disconnection
    this.at = at
    this.connections += 1
    this.status = 'following'
    const isOff = () => disconnection.signal.aborted || at.dead
    const sink = {
      write: (chunk: EventChunk, from: number) => {
        if (isOff()) return undefined
        this.#take(eventsOf(chunk, from))
        return this.#reader()
      },
    }
    try {
      const followed = await at.turns.follow(this.turn, this.next - 1, sink, disconnection.signal)
      if (!isOff()) this.status = followed
    } catch (error) {
      if (isOff()) return
      this.status = 'off'
      if (!(error instanceof ChatterdError)) this.faults.push(`following failed: ${error}`)
    }
  }

  disconnect(): void {
    this.#left.abort()
    this.status = 'off'
  }

  #take(events: readonly JournalEvent[]): void {
    for (const event of events) {
      if (event.number !== this.next) this.faults.push(`event ${event.number} came, and not ${this.next}`)
      if (this.seen.at(-1)?.name === 'turn-end') this.faults.push(`${event.name} came after the end`)
      this.next = event.number + 1
      this.seen.push(event)
    }
  }
}
